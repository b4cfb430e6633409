"""Plots as inline SVG, written by hand.

Why no plotting library: three plots of bars, dots and one curve need 150 lines; matplotlib would weigh 60 MB, and the
SVG writers that are small put scripts or links to other hosts into the page. Colours come from the page's style sheet,
so that the plots follow its dark mode; every mark has a title, so that a screen reader and a pointer can read it.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.evaluation.reports.tables import shown
from assistant.evaluation.results import Summary

_LABEL, _PLOT, _ROW = 118, 270, 24
_SIDE, _MARGIN = 300, 64
_WIDE, _HIGH, _LEFT, _TOP = 420, 180, 24, 22
_MOST_BINS = 16
_MOST_DOTS = 60
_LEAST = 1e-4
"""Smaller values stand at the left end of a logarithmic scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a curve and what is said about it."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bin:
    low: float
    high: float
    count: int


def interval_figure(title: str, summaries: Sequence[Summary]) -> str:
    """A row for each group: its value as a dot and its interval as a line, on a scale from 0 to 1 or to the largest."""
    ends = [end for s in summaries for end in (s.value, s.high) if end is not None]
    top = max([1.0, *ends])
    rows = "".join(_interval_row(index, summary, top) for index, summary in enumerate(summaries))
    height = _ROW * len(summaries) + 28
    axis = "".join(
        _line(_LABEL + share * _PLOT, 0, _LABEL + share * _PLOT, height - 24, "grid")
        + _text(_LABEL + share * _PLOT, height - 8, _tick(share * top), "middle")
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return _svg(title, _LABEL + _PLOT + 56, height, axis + rows)


def curve_figure(title: str, points: Sequence[Point], *, here: Point | None, x_label: str, y_label: str) -> str:
    """A curve in the unit square, and the point at which the system stands, if it is known."""
    path = " ".join(f"{'L' if index else 'M'}{_x(p.x):.1f},{_y(p.y):.1f}" for index, p in enumerate(points))
    every = math.ceil(len(points) / _MOST_DOTS) or 1
    marks = "".join(_dot(_x(p.x), _y(p.y), 2.5, "dot", p.title) for p in points[::every])
    standing = "" if here is None else _dot(_x(here.x), _y(here.y), 6, "here", here.title)
    grid = "".join(_unit_grid(share) for share in (0, 0.25, 0.5, 0.75, 1))
    labels = _text(_MARGIN + _SIDE / 2, _SIDE + 46, x_label, "middle") + (
        f'<text class="label" text-anchor="middle" transform="translate(12 {12 + _SIDE / 2}) rotate(-90)">'
        f"{escape(y_label)}</text>"
    )
    curve = f'<path class="curve" d="{path}"/>' if points else ""
    return _svg(title, _MARGIN + _SIDE + 20, _SIDE + 54, grid + curve + marks + standing + labels)


def histogram_figure(title: str, values: Sequence[float], *, unit: str) -> str:
    """How often a positive quantity fell into each of up to 16 stretches of a logarithmic scale."""
    bins = _bins([max(value, _LEAST) for value in values])
    most = max((one.count for one in bins), default=1)
    step = _WIDE / max(len(bins), 1)
    bars = "".join(_bar(_LEFT + index * step, step - 2, one, most, unit) for index, one in enumerate(bins))
    every = math.ceil(len(bins) / 5) or 1
    ticks = "".join(
        _text(_LEFT + index * step, _HIGH + 40, _tick(one.low), "middle")
        for index, one in enumerate(bins)
        if index % every == 0
    )
    floor = _line(_LEFT, _HIGH + _TOP, _LEFT + _WIDE, _HIGH + _TOP, "axis")
    return _svg(
        title,
        _WIDE + 2 * _LEFT,
        _HIGH + 66,
        bars + floor + ticks + _text(_LEFT + _WIDE / 2, _HIGH + 60, unit, "middle"),
    )


def _interval_row(index: int, summary: Summary, top: float) -> str:
    middle = _ROW * index + _ROW / 2
    label = _text(_LABEL - 10, middle + 4, summary.group, "end")
    if summary.value is None:
        return label + _text(_LABEL + 6, middle + 4, "does not apply", "start")
    at = [_LABEL + _PLOT * (end or 0.0) / top for end in (summary.low, summary.value, summary.high)]
    line = "" if summary.low is None else _line(at[0], middle, at[2], middle, "range")
    title = f"{summary.group}: {shown(summary.value)}, interval {shown(summary.low)} to {shown(summary.high)}"
    value = _text(_LABEL + _PLOT + 12, middle + 4, shown(summary.value), "start")
    return label + line + _dot(at[1], middle, 4.5, "dot", f"{title}, {summary.applied} questions") + value


def _bins(values: Sequence[float]) -> list[_Bin]:
    """Stretches of equal width on a logarithmic scale, from the least to the greatest value."""
    if not values:
        return []
    low, high = math.log(min(values)), math.log(max(values))
    count = 1 if low == high else min(_MOST_BINS, len(values))
    edges = [math.exp(low + (high - low) * index / count) for index in range(count + 1)]
    of = Counter(min(int((math.log(v) - low) / (high - low) * count), count - 1) if count > 1 else 0 for v in values)
    return [_Bin(low=a, high=b, count=of[i]) for i, (a, b) in enumerate(itertools.pairwise(edges))]


def _bar(x: float, width: float, one: _Bin, most: int, unit: str) -> str:
    height = _HIGH * one.count / most
    title = f"{one.count} questions from {_tick(one.low)} to {_tick(one.high)} {unit}"
    y = _TOP + _HIGH - height
    count = _text(x + width / 2, y - 5, str(one.count), "middle") if one.count else ""
    return (
        f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
        f"<title>{escape(title)}</title></rect>{count}"
    )


def _unit_grid(share: float) -> str:
    return (
        _line(_x(share), _y(0), _x(share), _y(1), "grid")
        + _line(_x(0), _y(share), _x(1), _y(share), "grid")
        + _text(_x(share), _SIDE + 28, _tick(share), "middle")
        + _text(_MARGIN - 6, _y(share) + 4, _tick(share), "end")
    )


def _x(value: float) -> float:
    return _MARGIN + value * _SIDE


def _y(value: float) -> float:
    return 12 + (1 - value) * _SIDE


def _tick(value: float) -> str:
    """Two significant digits, without a power of ten."""
    digits = 1 if value == 0 else max(0, 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _svg(title: str, width: float, height: float, body: str) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">{body}</svg></figure>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text class="label" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _dot(x: float, y: float, radius: float, kind: str, title: str) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"><title>{escape(title)}</title></circle>'
