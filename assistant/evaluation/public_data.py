"""Public question sets -> sources and gold questions: SQuAD 1.1 and 2.0.

A paragraph becomes a source, the sentence that holds the answer becomes gold, and unanswerable questions stay as they
are. Format: Rajpurkar et al. 2016 (1.1) and 2018 (2.0).
"""

from __future__ import annotations

import gzip
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.corpus import CatalogueEntry
from assistant.domain import UNKNOWN, Source, SourceInfo, Span
from assistant.errors import EvaluationError
from assistant.evaluation.results import GoldSpan, Question
from assistant.sentences import sentence_spans

_SHOWN_FAULTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicData:
    """A public question set in the harness's own terms."""

    sources: tuple[Source, ...]
    """Every paragraph of the file, asked about or not."""
    questions: tuple[Question, ...]
    unusable: tuple[str, ...]
    """Questions whose answer does not stand in their paragraph; left out of ``questions``."""

    def texts(self) -> dict[str, str]:
        """The text of each source, by id."""
        return {source.id: source.text for source in self.sources}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldArgument:
    """Where gold questions come from, as the command line names it."""

    form: Literal["squad", "jsonl"]
    path: Path

    def __str__(self) -> str:
        return f"squad:{self.path}" if self.form == "squad" else str(self.path)


def parse_gold_argument(value: str) -> GoldArgument:
    """What ``squad:PATH``, or the path of a JSON Lines file or a folder of them, names.

    >>> parse_gold_argument("squad:dev-v2.0.json.gz").form, parse_gold_argument("eval/gold").form
    ('squad', 'jsonl')
    """
    form, _, rest = value.partition(":")
    if form == "squad":
        return GoldArgument(form="squad", path=Path(rest))
    return GoldArgument(form="jsonl", path=Path(value))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Answer(_Part):
    text: str
    answer_start: int = Field(ge=-1)
    """-1 where its makers did not find the answer in the paragraph."""


class _Asked(_Part):
    id: str | None = None
    question: str = Field(min_length=1)
    answers: tuple[_Answer, ...]
    is_impossible: bool = False


class _Paragraph(_Part):
    context: str = Field(min_length=1)
    qas: tuple[_Asked, ...]


class _Article(_Part):
    title: str
    paragraphs: tuple[_Paragraph, ...]


class _File(_Part):
    data: tuple[_Article, ...] = Field(min_length=1)


def load_squad(path: Path) -> PublicData:
    """The paragraphs and questions of a SQuAD 1.1 or 2.0 file, ``.json`` or ``.json.gz``.

    Raises:
        EvaluationError: the file cannot be read or is not SQuAD's JSON; the first faults are named with their place.
    """
    articles = _read(path).data
    sources, questions, unusable = list[Source](), list[Question](), list[str]()
    for source, paragraph in _paragraphs(articles):
        sources.append(source)
        for number, asked in enumerate(paragraph.qas, start=1):
            name = asked.id or f"{source.id}-{number}"
            gold = _gold(asked, source)
            if gold or asked.is_impossible:
                questions.append(_question(name, asked, gold))
            else:
                unusable.append(name)
    return PublicData(sources=tuple(sources), questions=tuple(questions), unusable=tuple(unusable))


def sample(questions: Sequence[Question], *, answerable: int, unanswerable: int, seed: int = 0) -> tuple[Question, ...]:
    """At most so many questions of each sort, in their own order; a larger sample holds every smaller one.

    Questions are drawn by the rank of SHA-256 of seed and id, so the draw is the same on any machine and version.
    """
    drawn = {
        question.id
        for sort, count in ((True, answerable), (False, unanswerable))
        for question in sorted((q for q in questions if q.answerable is sort), key=lambda q: _lot(seed, q.id))[:count]
    }
    return tuple(question for question in questions if question.id in drawn)


def write_corpus(folder: Path, sources: Sequence[Source]) -> None:
    """Write sources as a corpus folder (``catalogue.jsonl`` and one text file each) that `load_corpus` reads."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    lines = []
    for number, source in enumerate(sources):
        info = asdict(source.info) | {"file": f"sources/{number:06d}.txt"}
        (folder / info["file"]).write_bytes(source.text.encode("utf-8"))
        lines.append(CatalogueEntry.model_validate(info).model_dump_json())
    (folder / "catalogue.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read(path: Path) -> _File:
    try:
        data = path.read_bytes()
        return _File.model_validate_json(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, EOFError) as error:
        raise EvaluationError(f"cannot read {path} ({error}); name a SQuAD file, .json or .json.gz") from error
    except ValidationError as error:
        faults = [f"  {'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors()]
        more = [f"  and {len(faults) - _SHOWN_FAULTS} more"] if len(faults) > _SHOWN_FAULTS else []
        listed = "\n".join([*faults[:_SHOWN_FAULTS], *more])
        raise EvaluationError(f"{path} is not SQuAD's JSON; its faults:\n{listed}") from error


def _paragraphs(articles: Sequence[_Article]) -> Iterator[tuple[Source, _Paragraph]]:
    for article_number, article in enumerate(articles):
        for number, paragraph in enumerate(article.paragraphs):
            source_id = f"{article_number:03d}-{_slug(article.title)}/{number:03d}"
            yield _source(source_id, article.title, paragraph.context), paragraph


def _slug(title: str) -> str:
    """The title in the letters that a source id may have."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-")[:80] or "article"


def _source(source_id: str, title: str, text: str) -> Source:
    unknown: Mapping[str, str] = dict.fromkeys(
        ("author", "addressee", "place", "translated_from", "translator", "archive_reference", "file"), UNKNOWN
    )
    info = SourceInfo(
        id=source_id,
        title=title.replace("_", " ").strip() or UNKNOWN,
        kind="background",
        form="paragraph of an encyclopaedia article",
        date=UNKNOWN,
        date_certainty="unknown",
        date_note="",
        language="en",
        publication="Wikipedia, as collected in SQuAD",
        rights="CC BY-SA 4.0",
        edition_notes="none",
        unverified=(),
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        **unknown,
    )
    return Source(info=info, text=text)


def _question(name: str, asked: _Asked, gold: tuple[GoldSpan, ...]) -> Question:
    words = _majority(asked).text.strip() if gold else ""
    return Question(
        id=name,
        question=asked.question.strip(),
        kind="direct" if gold else "unanswerable",
        history=(),
        answerable=bool(gold),
        gold=gold,
        contains=(words,) if words else (),
    )


def _majority(asked: _Asked) -> _Answer:
    """The answer that most annotators gave; the first of equals."""
    return Counter(asked.answers).most_common(1)[0][0]


def _gold(asked: _Asked, source: Source) -> tuple[GoldSpan, ...]:
    """The sentences that hold the majority's answer (required) and those that hold another's (good evidence)."""
    if asked.is_impossible or not asked.answers:
        return ()
    chosen = _holding(_majority(asked), source.text)
    others = {span for answer in asked.answers for span in _holding(answer, source.text)} - set(chosen)
    if not chosen:
        return ()
    spans = [(span, True) for span in chosen] + [(span, False) for span in sorted(others)]
    return tuple(GoldSpan(source_id=source.id, span=span, required=required) for span, required in spans)


def _holding(answer: _Answer, text: str) -> tuple[Span, ...]:
    """The sentences that share a character with an answer; none if it does not stand where it is said to."""
    words = answer.text.strip()
    start = answer.answer_start + len(answer.text) - len(answer.text.lstrip())
    if not words or start < 0 or not text.startswith(words, start):
        return ()
    place = Span(start=start, end=start + len(words))
    return tuple(span for span in sentence_spans(text) if span.overlaps(place)) or (place,)


def _lot(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()
