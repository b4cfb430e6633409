"""Systems -> the harness's terms: our assistant, and baselines that stand on retrieval alone.

A system is anything that takes a question and the questions before it and gives a `Response`. Nothing here imports the
answering code: an assistant is whatever has ``ask``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from assistant.domain import Answer, Hit
from assistant.evaluation.results import CitedQuote, CitedStatement, RankedSpan, Response
from assistant.evaluation.run import System
from assistant.sentences import sentence_spans
from assistant.text import normalise

Search: TypeAlias = Callable[[str], Sequence[Hit]]
"""question -> passages, best first."""
Pick: TypeAlias = Callable[[str, Sequence[str]], int]
"""(question, sentences) -> index of the sentence to quote."""


@runtime_checkable
class Asks(Protocol):
    """Anything that answers questions: an assistant, or a conversation with one."""

    def ask(self, question: str) -> Answer:
        """The answer."""
        ...


@runtime_checkable
class Converses(Asks, Protocol):
    """An assistant that can open a conversation."""

    def conversation(self) -> Asks:
        """A new conversation, with nothing said."""
        ...


def assistant_system(assistant: Asks | Callable[[str], Answer]) -> System:
    """The system that puts each question to an assistant.

    A question with a history is asked at the end of a new conversation in which the history was asked; without
    ``conversation``, the bare question is asked.
    """
    ask = assistant.ask if isinstance(assistant, Asks) else assistant

    def answer(question: str, history: tuple[str, ...]) -> Response:
        if not history or not isinstance(assistant, Converses):
            return response_of(ask(question))
        chat = assistant.conversation()
        for earlier in history:
            chat.ask(earlier)
        return response_of(chat.ask(question))

    return answer


def response_of(answer: Answer) -> Response:
    """An answer of our assistant in the harness's terms."""
    return Response(
        text=answer.text,
        refused=answer.refused,
        citations=tuple(
            CitedQuote(number=c.number, source_id=c.source_id, quote=c.quote, span=c.span) for c in answer.citations
        ),
        statements=tuple(CitedStatement(text=s.text, citations=s.citations) for s in answer.statements),
        ranking=_ranking(answer.hits),
        confidence=answer.trace.answered_probability,
    )


def top_sentence_system(
    search: Search, texts: Mapping[str, str], *, pick: Pick | None = None, threshold: float = 0.0
) -> System:
    """The baseline that quotes one sentence of the best passage, and refuses only below a score.

    Its confidence is the best passage's score ``s`` as ``s / (1 + s)``: between 0 and 1, in the same order. ``pick``
    chooses the sentence; without it, the one that shares most words with the question. It knows no conversation.
    """
    choose = pick or most_shared_words

    def answer(question: str, history: tuple[str, ...]) -> Response:  # noqa: ARG001 - a system takes both
        hits = search(question)
        confidence = _squashed(hits[0].score) if hits else 0.0
        if not hits or hits[0].score < threshold:
            return Response(text="", refused=True, ranking=_ranking(hits), confidence=confidence)
        return _quoting(question, hits, texts, choose, confidence)

    return answer


def most_shared_words(question: str, sentences: Sequence[str]) -> int:
    """The index of the sentence that holds most of the question's words, the shortest of equals."""
    wanted = _words(question)
    return min(
        range(len(sentences)), key=lambda index: (-len(wanted & _words(sentences[index])), len(sentences[index]), index)
    )


def _quoting(question: str, hits: Sequence[Hit], texts: Mapping[str, str], pick: Pick, confidence: float) -> Response:
    passage = hits[0].passage
    text = texts[passage.source_id]
    spans = list(sentence_spans(text, passage.span)) or [passage.span]
    span = spans[pick(question, [candidate.cut(text) for candidate in spans])]
    statement = f"“{span.cut(text)}” [1]"
    return Response(
        text=statement,
        refused=False,
        citations=(CitedQuote(number=1, source_id=passage.source_id, quote=span.cut(text), span=span),),
        statements=(CitedStatement(text=statement, citations=(1,)),),
        ranking=_ranking(hits),
        confidence=confidence,
    )


def _ranking(hits: Sequence[Hit]) -> tuple[RankedSpan, ...]:
    return tuple(RankedSpan(source_id=hit.passage.source_id, span=hit.passage.span) for hit in hits)


def _squashed(score: float) -> float:
    return max(score, 0.0) / (1.0 + max(score, 0.0))


def _words(text: str) -> set[str]:
    return {word.strip("\"'.,;:!?()[]").casefold() for word in normalise(text).text.split()} - {""}
