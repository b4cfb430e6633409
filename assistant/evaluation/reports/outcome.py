"""What became of a question, in words a person reads: which quotes are right, and in what the answer misses the gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Span
from assistant.evaluation.results import CitedQuote, GoldSpan, Item, Response, Run
from assistant.text import locate, normalise

Texts = Mapping[str, str]
"""Text of each source, by id; a source that is not in it cannot be checked."""


class Mark(StrEnum):
    """How a quote stands to its source and to the gold."""

    GOLD = "verbatim, and on the gold"
    BESIDE = "verbatim, but not on the gold"
    ALTERED = "not verbatim at the place it names"
    UNCHECKED = "not checked: the source's text is not at hand"

    @property
    def right(self) -> bool:
        """Whether it is the quote that was wanted."""
        return self is Mark.GOLD


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
    quoted_gold: tuple[bool, ...]
    """For each gold span of the question, whether a verbatim quote shares a character with it."""
    misses: tuple[str, ...]
    """In what the answer misses the gold; none for a right one."""


def outcomes(run: Run, texts: Texts) -> tuple[Outcome, ...]:
    """Every question's outcome: missed ones first, otherwise in the run's order."""
    found = [outcome(item, texts) for item in run.items]
    return tuple(sorted(found, key=lambda one: not one.misses))


def outcome(item: Item, texts: Texts) -> Outcome:
    """What became of one question."""
    quotes = tuple(_judge(cited, item.question.gold, texts) for cited in item.response.citations)
    quoted = tuple(any(_on(quote, gold) for quote in quotes) for gold in item.question.gold)
    return Outcome(item=item, quotes=quotes, quoted_gold=quoted, misses=tuple(_misses(item, quotes, quoted)))


def _judge(cited: CitedQuote, gold: Sequence[GoldSpan], texts: Texts) -> JudgedQuote:
    text = texts.get(cited.source_id)
    if text is None:
        return JudgedQuote(cited=cited, span=cited.span, mark=Mark.UNCHECKED)
    places = _places(cited, text)
    if not places:
        return JudgedQuote(cited=cited, span=None, mark=Mark.ALTERED)
    on = [place for place in places if any(g.source_id == cited.source_id and g.span.overlaps(place) for g in gold)]
    return JudgedQuote(cited=cited, span=(on or places)[0], mark=Mark.GOLD if on else Mark.BESIDE)


def _places(cited: CitedQuote, text: str) -> list[Span]:
    """The places at which a quote stands, exactly: the one it names or, if it names none, all."""
    if cited.span is None:
        return [match.span for match in locate(cited.quote, text) if match.exact]
    return [cited.span] if text[cited.span.start : cited.span.end] == cited.quote else []


def _on(quote: JudgedQuote, gold: GoldSpan) -> bool:
    same = quote.cited.source_id == gold.source_id and quote.mark is not Mark.ALTERED
    return same and quote.span is not None and quote.span.overlaps(gold.span)


def _misses(item: Item, quotes: Sequence[JudgedQuote], quoted: Sequence[bool]) -> list[str]:
    question, response = item.question, item.response
    if response.error is not None:
        return [f"the system failed: {response.error}"]
    if response.refused == question.answerable:
        return ["refused, though the sources answer" if response.refused else "answered, though the sources do not say"]
    altered = [
        f"quote [{q.cited.number}] is not verbatim at the place it names" for q in quotes if q.mark is Mark.ALTERED
    ]
    if response.refused:
        return altered
    wanted = [hit for gold, hit in zip(question.gold, quoted, strict=True) if gold.required]
    absent = wanted.count(False)
    missing = [f"{absent} of {len(wanted)} required passages not quoted"] if absent else []
    return altered + missing + [f"no quote holds “{words}”" for words in _unquoted(question.contains, response)]


def _unquoted(contains: Sequence[str], response: Response) -> list[str]:
    said = normalise(" ".join(citation.quote for citation in response.citations)).text.casefold()
    return [words for words in contains if normalise(words).text.casefold() not in said]
