"""Values of single questions -> figures for groups of questions, with their uncertainty.

Intervals are percentile bootstrap intervals over questions (Efron and Tibshirani 1993, chapter 13), seeded, so that
the same values always give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EvaluationError
from assistant.evaluation.metrics.refusal import declines
from assistant.evaluation.results import Item, Summary

ALL = "all"
"""The group of all questions."""
RESAMPLES = 1_000
_CELLS = 1_000_000
"""Numbers held at once while resampling."""

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A figure for a group of questions that is computed from one row of numbers for each."""

    name: str
    row: Callable[[Item], tuple[float, ...] | None]
    """None: the question does not take part."""
    statistic: Callable[[Floats], Floats]
    """From samples of rows (samples, questions, columns) to a figure for each sample; NaN where it is undefined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


def summarise(items: Sequence[Item], *, seed: int = 0) -> tuple[Summary, ...]:
    """Every metric and every aggregate over all questions and over each kind.

    Raises:
        EvaluationError: the items do not all have the same metrics.
    """
    aggregates = [mean_of(name) for name in metric_names(items)] + [refusal_f1(), answered_auroc()]
    return tuple(
        _summary(aggregate, group, members, seed)
        for group, members in groups(items).items()
        for aggregate in aggregates
    )


def metric_names(items: Sequence[Item]) -> tuple[str, ...]:
    """The names of the metrics that every item has.

    Raises:
        EvaluationError: an item lacks one that another has.
    """
    names = tuple(items[0].values) if items else ()
    for item in items:
        if set(item.values) != set(names):
            odd = ", ".join(sorted(set(item.values) ^ set(names)))
            raise EvaluationError(f"{item.question.id}: {odd} is not in every item; measure all with the same metrics")
    return names


def groups(items: Sequence[Item]) -> dict[str, list[Item]]:
    """The items by group: all of them, then each kind of question in the order in which it appears."""
    kinds = dict.fromkeys(item.question.kind for item in items)
    return {ALL: list(items), **{kind: [item for item in items if item.question.kind == kind] for kind in kinds}}


def mean_of(metric: str) -> Aggregate:
    """The mean of a metric over the questions to which it applies."""

    def row(item: Item) -> tuple[float, ...] | None:
        value = item.values[metric].value
        return None if value is None else (value,)

    return Aggregate(name=metric, row=row, statistic=means)


def means(samples: Floats) -> Floats:
    """The mean of the first column, for each sample."""
    return np.asarray(samples[:, :, 0].mean(axis=1), dtype=np.float64)


def refusal_f1() -> Aggregate:
    """F1 of refusing: ``2TP / (2TP + FP + FN)``, where TP is an unanswerable question refused."""

    def statistic(samples: Floats) -> Floats:
        unanswerable, refused = samples[:, :, 0], samples[:, :, 1]
        both = (unanswerable * refused).sum(axis=1)
        either = unanswerable.sum(axis=1) + refused.sum(axis=1)
        return np.asarray(np.divide(2 * both, either, out=np.full_like(both, np.nan), where=either > 0))

    return Aggregate(
        name="refusal_f1",
        row=lambda item: (float(not item.question.answerable), float(declines(item.response))),
        statistic=statistic,
    )


def answered_auroc() -> Aggregate:
    """Chance that an answerable question has more confidence than an unanswerable one, ties counting half.

    Area under the ROC curve by ranks (Hanley and McNeil 1982); over the responses that state a confidence.
    """

    def row(item: Item) -> tuple[float, ...] | None:
        confidence = item.response.confidence
        return None if confidence is None else (float(item.question.answerable), confidence)

    return Aggregate(name="answered_auroc", row=row, statistic=lambda samples: np.array([_auroc(s) for s in samples]))


def _auroc(rows: Floats) -> float:
    answerable = rows[:, 0] > 0
    positives = int(answerable.sum())
    negatives = len(rows) - positives
    if not positives or not negatives:
        return float("nan")
    _, places, counts = np.unique(rows[:, 1], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[answerable].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _summary(aggregate: Aggregate, group: str, items: Sequence[Item], seed: int) -> Summary:
    found = [row for item in items if (row := aggregate.row(item)) is not None]
    value, interval = None, None
    if found:
        rows = np.array(found, dtype=np.float64)
        value = _number(float(aggregate.statistic(rows[np.newaxis])[0]))
        interval = None if value is None else bootstrap(rows, aggregate.statistic, seed=seed)
    return Summary(
        metric=aggregate.name,
        group=group,
        value=value,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        applied=len(found),
        absent=len(items) - len(found),
    )


def bootstrap(rows: Floats, statistic: Callable[[Floats], Floats], *, seed: int = 0) -> Interval | None:
    """The 95 % percentile bootstrap interval of a statistic; None for fewer than two rows, which say nothing of spread.

    Rows are (questions, columns). Samples for which the statistic is undefined are left out.
    """
    if len(rows) < 2:
        return None
    figures = np.concatenate([statistic(rows[places]) for places in _resamples(len(rows), seed)])
    figures = figures[~np.isnan(figures)]
    low, high = np.percentile(figures, [2.5, 97.5])
    return Interval(low=float(low), high=float(high))


def _resamples(size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Places drawn with replacement, in batches (samples, size) that fit into memory."""
    random = np.random.default_rng(seed)
    batch = max(1, _CELLS // size)
    for start in range(0, RESAMPLES, batch):
        yield random.integers(size, size=(min(batch, RESAMPLES - start), size))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
