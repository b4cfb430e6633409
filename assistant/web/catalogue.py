"""The catalogue for the page: a list in which one can search, and choices for the filter."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from assistant.citation import byline
from assistant.domain import SourceInfo
from assistant.web.documents import badge_html
from assistant.web.links import link_to
from assistant.web.markup import escaped, tag

MOST_SHOWN = 200
MOST_CHOICES = 1_000
"""Sources that the filter offers by name; a greater archive is narrowed down by kind alone."""


def catalogue_html(infos: Iterable[SourceInfo], search: str) -> str:
    """The sources that have all words of a search, as a list; each opens in the reader."""
    words = search.casefold().split()
    found = [info for info in infos if all(word in _searched(info) for word in words)]
    items = "".join(_entry(info) for info in found[:MOST_SHOWN])
    return tag("ul", items, class_="catalogue") + tag("p", _remark(len(found)), class_="quiet", role="status")


def source_choices(infos: Iterable[SourceInfo]) -> list[tuple[str, str]]:
    """Title and id of the sources, for a list to choose from."""
    return [(info.title, info.id) for info in islice(infos, MOST_CHOICES)]


def _searched(info: SourceInfo) -> str:
    return f"{info.id} {info.title} {info.kind} {info.form} {byline(info)} {info.date}".casefold()


def _remark(found: int) -> str:
    if found > MOST_SHOWN:
        return f"{found} sources fit; the first {MOST_SHOWN} are shown. Say more to narrow them down."
    return "No source fits." if not found else f"{found} source{'' if found == 1 else 's'}"


def _entry(info: SourceInfo) -> str:
    title = tag("a", escaped(info.title), href=link_to(info.id), data_open=info.id)
    return tag("li", badge_html(info.kind) + tag("h2", title) + tag("p", escaped(byline(info)), class_="byline"))
