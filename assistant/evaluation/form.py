"""Ways to change no more than the form of a quote: what a verifier must accept, and say that it did.

Each takes a quote and a source of randomness and gives the changed quote, or None if there is nothing to change.
"""

from __future__ import annotations

import re
import unicodedata
from random import Random

_GLYPHS = ('"“”„«»', "'‘’‚")
_GAP = re.compile(r"(?<=[^\s-]) (?=\S)")
_BREAK = re.compile(r"(?<=[^\W\d_]{2})(?=[^\W\d_]{2})")
_COMPOUND = re.compile(r"(?<=[^\W\d_]-)(?=[^\W\d_])")
_BETWEEN_LETTERS = re.compile(r"(?<=[a-zA-Z])(?=[a-zA-Z])")


def change_glyph(quote: str, random: Random) -> str | None:
    """The quote with another glyph for one of its quotation marks or apostrophes, straight or curly."""
    places = [(at, glyphs) for at, mark in enumerate(quote) for glyphs in _GLYPHS if mark in glyphs]
    if not places:
        return None
    at, glyphs = random.choice(places)
    return quote[:at] + random.choice([glyph for glyph in glyphs if glyph != quote[at]]) + quote[at + 1 :]


def change_white_space(quote: str, random: Random) -> str | None:
    """The quote with one space doubled, or become a line break, a tab or a no-break space."""
    return _insert(_GAP, quote, random.choice(["  ", "\n", "\t", "\u00a0", "\r\n", " \n "]), random, skip=1)


def hyphenate(quote: str, random: Random) -> str | None:
    """The quote with a word broken by a hyphen at a line's end, or a compound broken at its own hyphen."""
    if _COMPOUND.search(quote) and random.random() < 0.5:
        return _insert(_COMPOUND, quote, "\n", random)
    return _insert(_BREAK, quote, "-\n", random)


def change_unicode_form(quote: str, random: Random) -> str | None:  # noqa: ARG001 - a Change
    """The quote decomposed (NFD) or, if it is that already, composed (NFC)."""
    decomposed = unicodedata.normalize("NFD", quote)
    return decomposed if decomposed != quote else unicodedata.normalize("NFC", quote)


def insert_invisible(quote: str, random: Random) -> str | None:
    """The quote with an invisible character inside a word: zero-width space, joiner, soft hyphen or byte order mark."""
    return _insert(_BETWEEN_LETTERS, quote, random.choice("\u200b\u200c\u200d\u2060\u00ad\ufeff"), random)


def _insert(pattern: re.Pattern[str], quote: str, piece: str, random: Random, *, skip: int = 0) -> str | None:
    """The quote with a piece at one place, drawn by chance, instead of ``skip`` characters; None without a place."""
    places = [match.start() for match in pattern.finditer(quote)]
    if not places:
        return None
    at = random.choice(places)
    return quote[:at] + piece + quote[at + skip :]
