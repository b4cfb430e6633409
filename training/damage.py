"""Questions made harder, and questions damaged so that their passage no longer answers them.

The damages are those by which people wrote SQuAD 2.0's unanswerable questions (Rajpurkar et al. 2018, table 2): an
entity or number swapped, an antonym, a negation. Here by rule: the passage is the same, the question is not.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from assistant.analysis import is_function_word, words
from assistant.domain import Source

_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][a-z]+(?:\s+(?:of\s+)?[A-Z][a-z]+)*\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|may|might|must)\b", re.IGNORECASE
)
_ANTONYMS = """
first last;before after;earliest latest;largest smallest;biggest smallest;highest lowest;most least;more less;
more fewer;north south;northern southern;east west;eastern western;increase decrease;increased decreased;
rise fall;rose fell;gain lose;gained lost;win lose;won lost;start end;started ended;begin end;began ended;
open close;opened closed;old new;older newer;young old;early late;before since;above below;inside outside;
internal external;major minor;male female;men women;man woman;mother father;son daughter;brother sister;
husband wife;king queen;accept reject;accepted rejected;allow forbid;allowed prohibited;allow prohibit;
support oppose;supported opposed;agree disagree;agreed refused;attack defend;attacked defended;enter leave;
entered left;arrive depart;arrived departed;send receive;sent received;buy sell;bought sold;import export;
create destroy;created destroyed;build demolish;built demolished;include exclude;included excluded;
advantage disadvantage;benefit harm;success failure;strong weak;stronger weaker;strength weakness;rich poor;
positive negative;public private;domestic foreign;national local;urban rural;modern ancient;permanent temporary;
common rare;cause prevent;caused prevented;long short;longer shorter;high low;higher lower;fast slow;hot cold;
good bad;better worse;best worst;easy difficult;safe dangerous;heavy light;hard soft;left right;upper lower;
majority minority;maximum minimum;victory defeat;war peace;peace war;friend enemy;ally enemy;allies enemies;
raise drop;raised dropped;propose withdraw;proposed withdrew;appoint dismiss;appointed dismissed;borrow lend;
teach learn;asked answered;question answer;past future;previous next;earlier later;always never;
with without;over under
"""
_KEYBOARD = "qwertyuiopasdfghjklzxcvbnm"
_QUESTION_WORDS = frozenset("what who whom whose which when where why how".split())


def _opposites() -> dict[str, list[str]]:
    table: dict[str, list[str]] = defaultdict(list)
    for pair in " ".join(_ANTONYMS.split("\n")).split(";"):
        one, _, other = pair.strip().partition(" ")
        if other not in table[one]:
            table[one].append(other)
        if one not in table[other]:
            table[other].append(one)
    return dict(table)


_OPPOSITES = _opposites()
_HAS_OPPOSITE = re.compile(
    rf"\b({'|'.join(sorted(map(re.escape, _OPPOSITES), key=len, reverse=True))})\b", re.IGNORECASE
)


class Damager:
    """Damages questions with names and numbers of the same article, so that they stay on its subject."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._names: dict[str, list[str]] = defaultdict(list)
        self._numbers: dict[str, list[str]] = defaultdict(list)
        for source in sources:
            self._names[source.info.title].extend(_NAME.findall(source.text))
            self._numbers[source.info.title].extend(_NUMBER.findall(source.text))

    def damage(self, question: str, source: Source, answer: str, rng: random.Random) -> str | None:
        """The question with one thing changed, or None if no rule fits it; the answer's own words are not put in."""
        ways: list[Callable[[], str | None]] = [
            lambda: _swap(question, _NUMBER, self._numbers[source.info.title], answer, rng),
            lambda: _swap(question, _NAME, self._names[source.info.title], answer, rng),
            lambda: _turn(question, rng),
            lambda: _negate(question),
        ]
        weights = [3.0, 3.0, 3.0, 1.0]
        while ways:
            (index,) = rng.choices(range(len(ways)), weights)
            damaged = ways.pop(index)()
            weights.pop(index)
            if damaged is not None and words(damaged) != words(question):
                return damaged
        return None


def _swap(
    question: str, pattern: re.Pattern[str], others: Sequence[str], answer: str, rng: random.Random
) -> str | None:
    found = list(pattern.finditer(question))
    if not found:
        return None
    place = rng.choice(found)
    asked, refused = question.lower(), answer.lower()
    fits = [o for o in rng.sample(others, min(20, len(others))) if o.lower() not in asked and o.lower() not in refused]
    same = [o for o in fits if pattern is not _NUMBER or len(o) == len(place[0])]
    chosen = (same or fits)[:1]
    return f"{question[: place.start()]}{chosen[0]}{question[place.end() :]}" if chosen else None


def _turn(question: str, rng: random.Random) -> str | None:
    found = list(_HAS_OPPOSITE.finditer(question))
    if not found:
        return None
    place = rng.choice(found)
    other = rng.choice(_OPPOSITES[place[0].lower()])
    return f"{question[: place.start()]}{other}{question[place.end() :]}"


def _negate(question: str) -> str | None:
    found = _AUXILIARY.search(question)
    return f"{question[: found.end()]} not{question[found.end() :]}" if found else None


def vary(question: str, rng: random.Random) -> str:
    """The question as a hurried reader might type it: as it is, as keywords, mistyped, or with a word left out."""
    lot = rng.random()
    if lot < 0.10:
        return _keywords(question, rng)
    if lot < 0.17:
        return _mistype(question, rng)
    if lot < 0.27:
        return _leave_out(question, rng)
    return question.rstrip("? ") if lot < 0.40 else question


def _keywords(question: str, rng: random.Random) -> str:
    kept = [
        word
        for word in words(question)
        if not is_function_word(word) or (word in _QUESTION_WORDS and rng.random() < 0.3)
    ]
    return " ".join(kept) if len(kept) > 1 else question


def _mistype(question: str, rng: random.Random) -> str:
    long = list(re.finditer(r"[A-Za-z]{5,}", question))
    if not long:
        return question
    word = rng.choice(long)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    one, two = question[at], question[at + 1]
    mended = rng.choice([two + one, two, one + one + two, rng.choice(_KEYBOARD) + two])
    return question[:at] + mended + question[at + 2 :]


def _leave_out(question: str, rng: random.Random) -> str:
    kept = question.split()
    if len(kept) < 6:
        return question
    loose = [i for i, word in enumerate(kept) if i and word.lower().strip("?,.") not in _QUESTION_WORDS]
    drop = rng.choice(loose)
    return " ".join(word for index, word in enumerate(kept) if index != drop)
