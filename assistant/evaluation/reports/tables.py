"""The tables that every report shows, as plain rows of text: a run's figures, its kinds, several runs side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.evaluation.comparison import Comparison
from assistant.evaluation.metrics import LOWER_IS_BETTER, METRICS
from assistant.evaluation.reports.outcome import Outcome
from assistant.evaluation.results import Run, Summary
from assistant.evaluation.statistics import ALL

HEADLINE = (
    "quote_exactness",
    "quote_verified",
    "coverage",
    "evidence_hit",
    "citation_precision_sentences",
    "citation_recall_sentences",
    "citation_f1_sentences",
    "citation_f1_chars",
    "evidence_length",
    "contains",
    "false_premise",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "answered_auroc",
    "retrieval_hit@1",
    "retrieval_recall@10",
    "latency_s",
)
"""The metrics that a reader looks at first, in the order of the project's promises."""
ABSENT = "–"
"""What stands where there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Column heads and rows of the same length."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def shown(value: float | None) -> str:
    """A figure with three decimals, fewer where it is large; a dash for None.

    >>> shown(0.98765), shown(1234.5), shown(None)
    ('0.988', '1234', '–')
    """
    if value is None:
        return ABSENT
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"


def interval(summary: Summary) -> str:
    """The ends of a summary's interval, or a dash."""
    return ABSENT if summary.low is None else f"{shown(summary.low)} – {shown(summary.high)}"


def words(metric: str) -> str:
    """A metric's name as a person writes it, with an arrow down where less is better.

    >>> words("citation_f1_chars"), words("misattribution")
    ('citation f1 chars', 'misattribution ↓')
    """
    return metric.replace("_", " ") + (" ↓" if metric in LOWER_IS_BETTER else "")


def definition(metric: str) -> str:
    """The first line of what the metric's own documentation says; empty where it says nothing."""
    text = METRICS[metric].__doc__ if metric in METRICS else None
    return (text or "").split("\n")[0].replace("``", "")


def kinds(run: Run) -> tuple[str, ...]:
    """The kinds of question that the summaries speak of, in their order."""
    return tuple(dict.fromkeys(summary.group for summary in run.summaries if summary.group != ALL))


def of_group(run: Run, group: str) -> dict[str, Summary]:
    """The summaries of one group by metric, in the run's order."""
    return {summary.metric: summary for summary in run.summaries if summary.group == group}


def figures(run: Run, metrics: Sequence[str] | None = HEADLINE) -> Table:
    """Metrics over all questions, with interval and number of questions; None for every metric."""
    found = of_group(run, ALL)
    chosen = [found[metric] for metric in _chosen(metrics, found)]
    rows = tuple((words(s.metric), shown(s.value), interval(s), str(s.applied), str(s.absent)) for s in chosen)
    return Table(head=("metric", "value", "95 % interval", "questions", "does not apply"), rows=rows)


def by_kind(run: Run, metrics: Sequence[str] | None = HEADLINE) -> Table:
    """Metrics by kind of question; None for every metric."""
    columns = [of_group(run, kind) for kind in kinds(run)]
    found = dict.fromkeys(metric for column in columns for metric in column)
    rows = tuple((words(m), *(shown(c[m].value if m in c else None) for c in columns)) for m in _chosen(metrics, found))
    return Table(head=("metric", *kinds(run)), rows=rows)


def side_by_side(runs: Sequence[Run], metrics: Sequence[str] | None = HEADLINE) -> Table:
    """Metrics over all questions, a column for each run; a dash where a run has no value."""
    columns = [of_group(run, ALL) for run in runs]
    found = dict.fromkeys(metric for column in columns for metric in column)
    rows = tuple((words(m), *(_cell(c.get(m)) for c in columns)) for m in _chosen(metrics, found))
    return Table(head=("metric", *(run.name for run in runs)), rows=rows)


def changes(found: Sequence[Comparison]) -> Table:
    """Two runs' metrics, the difference with its interval, and the chance of so great a one without a cause."""
    rows = tuple(
        (
            words(c.metric),
            shown(c.before),
            shown(c.after),
            ABSENT if c.difference is None else f"{c.difference:+.3f}",
            ABSENT if c.low is None or c.high is None else f"{c.low:+.3f} – {c.high:+.3f}",
            shown(c.p_value),
            str(c.paired),
        )
        for c in found
    )
    return Table(head=("metric", "before", "after", "difference", "95 % interval", "p", "questions"), rows=rows)


def verdict_line(found: Sequence[Outcome]) -> str:
    """How many questions were answered as the gold says, in one sentence."""
    missed = sum(bool(one.misses) for one in found)
    return f"{len(found) - missed} of {len(found)} questions were answered as the gold says; {missed} were not."


def _chosen(wanted: Sequence[str] | None, found: Iterable[str]) -> list[str]:
    present = list(found)
    return present if wanted is None else [metric for metric in wanted if metric in present]


def _cell(summary: Summary | None) -> str:
    if summary is None or summary.value is None:
        return ABSENT
    return shown(summary.value) + ("" if summary.low is None else f" ({interval(summary)})")
