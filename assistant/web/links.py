"""Addresses that open the page at a span of a source, or with a question in its box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.corpus import Corpus
from assistant.domain import Span
from assistant.errors import QuestionError
from assistant.session import check_question


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a link opens in the reader."""

    source_id: str
    span: Span | None
    """None: the whole source, from its beginning."""


def link_to(source_id: str, span: Span | None = None) -> str:
    """The address of a source or of a span of it, relative to the page.

    >>> link_to("telegram", Span(start=3, end=9))
    '?source=telegram&from=3&to=9'
    """
    place = {} if span is None else {"from": span.start, "to": span.end}
    return "?" + urlencode({"source": source_id, **place})


def read_target(parameters: Mapping[str, str], corpus: Corpus) -> Target | None:
    """What the parameters of an address ask the reader to open; None if nothing.

    Raises:
        QuestionError: they name no source of the archive, or no span of it.
    """
    source_id = parameters.get("source", "")
    if not source_id:
        return None
    if source_id not in corpus:
        raise QuestionError(
            "The link names a source that is not in this archive; the Sources tab lists those that are."
        )
    if "from" not in parameters and "to" not in parameters:
        return Target(source_id=source_id, span=None)
    span = _span(parameters.get("from", ""), parameters.get("to", ""), len(corpus.source(source_id).text))
    return Target(source_id=source_id, span=span)


def read_question(parameters: Mapping[str, str]) -> str:
    """The question that an address brings along, to be put into the box; empty if it brings none.

    Raises:
        QuestionError: it is too long.
    """
    given = parameters.get("q", "")
    return check_question(given) if given.strip() else ""


def _span(start: str, end: str, length: int) -> Span:
    digits = all(text.isascii() and text.isdigit() and len(text) < 12 for text in (start, end))
    if not digits or not int(start) < int(end) <= length:
        raise QuestionError(f"The link names no place in this source, whose characters go from 0 to {length}.")
    return Span(start=int(start), end=int(end))
