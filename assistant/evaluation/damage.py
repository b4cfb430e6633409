"""Ways to damage a quote so that it says something else: what no verifier may accept.

Each takes a quote and a source of randomness and gives the damaged quote, or None if there is nothing to damage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Change: TypeAlias = Callable[[str, Random], str | None]
"""A way to change a quote."""

_CARDINALS = "one two three four five six seven eight nine ten eleven twelve twenty thirty hundred thousand".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_CARDINALS + _ORDINALS)})\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|will|would|can|could|may|might|must|should|shall|has|have|had|does|do|did)\b(?! not)"
)
_NEGATION = re.compile(
    r"\s\b(?:not|never|no)\b|\b(?:in|un|im|non-?)(?=advis|signific|able|likel|possib|aggress|necess)"
)
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+")
_INSIDE_WORD = re.compile(r"(?<=\w)(?=\w)|(?<=\w-)(?=\w)|(?<=\d[.,])(?=\d)")


def change_digit(quote: str, random: Random) -> str | None:
    """The quote with another digit in one place."""

    def other(digit: str) -> str:
        return random.choice([d for d in "0123456789" if d != digit])

    return _replace_one(re.compile(r"[0-9]"), quote, other, random)


def change_number_word(quote: str, random: Random) -> str | None:
    """The quote with another number in place of one written as a word."""

    def other(word: str) -> str:
        numbers = _ORDINALS if word.lower() in _ORDINALS else _CARDINALS
        new = random.choice([number for number in numbers if number != word.lower()])
        return new.capitalize() if word[0].isupper() else new

    return _replace_one(_NUMBER_WORD, quote, other, random)


def insert_negation(quote: str, random: Random) -> str | None:
    """The quote with a "not" after a verb that had none."""
    return _replace_one(_AUXILIARY, quote, lambda verb: f"{verb} not", random)


def remove_negation(quote: str, random: Random) -> str | None:
    """The quote without one of its negations, a word or a prefix."""
    return _replace_one(_NEGATION, quote, lambda _: "", random)


def swap_name(names: Sequence[str]) -> Change:
    """The change that puts another of the names in place of one that the quote has."""
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names)) or '(?!)'})\b")

    def change(quote: str, random: Random) -> str | None:
        return _replace_one(pattern, quote, lambda name: random.choice([n for n in names if n != name] or [""]), random)

    return change


def drop_inside(quote: str, random: Random) -> str | None:
    """The quote without one or more words that have others on both sides."""
    words = [match.span() for match in _WORD.finditer(quote)]
    if len(words) < 4:
        return None
    first = random.randrange(1, len(words) - 1)
    last = random.randrange(first, len(words) - 1)
    return quote[: words[first][0]] + quote[words[last + 1][0] :]


def clip_word(quote: str, random: Random) -> str | None:
    """The quote begun or ended inside a word or number: "8th parallel" for "38th", "advisable" for "inadvisable"."""
    words = list(_WORD.finditer(quote))
    at_start = random.random() < 0.5
    word = words[0] if at_start else words[-1]
    cuts = [match.start() for match in _INSIDE_WORD.finditer(quote, word.start(), word.end())]
    if not cuts:
        return None
    cut = random.choice(cuts)
    return quote[cut:] if at_start else quote[:cut].rstrip("-.,")


def change_case(quote: str, random: Random) -> str | None:
    """The quote with one word in another case: its first letter turned, or all capitals."""

    def other(word: str) -> str:
        return random.choice([word[0].swapcase() + word[1:], word.upper() if word != word.upper() else word.lower()])

    return _replace_one(_LETTERS, quote, other, random)


def names_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Words that stand capitalised inside sentences of the texts, after a small letter or a comma, in order."""
    found = {name for text in texts for name in re.findall(r"(?<=[a-z,] )[A-Z][^\W\d_]+\b", text)}
    return tuple(sorted(found))


def _replace_one(pattern: re.Pattern[str], quote: str, other: Callable[[str], str], random: Random) -> str | None:
    """The quote with one match, drawn by chance, replaced; None without a match."""
    matches = list(pattern.finditer(quote))
    if not matches:
        return None
    match = random.choice(matches)
    return quote[: match.start()] + other(match.group()) + quote[match.end() :]
