"""Text as scholars compare it: formal normalisation with a map back to the source, and exact location of a quote.

Only form is normalised: Unicode composition, white space, glyphs of quotation marks and hyphens, invisible characters
and hyphens at a line's end. A changed digit, word, case or sign is a different text.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import regex

from assistant.domain import Span

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_GLYPHS = {
    **dict.fromkeys("“”„‟«»＂″", '"'),
    **dict.fromkeys("‘’‚‛‹›＇′", "'"),
    **dict.fromkeys("‐‑", "-"),
    **dict.fromkeys(_INVISIBLE, ""),
}
_UNIT = regex.compile(
    r"(?P<hyphen>(?<=\w)[-‐\u00ad][^\S\n]*\r?\n\s*(?=\w))"  # a word broken at a line's end
    rf"|(?P<space>[{_INVISIBLE}]*\s[\s{_INVISIBLE}]*(?!\p{{M}}))"
    r"|(?P<plain>[!-,.-~]+(?: [!-,.-~]+){0,99}(?!\p{M}))"  # words; not all at once, for each is remembered
    r"|(?P<cluster>\X)"  # a character with its marks, which composition may change
)


def one_line(text: str) -> str:
    r"""The text on one line, what cannot be shown as spaces.

    >>> one_line(" What\x07 does\n Mao say? ")
    'What does Mao say?'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text and, for each of its characters, the stretch of the original that it stands for."""

    text: str
    starts: Sequence[int]
    """Original offset at which each character begins; never falls."""
    ends: Sequence[int]
    """Original offset at which each character ends; never falls."""

    def original(self, start: int, end: int) -> Span:
        """The stretch of the original behind ``text[start:end]``, for ``start < end``."""
        return Span(start=self.starts[start], end=self.ends[end - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One place at which a quote stands."""

    span: Span
    exact: bool
    """False: equal only after formal normalisation."""


def normalise(text: str, *, keep_line_end_hyphens: bool = False) -> Normalised:
    r"""The text with its formal accidents removed, and the map back.

    A hyphen at a line's end is dropped with the line break, or kept with ``keep_line_end_hyphens`` (for compounds such
    as "so-called", which no rule can tell from a broken word).

    >>> normalise("the  “neutral\nzone”").text
    'the "neutral zone"'
    """
    pieces: list[str] = []
    starts, ends = array("I"), array("I")  # four bytes an offset: a text may have 50 million
    for start, end, replacement in _units(text, keep_line_end_hyphens):
        pieces.append(replacement)
        one_to_one = len(replacement) == end - start
        starts.extend(range(start, end) if one_to_one else repeat(start, len(replacement)))
        ends.extend(range(start + 1, end + 1) if one_to_one else repeat(end, len(replacement)))
    return Normalised("".join(pieces), starts, ends)


def _units(text: str, keep_line_end_hyphens: bool) -> Iterator[tuple[int, int, str]]:
    """Stretches of the text, in order, each with what it becomes."""
    for match in _UNIT.finditer(text):
        found = match.group()
        if match.lastgroup == "plain":
            replacement = found
        elif match.lastgroup == "space":
            replacement = " "
        elif match.lastgroup == "hyphen":
            number = text[match.start() - 1].isdigit() and text[match.end()].isdigit()
            replacement = "-" if keep_line_end_hyphens or number else ""
        else:
            replacement = "".join(_GLYPHS.get(c, c) for c in unicodedata.normalize("NFC", found))
        yield match.start(), match.end(), replacement


def locate(quote: str, text: str) -> tuple[Match, ...]:
    """Every place at which the quote stands in the text: the exact ones or, if there is none, the normalised ones.

    >>> [match.span.start for match in locate("zone", "a zone, a neutral zone")]
    [2, 18]
    """
    if not quote.strip():
        return ()
    exact = tuple(Match(span=Span(start=at, end=at + len(quote)), exact=True) for at in _occurrences(quote, text))
    return exact or _locate_normalised(quote, text)


def _locate_normalised(quote: str, text: str) -> tuple[Match, ...]:
    spans: set[Span] = set()
    for keep in (False, True):
        needle = normalise(quote, keep_line_end_hyphens=keep).text.strip()
        haystack = _normalised(text, keep)
        spans.update(haystack.original(at, at + len(needle)) for at in _occurrences(needle, haystack.text))
    return tuple(Match(span=span, exact=False) for span in sorted(spans))


@lru_cache(maxsize=4096)
def _normalised(text: str, keep_line_end_hyphens: bool) -> Normalised:
    return normalise(text, keep_line_end_hyphens=keep_line_end_hyphens)


def _occurrences(needle: str, haystack: str) -> Iterator[int]:
    at = haystack.find(needle) if needle else -1
    while at != -1:
        yield at
        at = haystack.find(needle, at + 1)
