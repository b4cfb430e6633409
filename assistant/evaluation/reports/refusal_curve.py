"""Precision and recall of refusal at every threshold that a system could have set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evaluation.metrics.refusal import declines
from assistant.evaluation.results import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPoint:
    """What refusing below a threshold would have come to."""

    threshold: float | None
    """Questions with a lower confidence are refused; None for what the system itself did."""
    precision: float
    """Share of the refused questions that the sources do not answer."""
    recall: float
    """Share of the questions that the sources do not answer that are refused."""


def refusal_curve(items: Sequence[Item]) -> tuple[RefusalPoint, ...]:
    """A point for each confidence that occurs, recall rising; () without confidences or unanswerable questions."""
    known = sorted(
        (confidence, item.question.answerable) for item in items if (confidence := item.response.confidence) is not None
    )
    unanswerable = sum(not answerable for _, answerable in known)
    if not unanswerable:
        return ()
    points, right = [], 0
    for refused, (confidence, answerable) in enumerate(known, start=1):
        right += not answerable
        following = known[refused][0] if refused < len(known) else None
        if confidence != following:
            threshold = 1.0 if following is None else following
            points.append(RefusalPoint(threshold=threshold, precision=right / refused, recall=right / unanswerable))
    return tuple(points)


def refusal_here(items: Sequence[Item]) -> RefusalPoint | None:
    """Where the system itself stands; None if it refused nothing, or nothing was to be refused."""
    refused = [item for item in items if declines(item.response)]
    unanswerable = sum(not item.question.answerable for item in items)
    if not refused or not unanswerable:
        return None
    right = sum(not item.question.answerable for item in refused)
    return RefusalPoint(threshold=None, precision=right / len(refused), recall=right / unanswerable)
