"""A conversation: immutable turns, each question answered and cited on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.analysis import is_function_word, words
from assistant.domain import Answer, Kind, Turn
from assistant.errors import QuestionError

_ENOUGH_WORDS = 3
"""A question with fewer content words than this leans on the one before it."""


class Answerer(Protocol):
    """What answers the questions of a conversation."""

    def ask(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Answer:
        """See `assistant.session.Assistant.ask`."""
        ...


class Conversation:
    """Questions and answers, in order; every answer is cited anew from the sources."""

    def __init__(
        self, answerer: Answerer, *, sources: Sequence[str] | None = None, kinds: Sequence[Kind] | None = None
    ) -> None:
        self._answerer = answerer
        self._sources = sources
        self._kinds = kinds
        self._turns: tuple[Turn, ...] = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far."""
        return self._turns

    def ask(self, question: str) -> Answer:
        """The answer to a question, which may lean on earlier ones; ``answer.standalone`` says how it was understood.

        A question with hardly any words of its own is read together with the one before it, and both readings are
        tried: the one that the sources answer with more certainty is given.
        """
        plain = self._answerer.ask(question, sources=self._sources, kinds=self._kinds)
        answer = max(plain, self._leaning(question) or plain, key=lambda one: one.trace.answered_probability)
        self._turns = (*self._turns, Turn(question=question, answer=answer))
        return answer

    def _leaning(self, question: str) -> Answer | None:
        """The answer to the question read together with the one before it, if it leans on it."""
        if not self._turns or len([w for w in words(question) if not is_function_word(w)]) >= _ENOUGH_WORDS:
            return None
        together = f"{self._turns[-1].answer.standalone} {question}"
        try:
            return self._answerer.ask(question, sources=self._sources, kinds=self._kinds, standalone=together)
        except QuestionError:  # the two together are too long
            return None
