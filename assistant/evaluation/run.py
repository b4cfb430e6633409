"""A system and gold questions -> a run. The system is any callable; nothing here knows how it answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from assistant.domain import Source
from assistant.errors import EvaluationError
from assistant.evaluation.archive import Archive
from assistant.evaluation.journal import append, open_journal
from assistant.evaluation.metrics import METRICS, measure
from assistant.evaluation.metrics.locus import gold_places
from assistant.evaluation.metrics.values import absent
from assistant.evaluation.results import Item, Question, Response, Run, Value
from assistant.evaluation.statistics import summarise
from assistant.recipe import digest

System: TypeAlias = Callable[[str, tuple[str, ...]], Response]
"""What is evaluated: a question and the earlier questions of its conversation, oldest first -> a response."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told after each question how many of how many are done."""


def evaluate(  # noqa: PLR0913 - settings, by keyword
    system: System,
    gold: Sequence[Question],
    *,
    name: str,
    sources: Iterable[Source],
    provenance: Mapping[str, str],
    progress: Progress | None = None,
    resume: Path | None = None,
    repeat: int = 1,
    workers: int = 1,
) -> Run:
    """The run of a system over gold questions, in their order: one item each, whatever the system does.

    With ``resume``, items are kept in that file as they are made and, if it holds some already, taken from it;
    questions at which the system failed are asked again. It must be the same run: same name, provenance (so put no
    time of day into it), gold, sources, metrics and repeats. With ``repeat`` 2 or more, each question is asked so often
    and ``identity`` says whether the answers were the same. With ``workers`` 2 or more, so many questions are asked at
    once: only for a system that may be shared between threads, and latency then means under that load.

    Raises:
        EvaluationError: gold ids repeat, a gold span is not in the sources, or ``resume`` belongs to another run.
    """
    known = tuple(sources)
    archive = Archive(known)
    _check(gold, archive)
    fingerprint = _fingerprint(name, provenance, gold, known, repeat)
    done = {} if resume is None else _succeeded(open_journal(resume, fingerprint))
    items = []
    with ThreadPoolExecutor(workers) as pool:
        make = partial(_made, done, system, archive, repeat)
        for item in pool.map(make, gold) if workers > 1 else map(make, gold):
            items.append(item)
            if resume is not None and item.question.id not in done:
                append(resume, item)
            if progress is not None:
                progress(len(items), len(gold))
    return Run(name=name, provenance=dict(provenance), items=tuple(items), summaries=summarise(items))


def _made(done: Mapping[str, Item], system: System, archive: Archive, repeat: int, question: Question) -> Item:
    """The item of a question: the one that is there already, or a new one."""
    return done.get(question.id) or _item(system, question, archive, repeat)


def _succeeded(items: Iterable[Item]) -> dict[str, Item]:
    return {item.question.id: item for item in items if item.response.error is None}


def _item(system: System, question: Question, archive: Archive, repeat: int) -> Item:
    started = time.perf_counter()
    response = _ask(system, question)
    seconds = time.perf_counter() - started
    again = [_ask(system, question) for _ in range(repeat - 1)]
    values = {
        **measure(question, response, archive),
        "latency_s": Value(value=seconds),
        "identity": identity(response, again),
    }
    return Item(question=question, response=response, seconds=seconds, values=values)


def _ask(system: System, question: Question) -> Response:
    try:
        return system(question.question, question.history)
    except Exception as error:  # noqa: BLE001 - any system is measured here, and one that breaks has earned its figures
        return Response(text="", refused=False, error=f"{type(error).__name__}: {error}")


def identity(response: Response, again: Sequence[Response]) -> Value:
    """1 if every repeat has the same text and the same citations, else 0; None if the question was asked once."""
    if not again:
        return absent("asked once")
    same = sum((other.text, other.citations) == (response.text, response.citations) for other in again)
    return Value(value=float(same == len(again)), reason=f"{same} of {len(again)} repeats the same")


def _check(gold: Sequence[Question], archive: Archive) -> None:
    repeated = [question_id for question_id, count in Counter(q.id for q in gold).items() if count > 1]
    if repeated:
        raise EvaluationError(f"ids stand more than once: {', '.join(repeated[:5])}; give each question its own")
    for question in gold:
        for place in gold_places(question):
            if place.span.end > len(archive.text(place.source_id)) or not archive.characters(place):
                raise EvaluationError(
                    f"{question.id}: gold at {place.source_id} {place.span.start}:{place.span.end} is not in the "
                    "sources given; load the gold with these sources"
                )


def _fingerprint(
    name: str, provenance: Mapping[str, str], gold: Sequence[Question], sources: Sequence[Source], repeat: int
) -> str:
    return digest(
        {
            "name": name,
            "provenance": dict(provenance),
            "gold": [asdict(question) for question in gold],
            "sources": {source.id: sha256(source.text.encode()).hexdigest() for source in sources},
            "metrics": list(METRICS),
            "repeat": repeat,
        }
    )
