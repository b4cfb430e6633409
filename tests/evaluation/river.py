"""Two small sources whose characters can be counted by hand, and questions and answers about them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain import Span
from assistant.evaluation.archive import Archive
from assistant.evaluation.results import CitedQuote, CitedStatement, GoldSpan, Question, RankedSpan, Response
from tests.specimens import make_source

BORDER = "The border stays at the river."
"""25 characters without white space."""
MAY = "Trade resumes in May"
"""17; stands in both sources."""
JUNE = "the bridge opens in June."
"""21."""
TRADE = f"{MAY}; {JUNE}"
"""39."""
NOBODY = "No one was told."
"""13; the second paragraph."""
FROZEN = "The river froze."
"""14; in the rumour."""

SOURCES = (
    make_source(f"{BORDER} {TRADE}\n\n{NOBODY}", "report"),
    make_source(f"{MAY} is a rumour. {FROZEN}", "rumour"),
)
ARCHIVE = Archive(SOURCES)


def span(words: str, source_id: str = "report") -> Span:
    """Where the words first stand in a source."""
    start = ARCHIVE.text(source_id).index(words)
    return Span(start=start, end=start + len(words))


def ask(
    *required: str,
    optional: Sequence[str] = (),
    kind: str = "direct",
    contains: tuple[str, ...] = (),
    question_id: str = "q",
) -> Question:
    """A question that the report answers with the required words; without any, one that it does not answer."""
    gold = [(words, True) for words in required] + [(words, False) for words in optional]
    return Question(
        id=question_id,
        question="What now?",
        kind=kind,
        history=(),
        answerable=bool(required),
        gold=tuple(GoldSpan(source_id="report", span=span(words), required=must) for words, must in gold),
        contains=contains,
    )


def quote(words: str, source_id: str = "report", *, number: int = 1) -> CitedQuote:
    """A true quote, with its place."""
    return CitedQuote(number=number, source_id=source_id, quote=words, span=span(words, source_id))


def unplaced(words: str, source_id: str = "report", *, number: int = 1) -> CitedQuote:
    """A quote, true or false, for which no place is named."""
    return CitedQuote(number=number, source_id=source_id, quote=words, span=None)


def answer(*quotes: CitedQuote, statements: Sequence[tuple[int, ...]] = (), ranking: Sequence[str] = ()) -> Response:
    """An answer that gives these quotes; a ranking is words of the report."""
    return Response(
        text="So it is.",
        refused=False,
        citations=quotes,
        statements=tuple(CitedStatement(text="So.", citations=numbers) for numbers in statements),
        ranking=tuple(RankedSpan(source_id="report", span=span(words)) for words in ranking),
    )


REFUSAL = Response(text="The sources do not say.", refused=True)
FAILURE = Response(text="", refused=False, error="TimeoutError: no answer")
