"""A source as HTML for the reader: in full, with the quotes of an answer marked.

The text content of a rendered text is the source's text, and that of a quote's marks, joined, is the quote, character
for character. Nothing here knows Gradio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.citation import byline, shelf_mark
from assistant.domain import UNKNOWN, Answer, Citation, Kind, Source, SourceInfo, Span
from assistant.web.markup import escaped, tag

HERE = "here"
"""Name of the mark of a passage that no answer quotes: a link's, or a nearest passage of a refusal."""
_KINDS: dict[Kind, str] = {"primary": "primary source", "background": "background source"}
_FACTS = {
    "archive_reference": "Archive",
    "publication": "Published",
    "translator": "Translated by",
    "translated_from": "Translated from",
    "date_note": "On the date",
    "edition_notes": "Edition",
    "rights": "Rights",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span to be lit up in a document."""

    name: str
    """Number of the quote, or `HERE`."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a document lies open in the reader."""

    source: Source
    marks: tuple[Mark, ...] = ()
    chosen: str = ""
    """Name of the mark that is to be scrolled into view; empty: none."""
    turn: int | None = None
    """Number of the turn whose quotes are marked."""
    quotes: tuple[int, ...] = ()
    """Numbers of all quotes of that answer, in other sources too."""


def open_at_quote(source: Source, answer: Answer, turn: int, number: int) -> Opening:
    """The source with all quotes of an answer that stand in it, opened at one of them."""
    marks = [mark_of(citation) for citation in answer.citations if citation.source_id == source.id]
    numbers = tuple(citation.number for citation in answer.citations)
    return Opening(source=source, marks=tuple(marks), chosen=str(number), turn=turn, quotes=numbers)


def open_at_span(source: Source, span: Span | None) -> Opening:
    """The source opened at a span, or at its beginning."""
    if span is None:
        return Opening(source=source)
    return Opening(source=source, marks=(Mark(name=HERE, span=span),), chosen=HERE)


def mark_of(citation: Citation) -> Mark:
    """The mark of a quote."""
    return Mark(name=str(citation.number), span=citation.span)


def marked_text(text: str, marks: Sequence[Mark], chosen: str = "") -> str:
    """The whole text as HTML, cut where a mark begins or ends; a piece names all marks that it belongs to."""
    edges = sorted({0, len(text), *(edge for mark in marks for edge in (mark.span.start, mark.span.end))})
    return "".join(_piece(text[start:end], start, end, marks, chosen) for start, end in pairwise(edges))


def _piece(words: str, start: int, end: int, marks: Sequence[Mark], chosen: str) -> str:
    names = [mark.name for mark in marks if mark.span.start <= start and end <= mark.span.end]
    if not names:
        return _leaves(words)
    starting = [mark.name for mark in marks if mark.span.start == start and mark.name != HERE]
    return tag(
        "mark",
        _leaves(words),
        class_="chosen" if chosen in names else None,
        data_quotes=" ".join(names),
        data_starts=" ".join(starting) or None,
    )


def _leaves(words: str) -> str:
    """Words as HTML; where a page of a PDF ends, the style sheet draws a line that is no part of the text."""
    return escaped(words).replace("\f", tag("span", "\f", class_="leaf"))


def document_html(opening: Opening) -> str:
    """A source as the reader shows it: head, what is known of it, steps from quote to quote, text."""
    source = opening.source
    info = source.info
    place = next((mark.span for mark in opening.marks if mark.name == HERE), None)
    text = tag(
        "div",
        marked_text(source.text, opening.marks, opening.chosen),
        class_="text",
        lang=info.language if info.language != UNKNOWN else None,
        tabindex=0,
        role="region",
        aria_label=f"Text of {info.title}",
    )
    return tag(
        "article",
        _head(info) + _tools(opening) + text,
        class_="document",
        data_source=source.id,
        data_turn=opening.turn,
        data_chosen=opening.chosen,
        data_quotes=" ".join(map(str, opening.quotes)),
        data_byline=byline(info),
        data_reference=shelf_mark(info),
        data_kind=info.kind,
        data_from=None if place is None else place.start,
        data_to=None if place is None else place.end,
    )


def empty_reader_html() -> str:
    """What the reader says before a document is open."""
    return tag(
        "div",
        tag("p", "The documents open here.")
        + tag(
            "p", "Ask something, and the words that answer it are lit up in the source they stand in.", class_="quiet"
        ),
        class_="blank",
    )


def trouble_html(message: str) -> str:
    """A friendly line where something could not be done."""
    return tag("p", escaped(message), class_="trouble", role="alert")


def badge_html(kind: Kind) -> str:
    """A word that says whether a source is of its time or about it."""
    return tag("span", _KINDS[kind], class_=f"badge {kind}")


def _head(info: SourceInfo) -> str:
    facts = "".join(_fact(name, label, info) for name, label in _FACTS.items())
    known = tag("details", tag("summary", "About this source") + tag("dl", facts), class_="about") if facts else ""
    title = tag("h2", escaped(info.title))
    return tag("header", badge_html(info.kind) + title + tag("p", escaped(byline(info)), class_="byline") + known)


def _fact(name: str, label: str, info: SourceInfo) -> str:
    value: str = getattr(info, name)
    if value in ("", UNKNOWN, "none"):
        return ""
    doubt = " (not verified)" if name in info.unverified else ""
    return tag("dt", label) + tag("dd", escaped(value + doubt))


def _tools(opening: Opening) -> str:
    steps = (
        tag("button", "‹ Previous", type="button", data_step=-1, aria_label="Previous quote")
        + tag("span", "", class_="count", aria_live="polite")
        + tag("button", "Next ›", type="button", data_step=1, aria_label="Next quote")
        if opening.quotes
        else ""
    )
    copy = tag("button", "Copy with citation", type="button", class_="copy", data_copy="")
    back = tag("button", "Back to the answer", type="button", class_="back", data_back="")
    return tag("div", steps + back + copy, class_="tools", role="group", aria_label="Quotes in this document")
