"""A follow-up made standalone without any model: what it leans on is put in from what was asked and answered before.

Rules for English, pure functions. They say how a question can be read, not how it must be: the question as it was asked
is always read beside them, and which reading the sources answer is for the evidence to decide (`conversation.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.mentions import months_in, names_in, people_in, phrases_in
from assistant.reckoning import reckon
from assistant.signals import BACK, HE, INTRODUCES, IT, THAT_DATE, THERE, WHICH, Leaning, leaning, without_new_topic

MOST_PHRASES = 4
"""Phrases of a topic that are put into a follow-up."""
_ABOUT = re.compile(
    r"^\W*(?:(?:and|but|or|so)\s+)?(?:(?:what|how) about|what of)\s+(?P<what>[^,?]+?)\W*(?:\bthen)?\W*$"
    r"|^\W*(?:and|but|or)\s+(?P<bare>(?:(?:in|on|of|about|for|from|at|by|with|to|the|during)\s+){0,2}[^\W\d_][^\s,]*)"
    r"\W*(?:\bthen)?\W*$",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"[A-Z][a-z]+(?:(?:, |,? and |,? or | to )[A-Z][a-z]+)*")
_OR = re.compile(r"\bfrom the other\b|\bon the other\b|\bor(?: else)?\b|;", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What of an earlier turn a follow-up may lean on."""

    question: str
    """As it was asked."""
    standalone: str
    """As it was understood; the same if it stood alone."""
    cited: tuple[str, ...] = ()
    """The sentences that were cited."""
    people: tuple[str, ...] = ()
    """Who speaks in what was cited, then who is spoken to."""
    date: str = ""
    """When what was cited first was written, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followup:
    """A question and how else it can be read."""

    question: str
    """What is asked, without words that only announce another topic."""
    leaning: Leaning
    readings: tuple[str, ...]
    """The same made standalone, the likeliest first; empty if there is nothing to lean on."""


def read_followup(question: str, earlier: Sequence[Exchange], known: Sequence[str] = ()) -> Followup:
    """How a question can be read after others, oldest first, given the people whom the archive knows.

    >>> taiwan = Exchange(question="What does Mao say about Taiwan?", standalone="What does Mao say about Taiwan?")
    >>> read_followup("And if America insists?", [taiwan]).readings
    ('And if America insists (Mao, Taiwan)?',)
    """
    announced = without_new_topic(question) if earlier else None
    asked = announced or question
    if not earlier or leaning(asked, known) is Leaning.NONE:
        return Followup(question=asked, leaning=Leaning.NONE, readings=())
    found = (_with_each_person if announced else _readings)(asked, earlier, known)
    readings = tuple(text for text in dict.fromkeys(found) if text != asked)
    return Followup(question=asked, leaning=leaning(asked, known), readings=readings)


def _readings(question: str, earlier: Sequence[Exchange], known: Sequence[str]) -> list[str]:
    swapped = _swap(question, earlier[-1])
    return [*([swapped] if swapped else []), *_resolve(question, earlier, known)]


def topic(earlier: Sequence[Exchange]) -> tuple[str, ...]:
    """The phrases that a conversation is about: those of the last question that stood alone, and what came up since."""
    phrases: tuple[str, ...] = ()
    for exchange in earlier:
        asked = without_new_topic(exchange.question) or exchange.question
        own = phrases_in(asked)
        introduces = (INTRODUCES.match(asked) or _ABOUT.match(asked)) and not IT.search(asked)
        if not phrases or asked != exchange.question or exchange.standalone == exchange.question:
            phrases = own or phrases
        else:
            phrases = tuple(dict.fromkeys((*(own if introduces else _named(own, asked)), *phrases)))
    return phrases[:MOST_PHRASES]


def _named(phrases: Sequence[str], asked: str) -> list[str]:
    names = names_in(asked)
    return [phrase for phrase in phrases if any(name in phrase for name in names)]


def _resolve(question: str, earlier: Sequence[Exchange], known: Sequence[str]) -> list[str]:
    """The question with what points back replaced by what it points to, and the rest of the topic in brackets."""
    about = topic(earlier)
    back = BACK.match(question)
    if back:
        about = tuple(_which(back["what"], earlier, about)) or phrases_in(back["what"])
        earlier = [Exchange(question=", ".join(about), standalone=", ".join(("", *about)))]
        question = question[back.end() :]
    return [_fill(text, earlier, about, known) for text in _with_each_person(question, earlier, known)]


def _fill(text: str, earlier: Sequence[Exchange], about: Sequence[str], known: Sequence[str]) -> str:
    """The text with the latter, that date, it and the rest of the topic put in."""
    rest = list(about)
    which = WHICH.search(text)
    if which:
        rest = _which(which[0], earlier, about) or rest
        text = WHICH.sub(lambda _: rest.pop(0), text, count=1) if rest else text
    if dated := THAT_DATE.search(text):
        text = text.replace(dated[0], _date(earlier) or dated[0])
    months = reckon(text, _said(earlier[-1]))
    return _bracket(_with_topic(text, rest, known), [*rest, *months])


def _said(exchange: Exchange) -> str:
    """What was said of dates in a turn: in its question or, if that has none, in what was cited."""
    return exchange.standalone if months_in(exchange.standalone) else " ".join(exchange.cited)


def _bracket(text: str, about: Sequence[str]) -> str:
    missing = [phrase for phrase in about if phrase.lower() not in text.lower()][:MOST_PHRASES]
    if not missing:
        return text
    body = text.rstrip(" ?.!…")
    return f"{body} ({', '.join(missing)}){text[len(body) :].strip() or '?'}"


def _with_topic(text: str, about: list[str], known: Sequence[str]) -> str:
    """The text with the first thing among the phrases in place of it, its, they, this; the phrase is taken out."""
    found = IT.search(text) or THERE.search(text)
    things = [phrase for phrase in about if not people_in(phrase, known)] or about
    if found is None or not things:
        return text
    thing = things[0]
    about.remove(thing)
    owner = "owner" in found.re.groupindex and found["owner"]
    return text[: found.start()] + (_owned(thing) if owner else thing) + text[found.end() :]


def _with_each_person(text: str, earlier: Sequence[Exchange], known: Sequence[str]) -> list[str]:
    """The text with each who may be meant in place of he, him, his, she, her."""
    people = _people(earlier, known) if HE.search(text) else []
    return [_with_person(text, person) for person in people] or [text]


def _with_person(text: str, person: str) -> str:
    return HE.sub(lambda found: _owned(person) if found["owner"] else person, text)


def _people(earlier: Sequence[Exchange], known: Sequence[str]) -> list[str]:
    """Who was spoken of last: a name that the archive does not know as a person's, then one that it does."""
    for exchange in reversed(earlier):
        asked = exchange.standalone
        others = [name for name in names_in(asked) if not people_in(name, known)][-1:]
        named = [*others, *people_in(asked, known)[-1:]]
        if named or exchange.people:
            return named or [exchange.people[0]]
    return []


def _owned(name: str) -> str:
    return name if name.endswith(("'s", "’s")) else f"{name}'s"


def _which(words: str, earlier: Sequence[Exchange], about: Sequence[str]) -> list[str]:
    """The first or the second of the two things last set side by side."""
    found = WHICH.search(words)
    if found is None:
        return []
    pick = 0 if found["which"].lower() == "former" else -1
    sides = _sides(earlier) or list(about)
    return [sides[pick]] if sides else []


def _sides(earlier: Sequence[Exchange]) -> list[str]:
    """The things named last, one a question or two in one; else the sides of the sentence that was cited last."""
    last = [name for exchange in earlier[-2:] for name in names_in(exchange.question)]
    if len(last) > 1:
        return last[-2:]
    for sentence in earlier[-1].cited:
        cut = list(_OR.finditer(sentence))
        if cut:
            return [
                ", ".join(phrases_in(part)[-MOST_PHRASES:])
                for part in (sentence[: cut[-1].start()], sentence[cut[-1].end() :])
            ]
    return []


def _date(earlier: Sequence[Exchange]) -> str:
    return next((exchange.date for exchange in reversed(earlier) if exchange.date), "")


def _swap(question: str, last: Exchange) -> str | None:
    """The question before with its month, or its last name, replaced by the one that is asked about now."""
    months = reckon(question, _said(last))
    found = _ABOUT.match(question)
    if found is None or months:
        return _swap_months(months, last.standalone)
    what = found["what"] or found["bare"]
    return _swap_months(months_in(what), last.standalone) or _swap_name(what, last.standalone)


def _swap_months(months: Sequence[str], asked: str) -> str | None:
    if not months or not months_in(asked):
        return None
    group = next(group for group in _MONTHS.finditer(asked) if months_in(group[0]))
    return asked[: group.start()] + " and ".join(months) + asked[group.end() :]


def _swap_name(what: str, asked: str) -> str | None:
    new, old = names_in(f", {what}"), names_in(asked)
    if not new or not old or set(new) & set(old):
        return None
    at = asked.rindex(old[-1])
    return asked[:at] + new[-1] + asked[at + len(old[-1]) :]
