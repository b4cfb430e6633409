from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import FrozenInstanceError

import pytest

from assistant import Assistant
from assistant.conversation import Conversation
from assistant.domain import Answer, Kind, Trace, Turn
from assistant.errors import QuestionError, UnknownSource
from assistant.session import MAX_QUESTION
from tests.stores import make_assistant, make_workshop


class Scripted:
    """Answers every question with a belief that was fixed before, and remembers what it was asked."""

    def __init__(self, beliefs: dict[str, float] | None = None) -> None:
        self.beliefs = beliefs or {}
        self.asked: list[str] = []

    def ask(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Answer:
        understood = standalone or question
        if len(understood) > MAX_QUESTION or not understood.strip():
            raise QuestionError("too long or empty")
        self.asked.append(understood)
        belief = self.beliefs.get(understood, 0.5)
        return Answer(
            question=question,
            standalone=understood,
            text=f"{sources} {kinds}",
            refused=False,
            statements=(),
            citations=(),
            hits=(),
            trace=Trace(answerer="scripted", recipe="", answered_probability=belief, threshold=0.5, seconds=0.0),
        )


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("conversation") / "store"))
    made.build()
    with made:
        yield made


def test_turns_are_kept_in_order() -> None:
    chat = Conversation(Scripted())
    answers = [chat.ask(question) for question in ("What does Mao say about Taiwan?", "And if America insists?")]
    assert [turn.question for turn in chat.turns] == [answer.question for answer in answers]
    assert [turn.answer for turn in chat.turns] == answers


def test_turns_cannot_be_changed() -> None:
    chat = Conversation(Scripted())
    chat.ask("What does Mao say about Taiwan?")
    before = chat.turns
    chat.ask("And Korea?")
    assert len(before) == 1
    assert isinstance(chat.turns, tuple)
    with pytest.raises(FrozenInstanceError):
        before[0].question = "Something else?"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        chat.turns = ()  # type: ignore[misc]


def test_a_first_question_is_taken_as_it_stands() -> None:
    scripted = Scripted()
    assert Conversation(scripted).ask("And then?").standalone == "And then?"
    assert scripted.asked == ["And then?"]


def test_a_short_question_is_read_with_the_one_before_if_that_is_answered_better() -> None:
    scripted = Scripted({"Why was Taiwan raised at all? And if America insists?": 0.9})
    chat = Conversation(scripted)
    chat.ask("Why was Taiwan raised at all?")
    follow_up = chat.ask("And if America insists?")
    assert follow_up.standalone == "Why was Taiwan raised at all? And if America insists?"
    assert follow_up.question == "And if America insists?"


def test_a_short_question_stands_alone_if_that_is_answered_as_well() -> None:
    chat = Conversation(Scripted())
    chat.ask("Why was Taiwan raised at all?")
    assert chat.ask("And if America insists?").standalone == "And if America insists?"


def test_a_question_with_enough_words_of_its_own_is_not_read_with_the_one_before() -> None:
    scripted = Scripted()
    chat = Conversation(scripted)
    chat.ask("Why was Taiwan raised at all?")
    chat.ask("Which army group was Deng Hua to command?")
    assert scripted.asked[1:] == ["Which army group was Deng Hua to command?"]


def test_a_follow_up_that_makes_the_two_too_long_stands_alone() -> None:
    chat = Conversation(Scripted())
    chat.ask("x" * MAX_QUESTION)
    assert chat.ask("And then?").standalone == "And then?"


def test_many_follow_ups_never_grow_too_long_to_ask() -> None:
    class Eager(Scripted):
        """Believes the longer reading."""

        def ask(
            self,
            question: str,
            *,
            sources: Sequence[str] | None = None,
            kinds: Sequence[Kind] | None = None,
            standalone: str | None = None,
        ) -> Answer:
            self.beliefs[standalone or question] = len(standalone or question) / 10_000
            return super().ask(question, sources=sources, kinds=kinds, standalone=standalone)

    chat = Conversation(Eager())
    for number in range(300):
        chat.ask(f"And what then, {number}?")
    assert len(chat.turns) == 300


def test_a_question_that_cannot_be_asked_is_no_turn() -> None:
    chat = Conversation(Scripted())
    chat.ask("What does Mao say about Taiwan?")
    with pytest.raises(QuestionError):
        chat.ask("  ")
    assert len(chat.turns) == 1


def test_every_question_is_put_to_the_chosen_sources() -> None:
    chat = Conversation(Scripted(), sources=["letter"], kinds=["primary"])
    assert chat.ask("Who wrote?").text == chat.ask("And when?").text == "['letter'] ['primary']"


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
