"""Dates that a follow-up names by another date: "two months before it", "the next month", "the year after"."""

from __future__ import annotations

import re

from assistant.citation import MONTHS
from assistant.mentions import months_in

_COUNTS = {"": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = rf"(?:{'|'.join(filter(None, _COUNTS))})"
_AWAY = re.compile(
    rf"\b(?:(?P<next>next|following|coming)|previous|preceding|last) (?P<first>{_COUNT})? ?months?\b"
    rf"|\b(?P<count>{_COUNT})? ?months? (?:(?P<after>after|later|from)|before|earlier|prior)\b",
    re.IGNORECASE,
)


def reckon(question: str, said: str) -> tuple[str, ...]:
    """The months that a question means by their distance from the first or last month named in what was said.

    >>> reckon("What is done in the two months before it?", "In August we attack.")
    ('June', 'July')
    >>> reckon("And the month after?", "In June and July we prepare.")
    ('August',)
    """
    found, named = _AWAY.search(question), months_in(said)
    if found is None or not named:
        return ()
    count = _COUNTS[(found["first"] or found["count"] or "").lower()]
    if found["next"] or found["after"]:
        steps = range(1, count + 1)
        start = MONTHS.index(named[-1])
    else:
        steps = range(-count, 0)
        start = MONTHS.index(named[0])
    return tuple(MONTHS[(start + step) % 12] for step in steps)
