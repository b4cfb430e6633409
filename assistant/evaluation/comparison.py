"""Two runs -> what changed between them, and whether chance explains it.

Paired: only questions that both runs were asked, with the same gold, and to which the metric applies in both. The test
is the two-sided randomisation (sign-flip) test, which Smucker, Allan and Carterette (2007) recommend for retrieval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.evaluation.results import Item, Question, Run
from assistant.evaluation.statistics import ALL, Floats, bootstrap, means, metric_names

PERMUTATIONS = 10_000
_CELLS = 1_000_000
_ROUNDING = 1e-12
"""Differences of means that are smaller than this are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A metric in two runs over the questions that they share."""

    metric: str
    group: str
    before: float | None
    """Mean of the first run over the pairs; None without pairs."""
    after: float | None
    """Mean of the second run over the pairs."""
    difference: float | None
    """``after - before``."""
    low: float | None
    """Lower end of the 95 % bootstrap interval of the difference; None for fewer than two pairs."""
    high: float | None
    """Upper end of it."""
    p_value: float | None
    """Chance of so great a difference, either way, if the two runs were interchangeable."""
    paired: int
    """Questions with a value in both runs."""
    unpaired: int
    """Other questions of the group, in either run."""


def compare_runs(before: Run, after: Run, *, groups: Sequence[str] = (ALL,), seed: int = 0) -> tuple[Comparison, ...]:
    """The comparison of every metric that both runs have, for each group."""
    shared = set(metric_names(after.items))
    metrics = [metric for metric in metric_names(before.items) if metric in shared]
    return tuple(compare(before, after, metric, group=group, seed=seed) for group in groups for metric in metrics)


def compare(before: Run, after: Run, metric: str, *, group: str = ALL, seed: int = 0) -> Comparison:
    """One metric in two runs: means over the pairs, difference, interval and p-value."""
    first, second = _values(before, metric, group), _values(after, metric, group)
    keys = [key for key, value in first.items() if value is not None and second.get(key) is not None]
    pairs = np.array([(first[key], second[key]) for key in keys], dtype=np.float64).reshape(-1, 2)
    differences = pairs[:, 1] - pairs[:, 0]
    interval = bootstrap(differences[:, np.newaxis], means, seed=seed)
    return Comparison(
        metric=metric,
        group=group,
        before=_mean(pairs[:, 0]),
        after=_mean(pairs[:, 1]),
        difference=_mean(differences),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        p_value=sign_flip(differences, seed=seed) if keys else None,
        paired=len(keys),
        unpaired=len(first.keys() | second.keys()) - len(keys),
    )


def sign_flip(differences: Floats, *, seed: int = 0) -> float:
    """The two-sided p-value of a mean difference: share of random sign changes whose mean is as far from 0 or farther.

    ``(1 + |{flips at least as far}|) / (1 + flips)``, so that it is never 0.
    """
    random = np.random.default_rng(seed)
    changed = differences[differences != 0]
    if not len(changed):
        return 1.0
    observed = abs(changed.sum()) - _ROUNDING
    batch, as_far = max(1, _CELLS // len(changed)), 0
    for start in range(0, PERMUTATIONS, batch):
        flips = random.integers(2, size=(min(batch, PERMUTATIONS - start), len(changed))) * 2 - 1
        as_far += int((np.abs(flips @ changed) >= observed).sum())
    return (1 + as_far) / (1 + PERMUTATIONS)


def _values(run: Run, metric: str, group: str) -> dict[Question, float | None]:
    return {_key(item): item.values[metric].value for item in run.items if group in (ALL, item.question.kind)}


def _key(item: Item) -> Question:
    """The question without what may change between runs that are compared: its notes."""
    return replace(item.question, notes="")


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
