"""What an evaluation must reach: least and greatest values, and no significant fall below a stored run.

``eval/thresholds.toml`` is read by people, by ``assistant eval`` and by continuous integration::

    [thresholds]                  # least value over all questions
    quote_exactness = 1.0
    [thresholds.false-premise]    # least value over one kind of question
    evidence_hit = 0.8
    [limits]                      # greatest value, where less is better
    misattribution = 0.0
    [regression]
    metrics = ["evidence_hit"]    # compared with the baseline, question by question
    alpha = 0.01
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import EvaluationError
from assistant.evaluation.comparison import Comparison, compare
from assistant.evaluation.metrics import LOWER_IS_BETTER
from assistant.evaluation.results import Run
from assistant.evaluation.statistics import ALL

_Bounds: TypeAlias = dict[str, float | dict[str, float]]
_ROUNDING = 1e-9


class Regression(BaseModel):
    """Which metrics are compared with a baseline, and how sure a fall must be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metrics: tuple[str, ...] = ()
    alpha: float = Field(default=0.01, gt=0, lt=1)
    """A fall counts if chance alone makes so great a difference less often than this."""


class Thresholds(BaseModel):
    """What a run must reach; the module shows the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thresholds: _Bounds = Field(default_factory=dict)
    limits: _Bounds = Field(default_factory=dict)
    regression: Regression = Regression()


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A bound that a run did not keep."""

    metric: str
    group: str
    """``all`` or a kind of question."""
    bound: float
    upper: bool
    """Whether the bound is the greatest value allowed, not the least."""
    found: float | None
    """None: the metric has no value in this run, which is a miss."""

    def __str__(self) -> str:
        found = "no value" if self.found is None else f"{self.found:.3f}"
        where = "" if self.group == ALL else f" ({self.group})"
        return f"{self.metric}{where} is {found}, {'at most' if self.upper else 'at least'} {self.bound:g} is required"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bound:
    metric: str
    group: str
    value: float
    upper: bool


def load_thresholds(path: Path) -> Thresholds:
    """The thresholds of a TOML file.

    Raises:
        EvaluationError: it cannot be read, is not TOML, or has a wrong or unknown entry; all are named.
    """
    try:
        return Thresholds.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise EvaluationError(f"no readable thresholds at {path} ({error.strerror}); name another file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        faults = "\n".join(f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise EvaluationError(f"{path} has entries that cannot be used; mend these:\n{faults}") from error


def check_thresholds(run: Run, thresholds: Thresholds) -> tuple[Miss, ...]:
    """The bounds that the run did not keep; a bound for a kind of which no question was asked does not apply.

    Raises:
        EvaluationError: a bound is for a metric that the run does not have.
    """
    found = {(summary.metric, summary.group): summary.value for summary in run.summaries}
    known, groups = {metric for metric, _ in found}, {group for _, group in found}
    bounds = [*_bounds(thresholds.thresholds, upper=False), *_bounds(thresholds.limits, upper=True)]
    if strangers := sorted({bound.metric for bound in bounds} - known):
        raise EvaluationError(
            f"no metric {', '.join(strangers)}; mend the thresholds: a run has {', '.join(sorted(known))}"
        )
    return tuple(
        Miss(metric=bound.metric, group=bound.group, bound=bound.value, upper=bound.upper, found=value)
        for bound in bounds
        if bound.group in groups and not _kept(bound, value := found[bound.metric, bound.group])
    )


def regressions(baseline: Run, run: Run, rule: Regression) -> tuple[Comparison, ...]:
    """The metrics that fell significantly from the baseline, by the paired sign-flip test.

    Raises:
        EvaluationError: the two runs share no question, or a metric of the rule is in neither.
    """
    found = [compare(baseline, run, metric) for metric in _comparable(baseline, run, rule)]
    if found and not any(one.paired for one in found):
        raise EvaluationError(f"{baseline.name} and {run.name} share no question; name a baseline on the same gold")
    return tuple(one for one in found if _fell(one) and one.p_value is not None and one.p_value < rule.alpha)


def fall(one: Comparison, baseline: str) -> str:
    """A significant fall in words."""
    before, after, p = (f"{value or 0.0:.3f}" for value in (one.before, one.after, one.p_value))
    return f"{one.metric} is {after}, worse than {before} in {baseline} (p = {p}, {one.paired} questions)"


def _bounds(table: Mapping[str, float | dict[str, float]], *, upper: bool) -> Iterator[_Bound]:
    for name, entry in table.items():
        if isinstance(entry, dict):
            yield from (_Bound(metric=m, group=name, value=value, upper=upper) for m, value in entry.items())
        else:
            yield _Bound(metric=name, group=ALL, value=entry, upper=upper)


def _kept(bound: _Bound, value: float | None) -> bool:
    if value is None:
        return False
    return value <= bound.value + _ROUNDING if bound.upper else value >= bound.value - _ROUNDING


def _comparable(baseline: Run, run: Run, rule: Regression) -> tuple[str, ...]:
    for one in (baseline, run):
        lacking = [metric for metric in rule.metrics if any(metric not in item.values for item in one.items)]
        if lacking:
            raise EvaluationError(f"{one.name} has no value for {', '.join(lacking)}; mend [regression] or run it anew")
    return rule.metrics


def _fell(one: Comparison) -> bool:
    if one.difference is None:
        return False
    return one.difference > 0 if one.metric in LOWER_IS_BETTER else one.difference < 0
