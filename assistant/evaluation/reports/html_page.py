"""A run as one self-contained HTML page: no script, nothing fetched, readable in light and dark and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

from assistant.evaluation.archive import Archive
from assistant.evaluation.reports.figures import Point, curve_figure, histogram_figure, interval_figure
from assistant.evaluation.reports.outcome import Outcome, outcomes
from assistant.evaluation.reports.question_card import question_card
from assistant.evaluation.reports.refusal_curve import RefusalPoint, refusal_curve, refusal_here
from assistant.evaluation.reports.tables import (
    Table,
    by_kind,
    definition,
    figures,
    kinds,
    of_group,
    shown,
    side_by_side,
    verdict_line,
    words,
)
from assistant.evaluation.results import Item, Run
from assistant.evaluation.statistics import ALL

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Should a text ever escape its escaping, the browser still runs and fetches nothing."""
_PLOTTED = ("evidence_hit", "citation_f1_sentences", "contains", "refusal_accuracy")


def to_html(run: Run, archive: Archive | None, *, rivals: Sequence[Run] = ()) -> str:
    """The whole page; with ``rivals``, their figures stand beside the run's."""
    found = outcomes(run, archive)
    asked = tuple(dict.fromkeys(item.question.kind for item in run.items))
    beside = [_section("Beside other systems", _beside([run, *rivals]))] if rivals else []
    of_kinds = [_section("By kind of question", _kinds(run))] if kinds(run) else []
    body = [
        f'<header><h1>{escape(run.name)}</h1><p class="lead">{verdict_line(found)}</p></header>',
        _section("Figures", _figures(run)),
        *beside,
        *of_kinds,
        _section("When it refuses", _refusal(run.items)),
        _section("How long it takes", _latency(run.items)),
        _section("Questions, missed ones first", _questions(found, asked, archive)),
        _section("Provenance", _table(Table(head=("what", "value"), rows=tuple(run.provenance.items())))),
    ]
    return _document(run.name, "\n".join(body), _filter_css(len(asked)))


def _document(title: str, body: str, extra_css: str) -> str:
    css = files("assistant.evaluation.reports").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{css}{extra_css}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _more(title: str, content: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>"


def _figures(run: Run) -> str:
    meant = [(words(metric), definition(metric)) for metric in of_group(run, ALL) if definition(metric)]
    terms = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in meant)
    return (
        _table(figures(run))
        + _more("All figures", _table(figures(run, None)))
        + _more("What they mean", f"<p>An arrow down: less is better.</p><dl>{terms}</dl>")
    )


def _beside(runs: Sequence[Run]) -> str:
    return _table(side_by_side(runs)) + _more("All figures beside others", _table(side_by_side(runs, None)))


def _kinds(run: Run) -> str:
    """Plots of a few metrics, and the figures in a table."""
    columns = [of_group(run, kind) for kind in kinds(run)]
    of_metric = {metric: [c[metric] for c in columns if metric in c] for metric in _PLOTTED}
    plots = "".join(
        interval_figure(words(metric), found)
        for metric, found in of_metric.items()
        if any(summary.value is not None for summary in found)
    )
    return plots + _more("Figures by kind", _table(by_kind(run))) + _more("All of them", _table(by_kind(run, None)))


def _refusal(items: Sequence[Item]) -> str:
    curve, here = refusal_curve(items), refusal_here(items)
    if not curve and here is None:
        return "<p>No question that the sources do not answer, or no confidence to set a threshold on.</p>"
    figure = curve_figure(
        "Precision and recall of refusal, at every threshold of confidence; the ring is where the system stands",
        [_point(point) for point in curve],
        here=None if here is None else _point(here),
        x_label="recall: unanswerable questions that are refused",
        y_label="precision: refusals that are right",
    )
    return figure if curve else f"{figure}<p>The system gives no confidence, so there is no curve.</p>"


def _point(point: RefusalPoint) -> Point:
    where = "the system" if point.threshold is None else f"refusing below {shown(point.threshold)}"
    return Point(
        x=point.recall,
        y=point.precision,
        title=f"{where}: precision {shown(point.precision)}, recall {shown(point.recall)}",
    )


def _latency(items: Sequence[Item]) -> str:
    seconds = sorted(item.seconds for item in items)
    if not seconds:
        return "<p>No question was asked.</p>"
    middle, late = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    text = f"Half of the answers came within {shown(middle)} s, 95 % within {shown(late)} s, all within "
    return f"<p>{text}{shown(seconds[-1])} s.</p>" + histogram_figure("Questions by time", seconds, unit="seconds")


def _questions(found: Sequence[Outcome], asked: Sequence[str], archive: Archive | None) -> str:
    number = {kind: index for index, kind in enumerate(asked)}
    choices = [("all", "all"), ("missed", "missed"), *((f"k{index}", kind) for kind, index in number.items())]
    filters = "".join(
        f'<label><input type="radio" name="show" id="show-{key}"{" checked" if key == "all" else ""}> '
        f"{escape(label)}</label>"
        for key, label in choices
    )
    cards = "\n".join(
        question_card(one, archive, css_class=f"k{number[one.item.question.kind]}{' missed' if one.misses else ''}")
        for one in found
    )
    return f'<fieldset class="filter"><legend class="faint">Show</legend>{filters}</fieldset>\n{cards}'


def _filter_css(count: int) -> str:
    """Rules by which a chosen radio button hides the questions of other kinds, without a script."""
    keys = ["missed", *(f"k{index}" for index in range(count))]
    return "".join(f"body:has(#show-{key}:checked) .question:not(.{key}) {{ display: none; }}\n" for key in keys)
