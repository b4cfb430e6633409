"""Conversations: how a question is understood, that turns are kept, saved, bounded, and apart from each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Verified
from assistant.answering.extractive import answer as extractive_answer
from assistant.answering.findings import Findings
from assistant.conversation import BUDGET_TOKENS, Conversation, recent
from assistant.corpus import Corpus
from assistant.domain import Kind, Turn
from assistant.errors import QuestionError, UnknownSource
from assistant.evidence import Judgement
from assistant.followup import Exchange
from assistant.models.llm import LanguageModel
from assistant.models.tokens import count_tokens
from assistant.recipe import Answering
from assistant.session import MAX_QUESTION
from tests.language import ScriptedLLM, reply
from tests.stores import make_assistant, make_workshop

SETTINGS = Answering(threshold=0.5, max_quotes=3, keep_ratio=0.5)
TAIWAN = "Why was Taiwan raised at all?"
INSISTS = "And if America insists?"


class Scripted:
    """Believes every question as much as was fixed before, and remembers what was to be found and what was answered."""

    def __init__(self, corpus: Corpus, beliefs: dict[str, float] | None = None, restated: str | None = None) -> None:
        self.corpus = corpus
        self.beliefs = beliefs or {}
        self.restated = restated
        self.found: list[str] = []
        self.answered: list[str] = []
        self.filters: set[tuple[Sequence[str] | None, Sequence[Kind] | None]] = set()

    def find(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Findings:
        understood = standalone or question
        if len(understood) > MAX_QUESTION or not understood.strip():
            raise QuestionError("too long or empty")
        self.found.append(understood)
        self.filters.add((sources, kinds))
        return Findings(
            question=question,
            standalone=understood,
            hits=(),
            judgement=Judgement(evidence=(), answered=self.beliefs.get(understood, 0.5)),
            corpus=self.corpus,
            settings=SETTINGS,
            recipe="",
            seconds=0.0,
        )

    def respond(self, findings: Findings) -> Iterator[Verified | Answer]:
        self.answered.append(findings.standalone)
        yield extractive_answer(findings)

    def restate(self, question: str, earlier: Sequence[Exchange]) -> str | None:
        return self.restated


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("conversation") / "store"))
    made.build()
    with made:
        yield made


def test_turns_are_kept_in_order(corpus: Corpus) -> None:
    chat = Conversation(Scripted(corpus))
    answers = [chat.ask(question) for question in (TAIWAN, INSISTS)]
    assert [turn.question for turn in chat.turns] == [answer.question for answer in answers] == [TAIWAN, INSISTS]
    assert [turn.answer for turn in chat.turns] == answers


def test_turns_cannot_be_changed(corpus: Corpus) -> None:
    chat = Conversation(Scripted(corpus))
    chat.ask(TAIWAN)
    before = chat.turns
    chat.ask("And Korea?")
    assert len(before) == 1
    assert isinstance(chat.turns, tuple)
    with pytest.raises(FrozenInstanceError):
        before[0].question = "Something else?"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        chat.turns = ()  # type: ignore[misc]


def test_a_first_question_is_taken_as_it_stands(corpus: Corpus) -> None:
    scripted = Scripted(corpus)
    assert Conversation(scripted).ask("And then?").standalone == "And then?"
    assert scripted.found == ["And then?"]


def test_the_question_as_it_was_asked_is_always_tried_beside_the_other_readings(corpus: Corpus) -> None:
    scripted = Scripted(corpus)
    chat = Conversation(scripted)
    chat.ask(TAIWAN)
    chat.ask(INSISTS)
    assert scripted.found == [TAIWAN, INSISTS, "And if America insists (Taiwan, raised)?"]


def test_the_reading_that_the_sources_answer_best_is_answered_and_shown(corpus: Corpus) -> None:
    together = "And if America insists (Taiwan, raised)?"
    scripted = Scripted(corpus, {together: 0.9})
    chat = Conversation(scripted)
    chat.ask(TAIWAN)
    follow_up = chat.ask(INSISTS)
    assert (follow_up.question, follow_up.standalone) == (INSISTS, together)
    assert scripted.answered == [TAIWAN, together]


def test_of_near_equals_a_question_that_leans_is_read_with_what_it_leans_on(corpus: Corpus) -> None:
    together = "And if America insists (Taiwan, raised)?"
    for belief, understood in ((0.96, together), (0.99, INSISTS)):
        chat = Conversation(Scripted(corpus, {INSISTS: belief, together: 0.92}))
        chat.ask(TAIWAN)
        assert chat.ask(INSISTS).standalone == understood


def test_a_question_that_stands_alone_is_read_in_no_other_way(corpus: Corpus) -> None:
    scripted = Scripted(corpus, restated="Something of the model's?")
    chat = Conversation(scripted)
    chat.ask(TAIWAN)
    chat.ask("Which army group was Deng Hua to command?")
    assert scripted.found[1:] == ["Which army group was Deng Hua to command?"]


def test_a_change_of_topic_is_not_dragged_along(corpus: Corpus) -> None:
    scripted = Scripted(corpus)
    chat = Conversation(scripted)
    chat.ask(TAIWAN)
    chat.ask("Something else: what about the planes?")
    assert scripted.found[1:] == ["Something else: what about the planes?", "what about the planes?"]


def test_what_a_language_model_makes_of_a_follow_up_is_one_reading_more(corpus: Corpus) -> None:
    scripted = Scripted(corpus, {"What if America insists on Taiwan?": 0.9}, "What if America insists on Taiwan?")
    chat = Conversation(scripted)
    chat.ask(TAIWAN)
    answer = chat.ask(INSISTS)
    assert (answer.question, answer.standalone) == (INSISTS, "What if America insists on Taiwan?")
    assert answer.trace.notes == ("the question was made standalone by the language model",)
    assert INSISTS in scripted.found


def test_a_reading_that_is_too_long_is_left_out(corpus: Corpus) -> None:
    scripted = Scripted(corpus)
    chat = Conversation(scripted)
    chat.ask("Taiwan" + "x" * (MAX_QUESTION - 6))
    assert chat.ask("And then?").standalone == "And then?"
    assert scripted.found[1:] == ["And then?"]


def test_a_question_that_cannot_be_asked_is_no_turn(corpus: Corpus) -> None:
    chat = Conversation(Scripted(corpus))
    chat.ask(TAIWAN)
    with pytest.raises(QuestionError):
        chat.ask("  ")
    assert len(chat.turns) == 1


def test_every_reading_is_put_to_the_chosen_sources(corpus: Corpus) -> None:
    scripted = Scripted(corpus)
    chat = Conversation(scripted, sources=["letter"], kinds=["primary"])
    chat.ask(TAIWAN)
    chat.ask(INSISTS)
    assert scripted.filters == {(("letter",), ("primary",))}


def test_what_is_remembered_fits_the_budget_however_long_the_conversation_is(corpus: Corpus) -> None:
    chat = Conversation(Scripted(corpus))
    for number in range(60):
        chat.ask(f"What is said of matter number {number} in the long list of matters?" + " and more" * 20)
    kept = recent(chat.turns)
    assert 1 < len(kept) < 60
    assert kept[-1].question == chat.turns[-1].question
    assert sum(sum(count_tokens([one.question, one.standalone])) for one in kept) <= BUDGET_TOKENS


def test_the_last_turn_is_remembered_though_it_alone_breaks_the_budget(corpus: Corpus) -> None:
    chat = Conversation(Scripted(corpus))
    chat.ask(TAIWAN)
    assert [one.question for one in recent(chat.turns, budget_tokens=1)] == [TAIWAN]


def test_two_hundred_turns_stay_fast_and_none_grows_too_long(corpus: Corpus) -> None:
    class Eager(Scripted):
        """Believes the longest reading."""

        def find(
            self,
            question: str,
            *,
            sources: Sequence[str] | None = None,
            kinds: Sequence[Kind] | None = None,
            standalone: str | None = None,
        ) -> Findings:
            self.beliefs[standalone or question] = len(standalone or question) / 10_000
            return super().find(question, sources=sources, kinds=kinds, standalone=standalone)

    chat = Conversation(Eager(corpus))
    chat.ask(TAIWAN)
    for number in range(200):
        chat.ask(f"And what then of it in case {number}?")
    assert len(chat.turns) == 201
    assert max(len(turn.answer.standalone) for turn in chat.turns) < 300


def test_a_real_conversation_of_two_hundred_turns_keeps_every_promise(assistant: Assistant) -> None:
    chat = assistant.conversation(sources=["letter-gao-kim-1951-06-14"])  # the shortest: it is read for every turn
    asked = ("What does Mao say about Taiwan?", INSISTS, "Why?", "And in August?", "What about the UN?", "Who is he?")
    for number in range(200):
        for citation in chat.ask(asked[number % len(asked)]).citations:
            assert citation.span.cut(assistant.source(citation.source_id).text) == citation.quote
    assert len(chat.turns) == 200


def test_statements_are_streamed_and_the_turn_is_kept_with_the_answer(assistant: Assistant) -> None:
    chat = assistant.conversation()
    pieces = chat.ask_stream("What does Mao say about Taiwan?")
    first = next(pieces)
    assert isinstance(first, Verified)
    assert not list(chat.turns)
    *_, answer = pieces
    assert isinstance(answer, Answer)
    assert chat.turns == (Turn(question="What does Mao say about Taiwan?", answer=answer),)
    assert answer.statements[0] == first.statement


def test_a_language_model_restates_a_follow_up_and_answers_it(tmp_path: Path) -> None:
    llm = ScriptedLLM(
        reply(("Mao wants the question raised.", [1])),
        {"question": "If America insists that Taiwan be resolved separately?"},
        reply(("Then a concession will be made.", [1])),
    )
    model = LanguageModel(llm=llm, name="scripted")
    with make_assistant(make_workshop(tmp_path / "store"), model) as made:
        made.build()
        chat = made.conversation()
        chat.ask("What does Mao say about Taiwan?")
        answer = chat.ask(INSISTS)
    llm.check()
    assert answer.trace.answerer == "generative"
    assert "if america insists" in answer.standalone.lower()
    assert INSISTS in llm.asked[1]


def test_conversations_in_many_threads_do_not_mix(assistant: Assistant) -> None:
    def talk(subject: str) -> tuple[str, tuple[Turn, ...]]:
        chat = assistant.conversation()
        for question in (f"What does Mao say about {subject}?", "And why?", "What about it?"):
            chat.ask(question)
        return subject, chat.turns

    with ThreadPoolExecutor(max_workers=4) as pool:
        talks = dict(pool.map(talk, ("Taiwan", "Kennan", "August", "aviation")))
    for subject, turns in talks.items():
        others = set(talks) - {subject}
        assert len(turns) == 3
        assert not any(other in turn.answer.standalone for other in others for turn in turns)


def test_two_conversations_do_not_mix(assistant: Assistant) -> None:
    one, other = assistant.conversation(), assistant.conversation(sources=["letter-gao-kim-1951-06-14"])
    first = one.ask("What does Mao say about Taiwan?")
    other.ask("Who signed the letter?")
    follow_up = one.ask("And if America insists?")
    assert "signed" not in follow_up.standalone
    assert one.turns == (
        Turn(question="What does Mao say about Taiwan?", answer=first),
        Turn(question="And if America insists?", answer=follow_up),
    )
    assert {citation.source_id for turn in other.turns for citation in turn.answer.citations} <= {
        "letter-gao-kim-1951-06-14"
    }


def test_answers_of_a_conversation_are_cut_from_the_sources(assistant: Assistant) -> None:
    chat = assistant.conversation(sources=None)
    for question in ("What does Mao say about Taiwan?", "And if America insists?", "Why?", "And in August?"):
        for citation in chat.ask(question).citations:
            text = assistant.source(citation.source_id).text
            assert text[citation.span.start : citation.span.end] == citation.quote


def test_a_conversation_about_a_source_that_is_not_there_does_not_begin(assistant: Assistant) -> None:
    with pytest.raises(UnknownSource, match="nowhere"):
        assistant.conversation(sources=["nowhere"])
    with pytest.raises(QuestionError, match="must be a list"):
        assistant.conversation(sources="letter-gao-kim-1951-06-14")
