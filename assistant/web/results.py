"""The committed results of the evaluation as HTML."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.reports.tables import Table, figures
from assistant.evaluation.serialise import read_run
from assistant.web.markup import escaped, tag

_SHOWN = {
    "test": "The documents alone: questions that nothing was chosen by",
    "beside": "The same questions put to documents and essays together",
    "background": "Questions on the background",
    "plain": "Plain questions",
}


def results_html(folder: Path) -> str:
    """A table for each result file that is known and there, or a line that says where to find them."""
    parts = [part for name, title in _SHOWN.items() if (part := _part(folder / f"{name}.json", title))]
    head = tag("h2", "How well it answers") + tag(
        "p",
        "Measured without a judge, against gold questions whose evidence people marked in the sources. "
        "A quote is always exact; whether it answers is what these figures are about.",
    )
    if not parts:
        parts = [tag("p", "The results are not part of this installation; run assistant eval to make some.")]
    return tag("div", head + "".join(parts), class_="results")


def _part(path: Path, title: str) -> str:
    try:
        run = read_run(path)
    except EvaluationError:
        return ""
    return tag("h3", escaped(title)) + _table(figures(run), title)


def _table(table: Table, title: str) -> str:
    head = tag("tr", "".join(tag("th", escaped(cell), scope="col") for cell in table.head))
    body = "".join(
        tag("tr", tag("th", escaped(row[0]), scope="row") + "".join(tag("td", escaped(cell)) for cell in row[1:]))
        for row in table.rows
    )
    whole = tag("table", tag("thead", head) + tag("tbody", body))
    return tag("div", whole, class_="scroll", tabindex=0, role="region", aria_label=title)
