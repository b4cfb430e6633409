from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from assistant.citation import cite
from assistant.domain import Answer, Hit, Passage, Span, Statement, Trace
from assistant.evaluation.adapters import assistant_system, most_shared_words, response_of, top_sentence_system
from assistant.evaluation.results import CitedQuote, CitedStatement, RankedSpan
from assistant.evaluation.run import System
from tests.evaluation.runs import SOURCES, TEXT, span_of

RIVER = span_of("The border stays at the river.")


def _hit(span: Span = Span(start=0, end=len(TEXT)), score: float = 1.0) -> Hit:  # noqa: B008 - frozen
    return Hit(passage=Passage(source_id="report", span=span, text=span.cut(TEXT)), score=score)


def _answer(question: str = "Where?") -> Answer:
    citation = cite(1, SOURCES[0], RIVER)
    return Answer(
        question=question,
        standalone=question,
        text=f"“{citation.quote}” [1]",
        refused=False,
        statements=(Statement(text=f"“{citation.quote}” [1]", citations=(1,)),),
        citations=(citation,),
        hits=(_hit(),),
        trace=Trace(answerer="fake", recipe="", answered_probability=0.7, threshold=0.5, seconds=0.1),
    )


@dataclass
class _Assistant:
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        return _answer(question)


@dataclass
class _Conversing(_Assistant):
    chats: list[_Assistant] = field(default_factory=list)

    def conversation(self) -> _Assistant:
        self.chats.append(_Assistant())
        return self.chats[-1]


def test_an_answer_keeps_everything_that_is_measured() -> None:
    response = response_of(_answer())
    assert response.text == "“The border stays at the river.” [1]"
    assert response.citations == (
        CitedQuote(number=1, source_id="report", quote="The border stays at the river.", span=RIVER),
    )
    assert response.statements == (CitedStatement(text=response.text, citations=(1,)),)
    assert response.ranking == (RankedSpan(source_id="report", span=Span(start=0, end=len(TEXT))),)
    assert (response.refused, response.confidence, response.error) == (False, 0.7, None)
    assert response_of(replace(_answer(), refused=True)).refused


def test_a_follow_up_is_asked_at_the_end_of_a_new_conversation() -> None:
    assistant = _Conversing()
    system = assistant_system(assistant)
    system("And then?", ("Who?", "Why?"))
    system("And now?", ("When?",))
    assert [chat.asked for chat in assistant.chats] == [["Who?", "Why?", "And then?"], ["When?", "And now?"]]
    assert assistant.asked == []
    system("Alone?", ())
    assert assistant.asked == ["Alone?"]


def test_without_conversations_the_bare_question_is_asked() -> None:
    assistant = _Assistant()
    assistant_system(assistant)("And then?", ("Who?",))
    assert assistant.asked == ["And then?"]
    assert assistant_system(assistant.ask)("Plain function?", ("Who?",)).confidence == 0.7


def _system(hits: Sequence[Hit], threshold: float = 0.0) -> System:
    return top_sentence_system(lambda _question: hits, {"report": TEXT}, threshold=threshold)


def test_a_baseline_quotes_the_sentence_that_shares_most_words() -> None:
    response = _system([_hit(score=3.0)])("When does trade resume in May?", ())
    assert [(c.quote, c.span) for c in response.citations] == [
        ("Trade resumes in May.", span_of("Trade resumes in May."))
    ]
    assert response.statements[0].citations == (1,)
    assert response.confidence == 0.75
    assert not response.refused


def test_a_baseline_refuses_without_hits_or_below_its_threshold() -> None:
    for hits, confidence in (([], 0.0), ([_hit(score=0.5)], 1 / 3)):
        response = _system(hits, threshold=1.0)("Where?", ())
        assert (response.refused, response.citations, len(response.ranking)) == (True, (), len(hits))
        assert response.confidence == pytest.approx(confidence)


def test_a_baseline_takes_another_choice_of_sentence() -> None:
    system = top_sentence_system(lambda _question: [_hit()], {"report": TEXT}, pick=lambda _question, _sentences: 0)
    assert system("Trade?", ()).citations[0].quote == "The border stays at the river."


def test_of_equal_sentences_the_shortest_is_quoted() -> None:
    assert most_shared_words("trade in May?", ["Trade, in May, was long discussed.", "Trade in May!", "No."]) == 1
    assert most_shared_words("nothing shared", ["Longer sentence.", "Short."]) == 1
