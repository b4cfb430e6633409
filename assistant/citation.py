"""Exact location and verification of quotes, and how a citation is written down.

The verdicts are fail-closed: only `exact` and `normalised` are accepted, and only at the source that is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

from assistant.domain import UNKNOWN, Citation, Evidence, Source, SourceInfo, Span
from assistant.structure import locus
from assistant.text import locate, normalise

_MIN_PIECE = 12
"""Fewest characters of a piece that counts as quoted from somewhere when a quote is stitched from several."""


_LETTER = r"[[\p{L}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_JOINER = r"(?:[-‐‑\u00ad]\s*\n\s*|[-‐‑\u00ad\u200b-\u200d\u2060\ufeff])"
_INSIDE_WORD = regex.compile(
    rf"(?V1)(?<={_LETTER}{_JOINER}*)(?={_JOINER}*{_LETTER})"
    rf"|(?<=\d{_JOINER}*)(?={_JOINER}*[\d{_LETTER}])"  # a letter before a digit may be a word with its note number
    r"|(?<=\d[.,]?)(?=[.,]?\d)"
)
"""Places in scripts that part words by spaces at which a quote may not begin or end."""


class Verdict(StrEnum):
    """What became of a quote that was checked against an archive."""

    EXACT = "exact"
    """Character for character at the named source."""
    NORMALISED = "normalised"
    """The same but for form: Unicode composition, white space, quote glyphs, hyphens at a line's end."""
    MISATTRIBUTED = "misattributed"
    """Not in the named source, but in another one."""
    STITCHED = "stitched"
    """Made of pieces that stand apart, in one source or several."""
    NOT_FOUND = "not found"
    """Nowhere in the archive."""

    @property
    def accepted(self) -> bool:
        """Whether the quote may be shown as a quote."""
        return self in (Verdict.EXACT, Verdict.NORMALISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of a source at which a quote, or a piece of it, stands."""

    source_id: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The verdict on a quote, with every place that bears it out."""

    verdict: Verdict
    places: tuple[Place, ...]
    """All places of an accepted or misattributed quote (several: it is ambiguous); the pieces of a stitched one."""


def verify(quote: str, source_id: str, sources: Iterable[Source]) -> Verification:
    """The verdict on words that are said to stand in a source, checked against all given sources."""
    archive = tuple(sources)
    named = [source for source in archive if source.id == source_id]
    others = [source for source in archive if source.id != source_id]
    for verdict, matching in ((Verdict.EXACT, True), (Verdict.NORMALISED, False)):
        if places := _places(quote, named, exact=matching):
            return Verification(verdict=verdict, places=places)
    if places := _places(quote, others, exact=True) or _places(quote, others, exact=False):
        return Verification(verdict=Verdict.MISATTRIBUTED, places=places)
    if pieces := _stitches(quote, archive):
        return Verification(verdict=Verdict.STITCHED, places=pieces)
    return Verification(verdict=Verdict.NOT_FOUND, places=())


def _places(quote: str, sources: Sequence[Source], *, exact: bool) -> tuple[Place, ...]:
    return tuple(
        Place(source_id=source.id, span=match.span)
        for source in sources
        for match in locate(quote, source.text)
        if match.exact is exact and not _cuts_word(source.text, match.span)
    )


def _cuts_word(text: str, span: Span) -> bool:
    """Whether a span begins or ends inside a word or number: "8th" of "38th", "advisable" of "inadvisable"."""
    return any(_INSIDE_WORD.match(text, at) for at in (span.start, span.end))


def _stitches(quote: str, sources: Sequence[Source]) -> tuple[Place, ...]:
    """The pieces of a quote that is made of true pieces and nothing else; () if it is not."""
    rest, pieces = normalise(quote).text.strip(), list[Place]()
    while rest:
        found = _longest_piece(rest, sources)
        if found is None:
            return ()
        length, place = found
        pieces.append(place)
        rest = rest[length:].lstrip(" .,;:…")
    return tuple(pieces) if len(pieces) > 1 else ()


def _longest_piece(text: str, sources: Sequence[Source]) -> tuple[int, Place] | None:
    """The longest beginning of a text, in whole words, that stands in a source: its length and place."""
    words = re.finditer(r"\S*[^\s.,;:…](?=[.,;:…]*(?:\s|$))|\S+", text)
    ends = [word.end() for word in words if word.end() >= _MIN_PIECE]
    best, low, high = None, 0, len(ends) - 1
    while low <= high:
        middle = (low + high) // 2
        places = _places(text[: ends[middle]], sources, exact=True) or _places(
            text[: ends[middle]], sources, exact=False
        )
        if places:
            best, low = (ends[middle], places[0]), middle + 1
        else:
            high = middle - 1
    return best


def cite(number: int, source: Source, span: Span) -> Citation:
    """A citation whose quote is cut from the source here and nowhere else."""
    return Citation(
        number=number,
        source_id=source.id,
        span=span,
        quote=span.cut(source.text),
        locus=locus(source.text, span),
        source=source.info,
    )


def in_document_order(evidence: Iterable[Evidence], order: Sequence[str]) -> list[Evidence]:
    """Evidence as a reader meets it: source by source in the given order, then by place."""
    rank = {source_id: index for index, source_id in enumerate(order)}
    return sorted(evidence, key=lambda item: (rank[item.source_id], item.span))


def byline(info: SourceInfo) -> str:
    """Who speaks, in which form, to whom, when: ``Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951``.

    Where no author is known, the title stands instead. A background source says that it is one, and its title.
    """
    if info.author == UNKNOWN:
        return f"“{info.title}”, {written_date(info)}"
    if info.kind == "background":
        form = "source" if info.form == UNKNOWN else info.form
        return f"{info.author}, {info.title} (background {form}, {written_date(info)})"
    form = "" if info.form == UNKNOWN else info.form
    address = "" if info.addressee in (UNKNOWN, "none") else f"to {info.addressee}"
    return ", ".join(part for part in (info.author, f"{form} {address}".strip(), written_date(info)) if part)


def written_date(info: SourceInfo) -> str:
    """The date in words, with a question mark where it is not stated in the document; ``undated`` if unknown."""
    if info.date == UNKNOWN:
        return "undated"
    year, *rest = info.date.partition("T")[0].split("-")
    words = ([str(int(rest[1]))] if len(rest) > 1 else []) + ([MONTHS[int(rest[0]) - 1]] if rest else []) + [year]
    return " ".join(words) + ("" if info.date_certainty == "stated" else " (?)")


MONTHS = "January February March April May June July August September October November December".split()


def footnote(citation: Citation) -> str:
    """A citation as a note: number, byline, place in the source, shelf-mark, and what of it is unverified."""
    info = citation.source
    shelf = shelf_mark(info)
    held = f"; {shelf}" if shelf else ""
    return (
        f"[{citation.number}] {byline(info)}, {citation.locus} [{info.kind}]{held}. "
        f"{info.id}, characters {citation.span.start}–{citation.span.end}."
    )


def shelf_mark(info: SourceInfo) -> str:
    """Where the original lies, and whether that is verified; empty if nothing is known."""
    if info.archive_reference in (UNKNOWN, "none"):
        return ""
    return info.archive_reference + (" (reference not verified)" if "archive_reference" in info.unverified else "")
