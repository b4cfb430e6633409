"""What a run of the evaluation holds: per question first, aggregates derived; plain values that round-trip as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.domain import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSpan:
    """A stretch of a source that a right answer rests on."""

    source_id: str
    span: Span
    required: bool
    """False: good evidence, but an answer is complete without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A gold record whose spans are resolved to offsets."""

    id: str
    question: str
    kind: str
    history: tuple[str, ...]
    """Earlier questions of the conversation, oldest first."""
    answerable: bool
    gold: tuple[GoldSpan, ...]
    contains: tuple[str, ...]
    """Strings that the quotes of a right answer must contain."""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedQuote:
    """A quote that a system gave, with the place it claimed for it."""

    number: int
    source_id: str
    quote: str
    span: Span | None
    """None: the system names no place within the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedStatement:
    """A statement of an answer and the numbers of the citations it claims."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedSpan:
    """A passage that retrieval returned, best first."""

    source_id: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a system answered to a question, in the harness's own terms."""

    text: str
    refused: bool
    citations: tuple[CitedQuote, ...] = ()
    statements: tuple[CitedStatement, ...] = ()
    ranking: tuple[RankedSpan, ...] = ()
    confidence: float | None = None
    """Belief that the sources answer, 0 to 1; None if the system has none."""
    error: str | None = None
    """What went wrong, if the system failed; the question counts as unanswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A metric's value for one question; None where it does not apply, and then the reason why."""

    value: float | None
    reason: str = ""
    """Why the value is None, or what it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a run: what was asked, what came back, how it measured."""

    question: Question
    response: Response
    seconds: float
    values: dict[str, Value]
    """One value for every metric of the run, by the metric's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A metric over a group of questions."""

    metric: str
    group: str
    """``all`` or a kind of question."""
    value: float | None
    """Mean over the questions to which it applies; None if it applies to none."""
    low: float | None
    """Lower end of the 95 % bootstrap interval."""
    high: float | None
    applied: int
    """Questions with a value."""
    absent: int
    """Questions to which it does not apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole evaluation of one system."""

    name: str
    provenance: dict[str, str]
    """Code version, recipe, corpus and gold hashes, models, library versions, the command."""
    items: tuple[Item, ...]
    summaries: tuple[Summary, ...] = field(default=())
