"""What a question or a sentence speaks of: people, names, months, and the phrases of its topic; rules for English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assistant.analysis import is_function_word, words
from assistant.citation import MONTHS
from assistant.domain import UNKNOWN, SourceInfo

_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
_TOKEN = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*\.?(?<![^\W\d_]{3}\.)")
_NAME = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ][^\W_]*(?:[.'’-][^\W_]+)*(?: [A-ZÀ-ÖØ-Þ][^\W_]*(?:[.'’-][^\W_]+)*)*")
_OPENING = re.compile(r"[.!?:…][\s\"“”'’]+$")
_POSSESSIVE = re.compile(r"['’](?:s|d|ll|re|ve)?$")
_JOINS = frozenset("of the de von van du la le al".split())
_DO = frozenset("do does did can could will would shall should may might must".split())
_WAS = frozenset("is are was were be been".split())
_SCAFFOLD = frozenset(
    "different main common interesting important notable popular good best better recent long big great new typical "
    "similar some many much several other others another else type types kind kinds sort example examples fact facts "
    "thing things way ways part difference differences matter question topic subject know like want need find happen "
    "happened happens going go come comes came work works use used make made take given give help really actually ok "
    "okay oh interesting tell learn explain describe discuss compare compared vs versus often usually lot one ones "
    "two there then here today yes well also even still yet".split()
)
"""Words that carry a question and name no topic."""


def people_of(infos: Iterable[SourceInfo]) -> tuple[str, ...]:
    """Everyone who writes or is written to in a catalogue, each once.

    >>> from tests.specimens import make_info
    >>> people_of([make_info(author="Gao Gang and Kim Il Sung", addressee="I. V. Stalin")])
    ('Gao Gang', 'Kim Il Sung', 'I. V. Stalin')
    """
    fields = (value for info in infos for value in (info.author, info.addressee) if value not in (UNKNOWN, "none"))
    names = (name.strip() for value in fields for name in re.split(r",? and |[;,]", value))
    return tuple(dict.fromkeys(name for name in names if name[:1].isupper()))


def people_in(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The known people that a text names, by the whole name or a part that stands for it, as they are known.

    >>> people_in("What does Mao ask of Stalin?", ["I. V. Stalin", "Mao Zedong", "Kim Il Sung"])
    ('Mao Zedong', 'I. V. Stalin')
    """
    parts = _parts(tuple(known))
    found = (name for match in _TOKEN.finditer(text) for name in parts.get(_bare(match[0]), ()))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _parts(known: tuple[str, ...]) -> dict[str, list[str]]:
    """The people for whom each part of a name stands alone: no initials, no words in lower case."""
    parts: dict[str, list[str]] = {}
    for name in known:
        for part in name.split():
            if len(part) > 2 and part[0].isupper():
                parts.setdefault(part, []).append(name)
    return parts


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text: runs of capitalised words, but for an ordinary word that opens a sentence.

    >>> names_in("Does Kim Il Sung write to the UN about Taiwan? Perhaps.")
    ('Kim Il Sung', 'UN', 'Taiwan')
    """
    found = (_name(run, text) for run in _NAME.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name))


def _name(run: re.Match[str], text: str) -> str:
    """The name in a run of capitalised words; empty if it is only the opening of a sentence."""
    opens = _OPENING.search(text, 0, run.start()) is not None or run.start() == 0
    first, _, rest = run[0].partition(" ")
    if opens and is_function_word((words(first) or [""])[0]):
        return _bare(rest)
    ordinary = opens and not rest and not first.isupper() and "'" not in first and "’" not in first
    return "" if ordinary else _bare(run[0])


def _bare(name: str) -> str:
    return _POSSESSIVE.sub("", name).rstrip(".")


def months_in(text: str) -> tuple[str, ...]:
    """The months that a text names, in its order."""
    return tuple(_MONTH.findall(text))


def phrases_in(text: str) -> tuple[str, ...]:
    """The stretches of a question that name what it is about: runs of words that carry matter.

    >>> phrases_in("Tell me about the history of toilets in Rome."), phrases_in("What do sharks eat?")
    (('history of toilets', 'Rome'), ('sharks', 'eat'))
    """
    runs = [_Run()]
    end = 0
    for match in _TOKEN.finditer(text):
        if text[end : match.start()].strip(" "):
            runs.append(_Run())
        if not runs[-1].take(_bare(match[0])):
            runs.append(_Run(after=match[0].lower()))
        end = match.end()
    return tuple(dict.fromkeys(phrase for run in runs for phrase in run.phrases()))


@dataclass(slots=True)
class _Run:
    """Words that carry matter, one after the other, and those that join them."""

    after: str = ""
    """The word before."""
    found: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)

    def take(self, word: str) -> bool:
        """Whether a word belongs here."""
        if carries_matter(word):
            self.found += [*(self.joins if self.found else []), word]
            self.joins = []
        elif self.found and word.lower() in _JOINS:
            self.joins.append(word)
        else:
            return False
        return True

    def phrases(self) -> list[str]:
        """The phrase of the words; after "do" or "was" the verb at its end is one by itself."""
        *nouns, last = self.found or [""]
        is_verb = last.islower() and (self.after in _DO or (self.after in _WAS and last.endswith("ed")))
        parts = (nouns, [last]) if nouns and is_verb else ([*nouns, last],)
        return [phrase for part in parts if (phrase := " ".join(part))]


def carries_matter(word: str) -> bool:
    """Whether a word can be part of what a question is about."""
    folded = words(word)
    return bool(folded) and not all(is_function_word(part) or part in _SCAFFOLD for part in folded)
