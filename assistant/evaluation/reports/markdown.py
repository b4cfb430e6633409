"""A run, or several side by side, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.evaluation.archive import Archive
from assistant.evaluation.comparison import compare_runs
from assistant.evaluation.reports.outcome import Outcome, outcomes
from assistant.evaluation.reports.tables import Table, by_kind, changes, figures, kinds, side_by_side, verdict_line
from assistant.evaluation.results import Run

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&])")
_SHOWN_CHARACTERS = 300


def to_markdown(run: Run, archive: Archive | None) -> str:
    """The summary of a run: figures with intervals, figures by kind, every missed question, provenance."""
    found = outcomes(run, archive)
    parts = [f"# {escaped(run.name)}", verdict_line(found), table_markdown(figures(run))]
    if kinds(run):
        parts += ["## By kind of question", table_markdown(by_kind(run))]
    missed = [one for one in found if one.misses]
    if missed:
        parts += ["## Missed questions", "\n".join(_missed(one) for one in missed)]
    provenance = Table(head=("what", "value"), rows=tuple(run.provenance.items()))
    return "\n\n".join([*parts, "## Provenance", table_markdown(provenance)]) + "\n"


def side_by_side_markdown(runs: Sequence[Run]) -> str:
    """The figures of several runs side by side, each with its interval."""
    return table_markdown(side_by_side(runs)) + "\n"


def changes_markdown(before: Run, after: Run) -> str:
    """What changed from one run to another over the questions that they share, with a test of significance."""
    title = f"# {escaped(before.name)} → {escaped(after.name)}"
    return f"{title}\n\n{table_markdown(changes(compare_runs(before, after)))}\n"


def table_markdown(table: Table) -> str:
    """A pipe table; all columns but the first are set right."""
    rule = ["---", *["---:"] * (len(table.head) - 1)]
    lines = [[escaped(cell) for cell in table.head], rule, *([escaped(cell) for cell in row] for row in table.rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(text: str) -> str:
    r"""The text on one line, with what Markdown or HTML would take for markup made plain.

    >>> escaped("a_b <script> [1]")
    'a\\_b \\<script\\> \\[1\\]'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _missed(one: Outcome) -> str:
    question, answer = one.item.question, " ".join(one.item.response.text.split())
    short = answer if len(answer) <= _SHOWN_CHARACTERS else answer[:_SHOWN_CHARACTERS] + "…"
    return (
        f"- **{escaped(question.id)}** ({escaped(question.kind)}): {escaped(question.question)}\n"
        f"  - {escaped('; '.join(one.misses))}\n"
        f"  - answer: {escaped(short) or 'none'}"
    )
