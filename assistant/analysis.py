"""From text to index terms: folded words, stemmed; pairs of characters where a script writes no spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import Lock

import snowballstemmer

from assistant.errors import RecipeError

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}])\w)+(?:['’](?:(?![{_CJK}])\w)+)*")
_IDEOGRAPHIC = re.compile(f"[{_CJK}]")
_POSSESSIVE = re.compile(r"['’]s?$|['’]s\b")
_STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both but by "
    "can could did do does doing done down during each else ever few for from further get got had has have having he "
    "her here hers him his how i if in into is it its itself just kindly let me mine more most much my no nor not now "
    "of off on once only or other our ours out over own please regarding same shall she should so some such tell than "
    "that the their theirs them then there these they this those through to too under until up us very was we were "
    "what whatever when where whether which while who whom whose why will with would you your yours "
    "concerning according say says said saying mention mentions mentioned".split()
)


class Analyzer:
    """Turns text into terms the same way for sources and questions; safe to share between threads."""

    def __init__(self, language: str) -> None:
        if language != "none" and language not in snowballstemmer.algorithms():
            known = ", ".join(sorted(snowballstemmer.algorithms()))
            raise RecipeError(f"no Snowball stemmer for {language!r}; use none, or one of {known}")
        self._stemmer = None if language == "none" else snowballstemmer.stemmer(language)
        self._lock = Lock()
        self._terms = lru_cache(maxsize=200_000)(self._word_terms)

    def terms(self, text: str) -> list[str]:
        """All terms of a text, in order.

        >>> Analyzer("english").terms("Mao's conditions, 三八线")
        ['mao', 'condit', '三八', '八线']
        """
        return [term for word in words(text) for term in self._terms(word)]

    def content_terms(self, text: str) -> list[str]:
        """The terms of a text without function words; all terms if nothing else is left."""
        chosen = [term for word in words(text) if not is_function_word(word) for term in self._terms(word)]
        return chosen or self.terms(text)

    def stem(self, word: str) -> str:
        """The stem of one folded word; a word of several ideographs stays as it is."""
        terms = self._terms(word)
        return terms[0] if len(terms) == 1 else word

    def _word_terms(self, word: str) -> tuple[str, ...]:
        """The terms of one folded word: its stem, or its pairs of characters."""
        if _IDEOGRAPHIC.match(word):
            return tuple(word[index : index + 2] for index in range(max(1, len(word) - 1)))
        if self._stemmer is None:
            return (word,)
        with self._lock:
            return (str(self._stemmer.stemWord(word)),)


def words(text: str) -> list[str]:
    """The words of a text, folded for comparison: compatibility form, no case, no possessive ending."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    found = _WORD.findall(folded)
    return [_POSSESSIVE.sub("", w) if "'" in w or "’" in w else w for w in found]


def is_function_word(word: str) -> bool:
    """Whether a folded word carries no subject matter."""
    return word in _STOP_WORDS
