"""The structure a text shows: headings, numbered points and paragraphs, as spans.

Blank lines part blocks; within a stretch without blank lines, a heading line, a list marker or an indented CJK line
opens a new block. Every non-space character of a text belongs to exactly one block.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain import Locus, Span

_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_HEADING = re.compile(r"(#{1,6})[^\S\n]+(?=\S)")
_MARKER = re.compile(
    r"[^\S\n]*"
    r"(?:[-*•–][^\S\n]+)?"
    r"(?:\(?(?P<point>\d{1,2}|[a-z]|[ivx]{1,5})\)|(?P<number>\d{1,2})\.)[^\S\n]+(?=\S)"
    r"|[^\S\n]*[-*•–][^\S\n]+(?=\S)"
)
_OPENING = re.compile(
    r"^(?=#{1,6}[^\S\n]+\S|[^\S\n]*(?:[-*•–]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,5})\)|\d{1,2}\.)[^\S\n]+\S|\u3000)", re.M
)

PAGE_BREAK = "\f"
"""What parts the pages of a text that has pages."""
_WIDEST_INDENT = 200
"""Most characters of white space before a list marker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a numbered or bulleted point, or a paragraph."""

    span: Span
    """All of it, without white space around."""
    body: Span
    """The words, without heading marks or list marker."""
    level: int
    """1 to 6 for a heading, 0 for anything else."""
    point: str | None
    """The number of a numbered point."""


def blocks(text: str, within: Span | None = None) -> Iterator[Block]:
    r"""The blocks of a text, or of a span of it, in order.

    >>> [block.point for block in blocks("Terms:\n\n- 1. To wait.\n- 2. To ask.")]
    [None, '1', '2']
    """
    for span in _block_spans(text, within or Span(start=0, end=max(len(text), 1))):
        yield _block(text, span)


def _block_spans(text: str, within: Span) -> Iterator[Span]:
    position = within.start
    for gap in _BLANK.finditer(text, within.start, within.end):
        yield from _split_lines(text, position, gap.start())
        position = gap.end()
    yield from _split_lines(text, position, within.end)


def _split_lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Spans of one stretch without blank lines, parted where a line opens a block or a heading line ends."""
    cuts = {start, end}
    for opening in _OPENING.finditer(text, start, end):
        cuts.add(opening.start())
        if _HEADING.match(text, opening.start()):
            line_end = text.find("\n", opening.start(), end)
            cuts.add(end if line_end == -1 else line_end)
    edges = sorted(cuts)
    for left, right in itertools.pairwise(edges):
        if (span := trim(text, left, right)) is not None:
            yield span


def trim(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its edges; None if nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    return Span(start=left, end=right) if left < right else None


def _block(text: str, span: Span) -> Block:
    indent = _indent(text, span.start)
    heading = _HEADING.match(text, span.start, span.end) if indent == "" else None
    if heading:
        return Block(span=span, body=Span(start=heading.end(), end=span.end), level=len(heading[1]), point=None)
    marker = _MARKER.match(text, span.start, span.end) if indent is not None else None
    if marker is None or marker.end() >= span.end:
        return Block(span=span, body=span, level=0, point=None)
    point = marker["number"] or marker["point"]
    return Block(span=span, body=Span(start=marker.end(), end=span.end), level=0, point=point)


def _indent(text: str, position: int) -> str | None:
    """The white space between a position and the beginning of its line; None if words stand there."""
    before = text[max(position - _WIDEST_INDENT, 0) : position]
    _, line_break, indent = before.rpartition("\n")
    return indent if not indent.strip() and (line_break or position <= _WIDEST_INDENT) else None


def locus(text: str, span: Span) -> Locus:
    """Where a span begins: page, paragraph number, numbered point, nearest heading."""
    page, top = _page(text, span.start)
    paragraph, point, heading = 0, None, None
    for block in blocks(text, Span(start=0, end=span.end)):
        if block.level:
            heading = block.body.cut(text).strip()
        else:
            paragraph += block.span.end > top
            point = block.point
        if block.span.end > span.start:
            break
    return Locus(paragraph=max(paragraph, 1), point=point, heading=heading, page=page)


def _page(text: str, position: int) -> tuple[int | None, int]:
    """The number of the page that a position is on, and where that page begins; (None, 0) in a text without pages."""
    if PAGE_BREAK not in text:
        return None, 0
    return text.count(PAGE_BREAK, 0, position) + 1, text.rfind(PAGE_BREAK, 0, position) + 1
