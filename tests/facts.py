"""Whether an essay says no more than its brief: the numbers, dates and names of each claim against the lines it cites.

The brief is `corpus/facts.jsonl`, a fact a line. `corpus/claims/<essay>.jsonl` cites, for each sentence of an essay
that holds a number, a month or a name, the facts it rests on; the fact `seed` stands for the two primary documents.
The words one and two are not checked: they are not always numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.domain import Span
from assistant.sentences import sentence_spans

SEED = "seed"

# The dates of a section lie in the years of its heading, which its lines leave out.
_YEARS = {
    **dict.fromkeys("0.1 1.1 1.2 1.4 2.2 2.3 2.4 2.5 3 4.1 4.2 4.4 4.5 4.6 5.1 6".split(), "1951"),
    "2.1": "1950",
    "2.6": "1952 1953",
}

# Any word of a row may stand for another: forms of a country's name, parts of a person's.
_SAME = (
    *("china chinese", "korea koreas korean koreans", "russia russian", "india indian", "japan japanese"),
    *("america american americans us u.s", "soviet ussr", "formosa taiwan", "britain british uk"),
    *("mao zedong", "kim il sung", "gao gang", "peng dehuai", "zhou enlai", "deng hua", "xie fang", "li kenong"),
    *("lin biao", "nam il", "stalin filippov", "acheson dean", "ridgway matthew b", "macarthur douglas"),
    *("kennan george f", "malik yakov", "gromyko andrei", "kirk alan g", "lie trygve", "weathersby kathryn"),
    *("torkunov a v", "krasovsky s a", "hermes walter", "kuisong yang", "joy c turner", "truman harry"),
)

# What is shortened on the left stands for all of the right, and the other way round.
_SHORT = {
    "arm": "armistice agreement",
    "un": "united nations",
    "us": "united states",
    "uk": "united kingdom",
    "ussr": "soviet union",
    "unga": "un general assembly",
    "nsc": "national security council",
    "jcs": "joint chiefs staff",
    "cpv": "chinese people’s volunteers",
    "pla": "people’s liberation army",
    "rok": "republic korea south",
    "dprk": "democratic people’s republic korea north",
    "ccp": "chinese communist party",
    "frus": "foreign relations united states",
    "res": "resolution",
    "dept": "department",
}
_DIGITS = {
    word: str(number)
    for number, word in enumerate(
        "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split(), start=3
    )
}

_MARKER = re.compile(r"\s?\[\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SHORT_YEAR = re.compile(r"\b(\d\d)(\d\d)[-/–](\d\d)\b(?!-| [A-Z])")
_WORD = re.compile(r"[^\W\d_](?:[\w’.]*\w)?")
_OPENING = re.compile(r"(?:^|: |[“\"]|[.?!] )[“\"]?(\w+)")
_MONTH = re.compile(
    r"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"
)
_DAYS = re.compile(r"\b(\d{1,2}(?:(?:\s*[-–/,]\s*|\s+(?:and|or|to)\s+)\d{1,2})*)\s+$")


class Fact(BaseModel):
    """A line of the brief."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    brief: str


class Claim(BaseModel):
    """A sentence of an essay, and the facts that it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What of a text can be wrong: as it stands in a claim, or as cited lines allow it."""

    numbers: frozenset[str]
    dates: frozenset[str]
    """Days with their months, ``13 Jun``."""
    months: frozenset[str]
    words: frozenset[str]
    """In lower case, without possessive endings."""


def load_facts(root: Path) -> dict[str, str]:
    """The lines of the brief, by id."""
    facts = [Fact.model_validate_json(line) for line in _lines(root / "facts.jsonl")]
    return {fact.id: fact.brief for fact in facts}


def load_claims(root: Path, essay: str) -> tuple[Claim, ...]:
    """The claims of an essay, in its order."""
    return tuple(Claim.model_validate_json(line) for line in _lines(root / "claims" / f"{essay}.jsonl"))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """All that an essay may say."""

    facts: Mapping[str, str]
    """By id, the two primary documents among them."""
    ordinary: frozenset[str]
    """Words that are no names though a sentence may begin with them."""

    def strangers(self, claim: Claim) -> list[str]:
        """The numbers, dates, months and names of a claim that no fact has which it cites; facts that are not there."""
        missing = [f"fact {name}" for name in claim.facts if name not in self.facts]
        allowed = _allowed([(name, self.facts[name]) for name in claim.facts if name in self.facts])
        said = content(claim.text)
        named = {name.lower() for name in names(claim.text, self.ordinary)}
        return [
            *missing,
            *(f"number {number}" for number in sorted(said.numbers - allowed.numbers)),
            *(f"date {date}" for date in sorted(said.dates - allowed.dates)),
            *(f"month {month}" for month in sorted(said.months - allowed.months)),
            *(f"name {name}" for name in sorted(named - allowed.words)),
        ]

    def needs_claim(self, sentence: str) -> bool:
        """Whether a sentence says anything that has to be borne out."""
        said = content(sentence)
        return bool(said.numbers or said.months or names(sentence, self.ordinary))

    def unclaimed(self, text: str, claims: Iterable[Claim]) -> list[str]:
        """The sentences of an essay's body that need a claim and lie in none."""
        starts = [(text.find(claim.text), len(claim.text)) for claim in claims]
        claimed = set(chain.from_iterable(range(start, start + length) for start, length in starts if start >= 0))
        return [
            span.cut(text)
            for span in sentence_spans(text, body(text))
            if self.needs_claim(span.cut(text)) and not claimed.issuperset(range(span.start, span.end))
        ]


def body(text: str) -> Span:
    """The essay without its references."""
    return Span(start=0, end=text.index("\n## References\n"))


def ordinary_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand in lower case somewhere."""
    return frozenset(word for text in texts for word in _WORD.findall(text) if word == word.lower())


def names(text: str, ordinary: frozenset[str]) -> list[str]:
    """The words with a capital, but for months, and ordinary words where a sentence or a quotation opens."""
    plain = _plain(text)
    openings = {found.start(1) for found in _OPENING.finditer(plain)}
    return [
        _bare(word[0])
        for word in _WORD.finditer(plain)
        if word[0][0].isupper()
        and not _MONTH.fullmatch(word[0])
        and not (word.start() in openings and _bare(word[0]).lower() in ordinary)
    ]


def content(text: str) -> Content:
    """What a text says that can be checked; reference marks are not counted."""
    plain = _SHORT_YEAR.sub(r"\1\2 \1\3", _plain(text))
    words = [_bare(word.lower()) for word in _WORD.findall(plain)]
    return Content(
        numbers=frozenset([*_NUMBER.findall(plain), *(_DIGITS[word] for word in words if word in _DIGITS)]),
        dates=frozenset(_dates(plain)),
        months=frozenset(found[0][:3] for found in _MONTH.finditer(plain)),
        words=frozenset(words),
    )


def _plain(text: str) -> str:
    """The text without reference marks, its apostrophes curled."""
    return _MARKER.sub("", text).replace("'", "’")


def _bare(word: str) -> str:
    return word.removesuffix("’s").removesuffix("’")


def _dates(text: str) -> Iterator[str]:
    """Each day of ``22/23 Aug`` or ``between 10 and 15 July`` with its month."""
    for month in _MONTH.finditer(text):
        if days := _DAYS.search(text, 0, month.start()):
            yield from (f"{int(day)} {month[0][:3]}" for day in re.findall(r"\d+", days[1]))


def _allowed(lines: Iterable[tuple[str, str]]) -> Content:
    """What a claim may say that cites these lines, given with their ids."""
    years = [_YEARS.get(name.rpartition("-")[0], "") for name, _ in lines]
    found = content(" | ".join([*(line.replace("*", "") for _, line in lines), *years]))
    return Content(
        numbers=found.numbers.union(_other_numbers(found)),
        dates=found.dates,
        months=found.months,
        words=found.words | set(_synonyms(found.words)),
    )


def _other_numbers(found: Content) -> Iterator[str]:
    """The parts of ``22:00``, and the one parallel that the brief speaks of."""
    for number in found.numbers:
        yield from re.split(r"[.,:]", number)
    if "parallel" in found.words:
        yield "38"


def _synonyms(words: frozenset[str]) -> Iterator[str]:
    for row in map(str.split, _SAME):
        if not words.isdisjoint(row):
            yield from row
    for short, long in _SHORT.items():
        if short in words:
            yield from long.split()
        if words.issuperset(long.split()):
            yield short
