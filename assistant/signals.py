"""Whether a question hangs on those before it, by its own words alone; rules for English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from assistant.analysis import words
from assistant.mentions import carries_matter, names_in, people_in

_ENOUGH_WORDS = 3
"""A question with fewer words of its own than this may lean on what was asked before."""


class Leaning(StrEnum):
    """How a question hangs on those before it."""

    NONE = "none"
    """It stands alone."""
    WEAK = "weak"
    """It is short, and may."""
    STRONG = "strong"
    """A word of it points back, or it is no whole question."""


_NEW_TOPIC = re.compile(
    r"^\W*(?:(?:now|so|but|and|ok(?:ay)?|well)\b[\s,]*)?(?:"
    r"(?:(?:a|one|on(?: to)?|to) )?(?:quite |completely |totally )?(?:different|another|new|other) "
    r"(?:matter|question|topic|subject|note|point|thing)s?(?: altogether| entirely)?"
    r"|(?:leaving|setting|putting) (?:that|this|it) aside|(?:for |on to )?something (?:else|different)(?: now)?"
    r"|(?:to )?chang(?:e|ing) (?:the )?(?:subject|topic)|(?:never mind|forget)(?: (?:about )?(?:that|it))?|by the way"
    r"|incidentally|apart from (?:that|this)|moving on"
    r")\b\s*[,.:;–—-]*\s*",
    re.IGNORECASE,
)
HE = re.compile(r"\b(?P<whole>he|him|she)\b|\b(?P<owner>his|her|hers)\b", re.IGNORECASE)
IT = re.compile(
    r"\b(?P<whole>it|they|them|these(?! \w)|those(?! (?:who|that|which|they|of|in|from)\b)(?! \w+ing\b))\b"
    r"|\b(?P<owner>its|their|theirs)\b"
    r"|\b(?P<this>this|that)\b(?=\s*(?:[?.,;!]|$|(?:is|was|will|would|did|does|happen|mean|work|come|take|affect)\b))",
    re.IGNORECASE,
)
THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )\bthere\b(?! (?:is|are|was|were|any|been|a|be|some|other)\b)", re.IGNORECASE
)
WHICH = re.compile(r"\bthe (?P<which>former|latter)\b", re.IGNORECASE)
THAT_DATE = re.compile(r"\b(?:that|the same|this) (?:date|day|month|year)\b", re.IGNORECASE)
BACK = re.compile(
    r"^\W*(?:now )?(?:(?:to )?(?:go(?:ing)?|com(?:e|ing)|turn(?:ing)?|get(?:ting)?) back|(?:to )?return(?:ing)?|back) "
    r"to (?P<what>[^,:;.?]+?)\s*[,:;.–—]\s*",
    re.IGNORECASE,
)
INTRODUCES = re.compile(
    r"^\W*(?:(?:so|ok(?:ay)?|now|and)\W+)*(?:(?:what|who)(?:['’]s| is| are| was| were)\b"
    r"|(?:please )?(?:tell|teach) me\b"
    r"|i(?:['’]d| would)? (?:want|like) to (?:know|learn)\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:this|that|such|the (?:same|other|first|second|third|last|next|previous|following)|both|neither"
    r"|then|else|otherwise|instead|ones?|another|others|so)\b",
    re.IGNORECASE,
)
_OPENS_ELLIPSIS = re.compile(
    r"^\W*(?:and|but|or|so|also|then|only|not|nor|even|yes|no|besides|(?:what|how) about|what if|why not|how so"
    r"|how come"
    r"|(?:in|under|to|with|by|for|from|of|on|at) (?:whom|what|which))\b",
    re.IGNORECASE,
)
_VERBLESS = re.compile(r"^\W*(?:who|whom|whose|what|when|where|why|which|how)\b(?:\s+\S+){0,2}\W*$", re.IGNORECASE)


def without_new_topic(question: str) -> str | None:
    """The question without the words that announce another topic; None if there are none.

    >>> without_new_topic("Leaving that aside, what about the planes?")
    'what about the planes?'
    """
    found = _NEW_TOPIC.match(question)
    return question[found.end() :] or None if found else None


def leaning(question: str, known: Sequence[str] = ()) -> Leaning:
    """How a question hangs on those before it, given the people whom the archive knows.

    >>> [leaning(q).value for q in ("Why not?", "The neutral zone?", "Which army group was Deng Hua to command?")]
    ['strong', 'weak', 'none']
    """
    if _refers(question, known) or any(pattern.search(question) for pattern in (WHICH, THAT_DATE, BACK)):
        return Leaning.STRONG
    if INTRODUCES.match(question) and names_in(question):
        return Leaning.NONE
    own = [word for word in words(question) if carries_matter(word)]
    if _OPENS_ELLIPSIS.match(question) or _VERBLESS.match(question):
        return Leaning.STRONG if len(own) <= _ENOUGH_WORDS + 1 else Leaning.NONE
    if _POINTS_BACK.search(question) and not names_in(question) and len(own) <= _ENOUGH_WORDS:
        return Leaning.STRONG
    return Leaning.WEAK if len(own) < _ENOUGH_WORDS else Leaning.NONE


def _refers(question: str, known: Sequence[str]) -> bool:
    """Whether a pronoun points out of the question: nothing before it in the question itself can be meant."""
    he, it = HE.search(question), IT.search(question) or THERE.search(question)
    if he is not None:
        before = question[: he.start()]
        if not people_in(before, known) and not any(" " in name for name in names_in(before)):
            return True
    return it is not None and not names_in(question[: it.start()])
