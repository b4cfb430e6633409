"""What became of a question, in words a person reads: which quotes are right, and what the answer misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.citation import Place
from assistant.domain import Span
from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.evidence import same_evidence
from assistant.evaluation.results import CitedQuote, GoldSpan, Item, Run

_COMPLETE = {
    "citation_recall_sentences": "required passages quoted",
    "contains": "required words quoted",
}
"""Metrics that are 1 for a complete answer, and what is said of one that is not."""


class Mark(StrEnum):
    """How a quote stands to its source and to the gold."""

    GOLD = "verbatim, and on the gold"
    BESIDE = "verbatim, but not on the gold"
    ALTERED = "not verbatim at the place it names"
    UNCHECKED = "not checked: the source's text is not at hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuote:
    """A quote, where it really stands, and what it is worth."""

    cited: CitedQuote
    span: Span | None
    """Where it was found in the source it names; None if it was not."""
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A question's answer as its reader judges it."""

    item: Item
    quotes: tuple[JudgedQuote, ...]
    quoted_gold: tuple[bool | None, ...]
    """For each gold span of the question, whether a verbatim quote is the same evidence; None if not checked."""
    misses: tuple[str, ...]
    """In what the answer misses the gold; none for a right one."""


def outcomes(run: Run, archive: Archive | None) -> tuple[Outcome, ...]:
    """Every question's outcome: missed ones first, otherwise in the run's order; without an archive, unchecked."""
    found = [outcome(item, archive) for item in run.items]
    return tuple(sorted(found, key=lambda one: not one.misses))


def outcome(item: Item, archive: Archive | None) -> Outcome:
    """What became of one question."""
    quotes = tuple(_judge(cited, item.question.gold, archive) for cited in item.response.citations)
    quoted = tuple(_quoted(gold, quotes, archive) for gold in item.question.gold)
    return Outcome(item=item, quotes=quotes, quoted_gold=quoted, misses=tuple(_misses(item, quotes)))


def _judge(cited: CitedQuote, gold: Sequence[GoldSpan], archive: Archive | None) -> JudgedQuote:
    if archive is None:
        return JudgedQuote(cited=cited, span=cited.span, mark=Mark.UNCHECKED)
    places = _places(cited, archive)
    if not places:
        return JudgedQuote(cited=cited, span=None, mark=Mark.ALTERED)
    on = [place for place in places if any(_same(place, span, archive) for span in gold)]
    return JudgedQuote(cited=cited, span=(on or places)[0].span, mark=Mark.GOLD if on else Mark.BESIDE)


def _places(cited: CitedQuote, archive: Archive) -> list[Place]:
    """Where a quote stands in the source it names: at the place it names or, if it names none, anywhere."""
    found = archive.verify(cited)
    places = found.places if found.verdict.accepted else ()
    return [place for place in places if cited.span is None or place.span.overlaps(cited.span)]


def _quoted(gold: GoldSpan, quotes: Sequence[JudgedQuote], archive: Archive | None) -> bool | None:
    if archive is None:
        return None
    places = [Place(source_id=q.cited.source_id, span=q.span) for q in quotes if q.span is not None]
    return any(_same(place, gold, archive) for place in places)


def _same(place: Place, gold: GoldSpan, archive: Archive) -> bool:
    wanted = Place(source_id=gold.source_id, span=gold.span)
    return same_evidence(archive.characters(place), archive.characters(wanted))


def _misses(item: Item, quotes: Sequence[JudgedQuote]) -> list[str]:
    question, response = item.question, item.response
    if response.error is not None:
        return [f"the system failed: {response.error}"]
    if response.refused and question.answerable:
        return ["refused, though the sources answer"]
    if not response.refused and not question.answerable:
        return ["answered, though the sources do not say"]
    altered = [f"quote [{q.cited.number}] is {q.mark.value}" for q in quotes if q.mark is Mark.ALTERED]
    return altered + [f"{words}: {value}" for name, words in _COMPLETE.items() if (value := _shortfall(item, name))]


def _shortfall(item: Item, metric: str) -> str:
    """By how much a share falls short of 1; empty if it does not, or does not apply."""
    value = item.values.get(metric)
    return "" if value is None or value.value is None or value.value >= 1 else f"{value.value:.0%}"
