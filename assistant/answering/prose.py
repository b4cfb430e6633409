"""Prose of a language model made safe to show: one line, no markup, no markers, and true quotations only.

Quotation marks are left around words alone that the program has cut from the cited sentences.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

LONGEST = 1_000
"""Characters of the longest statement that is taken."""
_MARKUP = regex.compile(
    r"!?\[(?P<label>[^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)"  # a link or picture of Markdown
    r"|</?[a-zA-Z!][^<>]{0,200}>"  # a tag
    r"|(?:\b[a-zA-Z][a-zA-Z0-9+.-]{1,15}://|\bwww\.|\b(?:data|javascript|mailto):)\S+"
    r"|^\s*(?:[>#*•-]+\s+|\d{1,2}[.)]\s+)"
    r"|\*{1,3}|_{2,3}|~~|`+"
)
_MARKERS = regex.compile(
    r"[\[［【〔]\s*\^?(?:(?:ids?|sources?|sentences?|see|cf)\b\W*)?\p{N}+(?:\s*[,;–—-]\s*\p{N}+)*\s*[\]］】〕]"
    r"|\(\s*(?:ids?|sources?|sentences?)\b\W*\p{N}+(?:\s*(?:,|;|and|–|-)\s*\p{N}+)*\s*\)"
    r"|(?<!\p{N})[¹²³⁰⁴-⁹]+",
    regex.IGNORECASE,
)
_APOSTROPHES = "'’ʼ＇‛"
_MARK = regex.compile(r"[\p{Quotation_Mark}`´ʺˮʹʻʽʼ״″‴‶〃❛❜❝❞❟❠🙶🙷🙸˝‵′]|,,|\p{Pi}|\p{Pf}")
_POSSESSIVE = regex.compile(rf"(?<=[\p{{L}}\p{{N}}])[{_APOSTROPHES}](?=\p{{L}})|(?<=s)[{_APOSTROPHES}](?=\s\p{{L}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A statement's words, and what was done to them."""

    text: str
    quoted: tuple[str, ...]
    """The verified quotations in it, without their marks."""
    unquoted: int
    """Quotation marks that stood around other words, and were removed."""


Find = Callable[[str], str | None]
"""Words in quotation marks -> the same cut from a cited sentence; None if they stand in none."""


def clean(text: str) -> str:
    r"""The words of a statement on one line: no markup, links, control characters or markers of the model's own.

    >>> clean("Mao &amp; **Kim** agree [2].\n![x](http://a.example/?q=1)")
    'Mao & Kim agree. x'
    """
    unescaped = html.unescape(html.unescape(text))
    plain = "".join(character if character.isprintable() else " " for character in unescaped)
    for _ in range(3):  # what is removed may leave markup behind
        plain, before = _MARKERS.sub("", _MARKUP.sub(lambda found: found["label"] or "", plain)), plain
        if plain == before:
            break
    plain = regex.sub(r"\s+([.,;:!?])", r"\1", " ".join(plain.split()))
    return plain.strip()


def requote(text: str, find: Find) -> Prose:
    """The text with quotation marks around verified words only, and these put in as they were cut.

    >>> requote('He says "we wait" and "attacks".', lambda words: words if words == "we wait" else None)
    Prose(text='He says “we wait” and attacks.', quoted=('we wait',), unquoted=2)
    """
    marks = _marks(text)
    pieces: list[str] = []
    quoted: list[str] = []
    at = removed = index = 0
    while index < len(marks):
        pieces.append(text[at : marks[index][0]])
        at = marks[index][1]
        closing, found = _close(text, marks, index, find)
        if found is None:
            removed += 1
            index += 1
            continue
        pieces.append(f"“{found}”")
        quoted.append(found)
        at, index = marks[closing][1], closing + 1
    pieces.append(text[at:])
    return Prose(text=" ".join("".join(pieces).split()), quoted=tuple(quoted), unquoted=removed)


def _close(text: str, marks: Sequence[tuple[int, int]], opening: int, find: Find) -> tuple[int, str | None]:
    """The mark that closes a verified quotation, and its words; the nearest few marks are tried."""
    for closing in range(opening + 1, min(opening + 4, len(marks))):
        words = text[marks[opening][1] : marks[closing][0]].strip()
        if words and (found := find(words)) is not None:
            return closing, found
    return opening, None


def _marks(text: str) -> list[tuple[int, int]]:
    """Where quotation marks of any script stand; apostrophes within and after words are none."""
    apostrophes = {match.start() for match in _POSSESSIVE.finditer(text)}
    return [match.span() for match in _MARK.finditer(text) if match.start() not in apostrophes]
