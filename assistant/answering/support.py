"""Whether the numbers, dates and names of a statement stand in the sentences that it cites; rules, and no model.

What a rule cannot bear out is named, not believed: a statement that is right may be marked, since the sentences say the
same in other words; one whose figures or names are not there is always marked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from assistant.analysis import is_function_word, words
from assistant.mentions import names_in
from assistant.models.tokens import count_tokens

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = (
    {word: number for number, word in enumerate(_UNITS)}
    | {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    | {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
    | {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "dozen": 12}
)
_NUMERAL = re.compile(r"\d+(?:[.,:/]\d+)*")
_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})[- ]({'|'.join(_UNITS[1:10])})\b")
_ONE = re.compile(r"\b(?:no |any|some|every|each |the |this |that |which )one\b|\bone (?:of|another|side|by one)\b")
_CALENDAR = frozenset(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_ENDINGS = frozenset("s n ns an ans ese i ic ish ian ians ist ists".split())
_ENUMERATES = re.compile(r"^(?:second|third|fourth|fifth)(?:ly)?,\s")
_ORDINARY = 1
"""Tokens of a common word; the names of people and places are made of more when they are written small."""


def unsupported(statement: str, cited: Iterable[str]) -> tuple[str, ...]:
    """The numbers, dates and names of a statement that stand in none of the cited texts, in its order.

    >>> unsupported("Mao waits for 3 months, as Kissinger asked.", ["Mao Zedong: we wait two months."])
    ('3', 'Kissinger')
    """
    texts = tuple(cited)
    numbers = {number for text in texts for number, _ in _numbers(text, known=True)}
    said = {word for text in texts for word in words(text)}
    missing = [written for number, written in _numbers(statement) if number not in numbers]
    missing += [name for name in _names(statement) if not _known(name, said)]
    matter = [word for word in words(statement) if not is_function_word(word)]
    if not missing and matter and not any(_near(word, said) for word in matter):
        missing = matter[:5]
    return tuple(dict.fromkeys(missing))


def _numbers(text: str, *, known: bool = False) -> Iterator[tuple[str, str]]:
    """The numbers of a text: in a form to compare by, and as written. Of a date that is known, its parts as well."""
    folded = unicodedata.normalize("NFKC", text)
    for match in _NUMERAL.finditer(folded):
        yield _canonical(match[0]), match[0]
        if known and _DATE.fullmatch(match[0]):
            yield from ((_canonical(part), part) for part in _date_parts(match[0]))
    lower = _ENUMERATES.sub("", folded.lower())
    lower = _ONE.sub(" ", lower)
    for pair in _COMPOUND.finditer(lower):
        yield str(_VALUES[pair[1]] + _VALUES[pair[2]]), pair[0]
    rest = lower if known else _COMPOUND.sub(" ", lower)
    yield from ((str(_VALUES[word]), word) for word in re.findall(r"[a-z]+", rest) if word in _VALUES)


def _date_parts(date: str) -> list[str]:
    day, month, year = re.split(r"[./]", date)
    return [day, month, year, *([f"19{year}"] if len(year) == 2 else [])]


def _canonical(numeral: str) -> str:
    plain = numeral.replace(",", "") if _THOUSANDS.fullmatch(numeral) else numeral
    return str(int(plain)) if plain.isdecimal() else plain


def _names(statement: str) -> Iterator[str]:
    """Names, months and days of a statement, and its first word if it is not an ordinary one."""
    found = names_in(statement)
    yield from found
    first = re.match(r"\W*([^\W\d_][^\W_]*)", statement)
    if first and first[1][0].isupper() and not any(first[1] in name for name in found) and _is_rare(first[1]):
        yield first[1]


def _is_rare(word: str) -> bool:
    folded = words(word)
    return bool(folded) and not is_function_word(folded[0]) and count_tokens([f" {folded[0]}"])[0] > _ORDINARY


def _known(name: str, said: frozenset[str] | set[str]) -> bool:
    parts = [part for part in words(name) if not is_function_word(part) or part in _CALENDAR]
    return all(part in said or (part not in _CALENDAR and _derived(part, said)) for part in parts)


def _derived(name: str, said: Iterable[str]) -> bool:
    """Whether a name is made from another or that from it: Korean and Korea, China and Chinese; not Kennan, Kennedy."""
    for other in said:
        short, long = sorted((name, other), key=len)
        stems = (short, short[:-1]) if short[-1:] in tuple("aeiouy") else (short,)
        if any(len(stem) > 3 and long.startswith(stem) and long[len(stem) :] in _ENDINGS for stem in stems):
            return True
    return False


def _near(word: str, said: Iterable[str]) -> bool:
    """Whether a word stands among others, whatever its ending: negotiate and negotiations."""
    stem = word[: max(4, len(word) - 3)]
    return any(other == word or (len(stem) >= 4 and other.startswith(stem)) for other in said)


def listed(missing: Sequence[str]) -> str:
    """What is missing, for the reader of the statement; control characters were removed before."""
    return f"(not in the cited words: {', '.join(missing)})"
