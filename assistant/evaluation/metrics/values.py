"""How a metric says what it found, and why it found nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from assistant.evaluation.archive import Archive
from assistant.evaluation.results import CitedQuote, Question, RankedSpan, Response, Value

Metric: TypeAlias = Callable[[Question, Response, Archive], Value]
"""What a metric is: one question, one response, the archive -> one value."""


def absent(reason: str) -> Value:
    """The value of a metric that does not apply."""
    return Value(value=None, reason=reason)


def share(right: int, total: int) -> Value:
    """``right / total``, with the two numbers as its reason."""
    return Value(value=right / total, reason=f"{right} of {total}")


def mean(values: Sequence[float]) -> Value:
    """The arithmetic mean of at least one value."""
    return Value(value=sum(values) / len(values), reason=f"mean of {len(values)}")


def offered(response: Response) -> tuple[CitedQuote, ...]:
    """The quotes on which an answer stands; none if the system refused or failed, whatever it shows beside that."""
    return () if response.refused or response.error is not None else response.citations


def no_gold(question: Question) -> str:
    """Why there is no evidence that a response could cite; empty if there is some."""
    if not question.answerable:
        return "the sources do not answer this question"
    return "" if any(gold.required for gold in question.gold) else "the gold names no evidence"


def silence(response: Response) -> str:
    """Why a response has nothing to judge."""
    if response.error is not None:
        return f"the system failed: {response.error}"
    return "refused" if response.refused else "nothing cited"


def distinct(ranking: Sequence[RankedSpan]) -> list[RankedSpan]:
    """A ranking without the passages that stand in it already."""
    return list(dict.fromkeys(ranking))
