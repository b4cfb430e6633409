"""A conversation: immutable turns, each question understood from those before it, answered and cited on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from assistant.answering.findings import Findings
from assistant.citation import written_date
from assistant.corpus import Corpus
from assistant.domain import UNKNOWN, Answer, Kind, Turn, Verified
from assistant.errors import QuestionError
from assistant.followup import Exchange, Followup, read_followup
from assistant.mentions import people_of
from assistant.models.tokens import count_tokens
from assistant.saving import SavedConversation, save_conversation
from assistant.signals import Leaning

BUDGET_TOKENS = 1_500
"""How much of what was said before a follow-up is understood from."""

NEARLY = 0.05
"""Beliefs that differ by no more are taken as equal."""


class Answerer(Protocol):
    """What answers the questions of a conversation; see `assistant.session.Assistant`."""

    @property
    def corpus(self) -> Corpus:
        """The archive's sources."""
        ...

    def find(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Findings:
        """What the archive has on a question."""
        ...

    def respond(self, findings: Findings) -> Iterator[Verified | Answer]:
        """The statements of an answer, and last the answer."""
        ...

    def restate(self, question: str, earlier: Sequence[Exchange]) -> str | None:
        """A follow-up made standalone by a language model, if there is one."""
        ...


class Conversation:
    """Questions and answers, in order; every answer is cited anew from the sources. It belongs to one reader."""

    def __init__(
        self,
        answerer: Answerer,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        turns: Sequence[Turn] = (),
    ) -> None:
        self._answerer = answerer
        self._sources = None if sources is None else tuple(sources)
        self._kinds = None if kinds is None else tuple(kinds)
        self._turns = tuple(turns)
        self._known = people_of(answerer.corpus)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far."""
        return self._turns

    def ask(self, question: str) -> Answer:
        """The answer to a question, which may lean on earlier ones; ``answer.standalone`` says how it was understood.

        The question as it was asked and every way to read it after the earlier ones are tried; the reading that the
        sources answer with most certainty is answered.

        Raises:
            QuestionError: as for `assistant.session.Assistant.ask`.
        """
        return next(piece for piece in self.ask_stream(question) if isinstance(piece, Answer))

    def ask_stream(self, question: str) -> Iterator[Verified | Answer]:
        """The statements of the answer as they are verified and, last, the answer, which alone stands."""
        for piece in self._answerer.respond(self._understand(question)):
            if isinstance(piece, Answer):
                self._turns = (*self._turns, Turn(question=question, answer=piece))
            yield piece

    def save(self, path: Path | str) -> None:
        """Write the conversation to a JSON file, from which `assistant.session.Assistant.resume` takes it up.

        Raises:
            ConversationError: the file cannot be written.
        """
        saved = SavedConversation(version=1, sources=self._sources, kinds=self._kinds, turns=self._turns)
        save_conversation(saved, Path(path))

    def _understand(self, question: str) -> Findings:
        """What is found for the reading of the question that the sources answer best; the first of near equals.

        A question that leans on what was said is hardly ever meant as it stands, so it comes after its readings.
        """
        plain = self._find(question, question)
        earlier = recent(self._turns)
        followup = read_followup(question, earlier, self._known)
        texts = dict.fromkeys((followup.question, *followup.readings))
        others = [found for text in texts if (found := self._try(question, text))]
        others += self._restated(question, followup, earlier)
        tried = [*others, plain] if followup.leaning is Leaning.STRONG else [plain, *others]
        best = max(found.judgement.answered for found in tried)
        return next(found for found in tried if found.judgement.answered >= best - NEARLY)

    def _restated(self, question: str, followup: Followup, earlier: Sequence[Exchange]) -> Iterator[Findings]:
        """What is found for the question as a language model makes it standalone, if there is one and it does."""
        if followup.leaning is Leaning.NONE:
            return
        restated = self._answerer.restate(followup.question, earlier)
        if restated and (found := self._try(question, restated)):
            yield replace(found, notes=(*found.notes, "the question was made standalone by the language model"))

    def _try(self, question: str, standalone: str) -> Findings | None:
        if standalone == question:
            return None
        try:
            return self._find(question, standalone)
        except QuestionError:  # with what it leans on, it is too long
            return None

    def _find(self, question: str, standalone: str) -> Findings:
        return self._answerer.find(question, sources=self._sources, kinds=self._kinds, standalone=standalone)


def recent(turns: Sequence[Turn], budget_tokens: int = BUDGET_TOKENS) -> tuple[Exchange, ...]:
    """The last turns, oldest first, as far as they fit the budget (tiktoken); the very last in any case."""
    chosen: list[Exchange] = []
    for turn in reversed(turns):
        exchange = _exchange(turn)
        budget_tokens -= sum(count_tokens([exchange.question, exchange.standalone, *exchange.cited]))
        if chosen and budget_tokens < 0:
            break
        chosen.append(exchange)
    return tuple(reversed(chosen))


def _exchange(turn: Turn) -> Exchange:
    """What a later question may lean on: what was asked, and what was cited with its speaker and date."""
    citations = turn.answer.citations
    first = citations[0] if citations else None
    people = [] if first is None else [first.source.author, first.source.addressee]
    dated = first is not None and first.source.date != UNKNOWN
    return Exchange(
        question=turn.question,
        standalone=turn.answer.standalone,
        cited=tuple(citation.quote for citation in citations),
        people=tuple(name for name in people if name not in (UNKNOWN, "none")),
        date=written_date(first.source) if first is not None and dated else "",
    )
