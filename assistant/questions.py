"""What kind of answer a question asks for, and whether a sentence holds one: rules for English question words."""

from __future__ import annotations

import re
from enum import StrEnum

from assistant.analysis import words


class Expected(StrEnum):
    """What a right answer must name."""

    TIME = "time"
    NUMBER = "number"
    NAME = "name"
    PLACE = "place"
    CAUSE = "cause"
    ANYTHING = "anything"


_ASKS = (
    (Expected.TIME, r"\bwhen\b|\b(?:what|which) (?:date|day|year|month|time|century|season)\b|\bhow (?:long|soon)\b"),
    (Expected.NUMBER, r"\bhow (?:many|much|large|big|old|far|wide|high|tall)\b|\bwhat (?:percentage|number)\b"),
    (Expected.NAME, r"\bwho(?:m|se)?\b|\b(?:which|what) (?:person|people|commanders?|leaders?|officials?|general)\b"),
    (Expected.PLACE, r"\bwhere\b|\b(?:what|which) (?:place|city|town|country|location|region|state)\b"),
    (Expected.CAUSE, r"\bwhy\b|\b(?:what|which) (?:reason|ground|cause)s?\b|\bhow come\b"),
)
_QUESTIONS = tuple((expected, re.compile(pattern, re.IGNORECASE)) for expected, pattern in _ASKS)
_HOLDS = {
    Expected.TIME: re.compile(
        r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
        r"|\b1\d{3}\b|\b20\d\d\b|\b\d{1,2}\.\d{1,2}\.\d{2,4}\b"
        r"|\b(?i:today|tomorrow|yesterday|now|immediately|(?:month|week|day|year)s?|century|monday|tuesday|wednesday"
        r"|thursday|friday|saturday|sunday)\b"
    ),
    Expected.NUMBER: re.compile(
        r"\d|\b(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand"
        r"|million|half|both|several|many)\b"
    ),
    Expected.NAME: re.compile(r"(?<!^)(?<![.\"“] )\b[A-Z][a-z]+"),
    Expected.PLACE: re.compile(r"\b(?:in|at|to|from|near|along|on) (?:the )?(?:[A-Z]|front\b|border\b|rear\b)"),
    Expected.CAUSE: re.compile(
        r"\b(?i:because|since|therefore|in order|so that|due to|owing|thus|hence|as a result)\b"
    ),
}


def expects(question: str) -> Expected:
    """What a question asks for.

    >>> expects("On what day did they write?"), expects("Who is Filippov?")
    (<Expected.TIME: 'time'>, <Expected.NAME: 'name'>)
    """
    return next((expected for expected, pattern in _QUESTIONS if pattern.search(question)), Expected.ANYTHING)


def supplies(sentence: str, expected: Expected, question: str) -> bool:
    """Whether a sentence holds something of the kind asked for; a name must be one that the question does not have."""
    if expected is Expected.ANYTHING:
        return False
    found = _HOLDS[expected].findall(sentence)
    return bool(set(words(" ".join(found))) - set(words(question))) if expected is Expected.NAME else bool(found)
