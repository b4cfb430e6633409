"""Gold questions -> Questions whose spans are offsets, with every fault named by its line.

A record gives its evidence as verbatim text; the place of that text in its source is found here, so that nobody counts
characters by hand and a source that changes cannot leave gold pointing at other words.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import Source, Span
from assistant.errors import EvaluationError
from assistant.evaluation.results import GoldSpan, Question

QuestionKind: TypeAlias = Literal[
    "direct",
    "keyword",
    "paraphrase",
    "several",
    "follow-up",
    "unanswerable",
    "false-premise",
    "speaker",
    "quotation",
]
QUESTION_KINDS: tuple[str, ...] = get_args(QuestionKind)
Split: TypeAlias = Literal["dev", "test"]

_Words = Annotated[str, Field(pattern=r"\S")]


class GoldText(BaseModel):
    """Words that a right answer rests on, as a gold file states them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: _Words
    text: _Words
    required: bool


class GoldRecord(BaseModel):
    """A line of a gold file; `Question` says what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Words
    question: _Words
    kind: QuestionKind
    history: tuple[_Words, ...]
    answerable: bool
    gold: tuple[GoldText, ...]
    contains: tuple[_Words, ...]
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of a gold file: its place for messages, and what it holds."""

    place: str
    text: str


def split_of(question_id: str) -> Split:
    """Which half a question belongs to: ``dev`` if the first byte of its id's SHA-256 is even, else ``test``.

    >>> split_of("direct-001"), split_of("direct-003")
    ('dev', 'test')
    """
    return "test" if hashlib.sha256(question_id.encode()).digest()[0] % 2 else "dev"


def load_gold(path: Path, sources: Iterable[Source]) -> tuple[Question, ...]:
    """The questions of a gold file, or of every ``*.jsonl`` of a folder, with their spans resolved.

    Raises:
        EvaluationError: a file cannot be read, or has faults: each is named with its file and line.
    """
    texts = {source.id: source.text for source in sources}
    records: list[tuple[_Line, GoldRecord]] = []
    faults: list[str] = []
    for line in _lines(path):
        try:
            record = GoldRecord.model_validate_json(line.text, strict=True)
        except ValidationError as error:
            faults += [f"{line.place}: {_describe(line.text, fault)}" for fault in _faults(error)]
        else:
            records.append((line, record))
            faults += [f"{line.place}: {fault}" for fault in _inconsistencies(record, texts)]
    faults += _repeated_ids(records)
    if faults:
        raise EvaluationError(f"{path} has {len(faults)} faults; mend these:\n" + "\n".join(f"  {f}" for f in faults))
    return tuple(_question(record, texts) for _, record in records)


def _lines(path: Path) -> list[_Line]:
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = [line for file in files for line in _lines_of(file)]
    if not lines:
        raise EvaluationError(f"{path} holds no question; expected JSON Lines, one record a line: name another file")
    return lines


def _lines_of(file: Path) -> list[_Line]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"no readable gold file at {file} ({error.strerror}); name one that exists") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{file} is not UTF-8 at byte {error.start}; convert it") from error
    numbered = enumerate(text.split("\n"), start=1)
    return [_Line(place=f"{file.name} line {number}", text=line) for number, line in numbered if line.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What pydantic found wrong, in the little of it that a message needs."""

    where: str
    what: str
    found: str


def _faults(error: ValidationError) -> Iterator[_Fault]:
    for fault in error.errors(include_url=False):
        shown = "" if fault["type"] in ("missing", "json_invalid") else f", found {fault['input']!r:.60}"
        yield _Fault(where=".".join(map(str, fault["loc"])), what=fault["msg"], found=shown)


def _describe(line: str, fault: _Fault) -> str:
    where = f"{fault.where}: " if fault.where else ""
    return f"{_id_in(line)}{where}{fault.what}{fault.found}"


def _id_in(line: str) -> str:
    """The id of a record that may be faulty, ready for a message; empty if it has none."""
    try:
        record = json.loads(line)
    except ValueError:
        return ""
    return f"{record['id']}: " if isinstance(record, dict) and isinstance(record.get("id"), str) else ""


def _inconsistencies(record: GoldRecord, texts: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a record that has the right fields."""
    for number, gold in enumerate(record.gold):
        if fault := _misplaced(gold, texts):
            yield f"{record.id}: gold.{number}: {fault}"
    if record.answerable != any(gold.required for gold in record.gold):
        yield f"{record.id}: answerable is {record.answerable}; it must be true if, and only if, some gold is required"
    if not record.answerable and record.gold:
        yield f"{record.id}: not answerable, yet it has gold; remove one or the other"
    if bool(record.history) != (record.kind == "follow-up"):
        yield f"{record.id}: {record.kind} with {len(record.history)} earlier questions; a follow-up alone has some"
    for words in record.contains:
        if not any(words in gold.text for gold in record.gold):
            yield f"{record.id}: contains: {words!r} stands in no gold text of the record; copy it from there"


def _misplaced(gold: GoldText, texts: Mapping[str, str]) -> str | None:
    """Why a gold text has no place of its own; None if it has one."""
    if gold.source not in texts:
        return f"no source {gold.source!r} in the corpus; name one of its sources"
    count = len(_places(gold.text, texts[gold.source]))
    if count == 1:
        return None
    remedy = "copy it from there" if count == 0 else "give more of the text around it"
    return f"{gold.text!r:.80} stands {count} times in {gold.source}, expected once; {remedy}"


def _places(words: str, text: str) -> list[int]:
    """Every offset at which the words begin, overlapping ones included."""
    places, at = [], text.find(words)
    while at != -1:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def _repeated_ids(records: Sequence[tuple[_Line, GoldRecord]]) -> list[str]:
    counts = Counter(record.id for _, record in records)
    return [
        f"{line.place}: {record.id}: this id stands {counts[record.id]} times; give each question its own"
        for line, record in records
        if counts[record.id] > 1
    ]


def _question(record: GoldRecord, texts: Mapping[str, str]) -> Question:
    return Question(
        id=record.id,
        question=record.question,
        kind=record.kind,
        history=record.history,
        answerable=record.answerable,
        gold=tuple(_gold_span(gold, texts) for gold in record.gold),
        contains=record.contains,
        notes=record.notes,
    )


def _gold_span(gold: GoldText, texts: Mapping[str, str]) -> GoldSpan:
    start = texts[gold.source].index(gold.text)
    return GoldSpan(source_id=gold.source, span=Span(start=start, end=start + len(gold.text)), required=gold.required)
