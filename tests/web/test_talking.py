"""What visitors do, and what of the page changes by it; answers come from a script."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assistant.corpus import Corpus
from assistant.domain import Answer, Kind, Source, SourceInfo, Turn, Verified
from assistant.errors import ConversationError, ModelError, QuestionError
from assistant.web.examples import Example
from assistant.web.limits import Limits
from assistant.web.links import link_to
from assistant.web.shelf import Shelf
from assistant.web.talking import OUR_FAULT, Desk, View, written_out
from assistant.web.visitors import Visitor
from tests.exports.talks import answer, archive, refusal
from tests.web.reading import Read, quote_of

Script = Callable[[str], Iterator[Verified | Answer]]


class Talk:
    """A conversation that says what its script says."""

    def __init__(self, script: Script, turns: Sequence[Turn]) -> None:
        self._script = script
        self.turns = tuple(turns)

    def ask_stream(self, question: str) -> Iterator[Verified | Answer]:
        for piece in self._script(question):
            if isinstance(piece, Answer):
                self.turns = (*self.turns, Turn(question=question, answer=piece))
            yield piece


@dataclass
class Own:
    """The archive of `talks`, asked through a script."""

    corpus: Corpus
    script: Script
    asked: list[tuple[Sequence[str] | None, Sequence[Kind] | None]] = field(default_factory=list)
    infos: tuple[SourceInfo, ...] = ()

    def source(self, source_id: str) -> Source:
        return self.corpus.source(source_id)

    def conversation(self, sources: Sequence[str] | None, kinds: Sequence[Kind] | None, turns: Sequence[Turn]) -> Talk:
        self.asked.append((sources, kinds))
        return Talk(self.script, turns)


@pytest.fixture
def letters(tmp_path: Path) -> Corpus:
    return archive(tmp_path / "archive")


@pytest.fixture
def visitor(letters: Corpus) -> Visitor:
    def script(question: str) -> Iterator[Verified | Answer]:
        whole = answer(letters, question)
        yield Verified(statement=whole.statements[0], citations=whole.citations[:1])
        yield whole

    own: Any = Own(letters, script)
    return Visitor(id="ann", own=own)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    assistant: Any = None
    shelf = Shelf(assistant, "none")
    return Desk(Limits(1_000, 2), shelf, [Example(question="Example?")], tmp_path / "feedback")


def script_of(visitor: Visitor, script: Script) -> None:
    own: Any = visitor.own
    own.script = script


def failing(error: Exception) -> Script:
    def script(question: str) -> Iterator[Verified | Answer]:
        raise error
        yield

    return script


def ask(desk: Desk, visitor: Visitor, question: str = "What?", kinds: Sequence[str] = ()) -> list[View]:
    return list(desk.ask(visitor, question, (), kinds))


def lines(view: View) -> list[str]:
    assert view.conversation is not None
    return [words for _, words in Read(view.conversation).all("p", class_="trouble")]


def test_an_answer_appears_as_it_is_verified_and_opens_at_its_first_quote(desk: Desk, visitor: Visitor) -> None:
    first, second, last = ask(desk, visitor)
    assert (first.question, first.busy, first.reader) == ("", True, None)
    assert "Reading the sources" in str(first.conversation)
    assert 'data-quote="1"' in str(second.conversation)
    assert (last.busy, last.question) == (False, None)
    assert quote_of(str(last.reader), "1") == visitor.turns[0].answer.citations[0].quote
    assert 'data-chosen="1"' in str(last.reader)
    assert visitor.pending is None


def test_the_filters_are_handed_on_and_all_is_no_filter(desk: Desk, visitor: Visitor) -> None:
    list(desk.ask(visitor, "What?", ["letter_1"], ["background"]))
    ask(desk, visitor, kinds=["primary", "background", "nonsense"])
    ask(desk, visitor, kinds=[])
    own: Any = visitor.own
    assert own.asked == [(["letter_1"], ("background",)), (None, None), (None, None)]


def test_a_refusal_leaves_the_reader_as_it_is(desk: Desk, visitor: Visitor) -> None:
    script_of(visitor, lambda question: iter([refusal(question)]))
    assert ask(desk, visitor)[-1].reader is None


def test_an_error_is_a_friendly_line_and_the_question_is_back_in_the_box(desk: Desk, visitor: Visitor) -> None:
    script_of(visitor, failing(ModelError("the model is silent")))
    last = ask(desk, visitor)[-1]
    assert lines(last) == ["the model is silent"]
    assert (last.question, last.busy, visitor.turns, visitor.pending) == ("What?", False, (), None)
    assert lines(ask(desk, visitor, "   ")[-1]) == ["the question is empty; ask something"]
    assert lines(ask(desk, visitor, "x" * 5_000)[-1])[0].startswith("the question has 5000 characters")


def test_what_nobody_foresaw_is_logged_and_not_shown(
    desk: Desk, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    script_of(visitor, failing(RuntimeError("secret path")))
    with caplog.at_level(logging.ERROR):
        last = ask(desk, visitor)[-1]
    assert lines(last) == [OUR_FAULT]
    assert "secret path" in caplog.text

    def act() -> View:
        raise RuntimeError("another path")

    assert lines(desk.guarded(visitor, act)) == [OUR_FAULT]
    assert "another path" in caplog.text


def test_too_many_questions_get_a_friendly_line_and_change_nothing(visitor: Visitor, tmp_path: Path) -> None:
    assistant: Any = None
    desk = Desk(Limits(1, 1), Shelf(assistant, "none"), [], tmp_path)
    ask(desk, visitor)
    last = list(desk.retry(visitor, (), ()))[-1]
    assert "questions a minute" in lines(last)[0]
    assert (len(visitor.turns), visitor.editing) == (1, False)


def test_a_stopped_question_is_back_in_the_box_and_its_answer_is_dropped(desk: Desk, visitor: Visitor) -> None:
    stream = desk.ask(visitor, "What?", (), ())
    next(stream)
    next(stream)
    stopped = desk.stop(visitor)
    assert (stopped.question, stopped.busy) == ("What?", False)
    assert "Stopped." in str(stopped.conversation)
    assert list(stream) == []
    assert visitor.turns == ()
    assert desk.stop(visitor).question is None


def test_a_question_whose_page_has_gone_leaves_no_trace(desk: Desk, visitor: Visitor) -> None:
    stream = desk.ask(visitor, "What?", (), ())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert desk.arrive(visitor, {}).conversation
    assert len(ask(desk, visitor)) == 3


def test_retry_puts_a_new_answer_in_the_place_of_the_last(desk: Desk, visitor: Visitor) -> None:
    assert "no question yet" in lines(list(desk.retry(visitor, (), ()))[-1])[0]
    ask(desk, visitor, "One?")
    ask(desk, visitor, "Two?")
    desk.judge(visitor, 2, "wrong", "")
    list(desk.retry(visitor, (), ()))
    assert [turn.question for turn in visitor.turns] == ["One?", "Two?"]
    assert visitor.verdicts == {}


def test_a_retry_that_fails_or_is_stopped_leaves_the_answer_that_was_there(desk: Desk, visitor: Visitor) -> None:
    ask(desk, visitor, "One?")
    stream = desk.retry(visitor, (), ())
    under_way = next(stream)
    assert "Reading the sources" in str(under_way.conversation)
    desk.stop(visitor)
    assert list(stream) == []
    assert [turn.question for turn in visitor.turns] == ["One?"]
    script_of(visitor, failing(ModelError("the model is silent")))
    assert lines(list(desk.retry(visitor, (), ()))[-1]) == ["the model is silent"]
    assert [turn.question for turn in visitor.turns] == ["One?"]


def test_an_edited_question_takes_the_place_of_the_last(desk: Desk, visitor: Visitor) -> None:
    assert "no question yet" in lines(desk.edit(visitor))[0]
    ask(desk, visitor, "One?")
    assert desk.edit(visitor).question == "One?"
    ask(desk, visitor, "Two?")
    assert [turn.question for turn in visitor.turns] == ["Two?"]
    desk.edit(visitor)
    assert (desk.clear(visitor).question, visitor.editing) == ("", False)
    ask(desk, visitor, "Three?")
    assert [turn.question for turn in visitor.turns] == ["Two?", "Three?"]


def test_editing_a_question_under_way_stops_it(desk: Desk, visitor: Visitor) -> None:
    stream = desk.ask(visitor, "What?", (), ())
    next(stream)
    assert desk.edit(visitor).question == "What?"
    assert list(stream) == []


def test_a_new_conversation_is_empty(desk: Desk, visitor: Visitor) -> None:
    ask(desk, visitor)
    view = desk.begin_anew(visitor)
    assert "Example?" in str(view.conversation)
    assert "open here" in str(view.reader)
    assert visitor.turns == ()


def test_a_quote_opens_in_its_source(desk: Desk, visitor: Visitor) -> None:
    ask(desk, visitor)
    view = desk.open_quote(visitor, 1, 3)
    assert view.tab == "read"
    assert quote_of(str(view.reader), "3") == visitor.turns[0].answer.citations[2].quote
    for turn, number in ((1, 9), (2, 1), (0, 1)):
        with pytest.raises(QuestionError):
            desk.open_quote(visitor, turn, number)


def test_a_quote_of_an_answer_under_way_opens_later(desk: Desk, visitor: Visitor) -> None:
    stream = desk.ask(visitor, "What?", (), ())
    next(stream)
    with pytest.raises(QuestionError, match="when its answer is complete"):
        desk.open_quote(visitor, 1, 1)


def test_a_place_opens_and_a_bad_one_gets_a_line(desk: Desk, visitor: Visitor) -> None:
    place = {"source": "letter_1", "from": "0", "to": "9"}
    assert quote_of(str(desk.open_place(visitor, place).reader), "here") == "They met."
    assert (
        "names a source that is not"
        in lines(desk.guarded(visitor, lambda: desk.open_place(visitor, {"source": "x"})))[0]
    )
    assert lines(desk.guarded(visitor, lambda: desk.open_place(visitor, {}))) == ["No source was named."]


def test_an_address_is_heeded(desk: Desk, visitor: Visitor) -> None:
    assert link_to("letter_1") == "?source=letter_1"
    view = desk.arrive(visitor, {"source": "letter_1", "q": "Who?"})
    assert view.question == "Who?"
    assert "They met." in str(view.reader)
    bad = desk.arrive(visitor, {"source": "nobody", "q": "x" * 5_000})
    assert "names a source that is not" in str(bad.reader)
    assert "5000 characters" in lines(bad)[0]
    assert bad.question == ""


def test_a_verdict_is_kept(desk: Desk, visitor: Visitor, tmp_path: Path) -> None:
    ask(desk, visitor)
    assert "Noted as right." in str(desk.judge(visitor, 1, "right", "so it is").conversation)
    (line,) = (tmp_path / "feedback" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["word"] == "so it is"
    with pytest.raises(QuestionError, match="right or wrong"):
        desk.judge(visitor, 1, "perhaps", "")


@pytest.mark.parametrize(("form", "name"), [("markdown", "conversation.md"), ("csl", "conversation.csl.json")])
def test_the_conversation_is_written_out(form: str, name: str, desk: Desk, visitor: Visitor) -> None:
    with pytest.raises(QuestionError, match="nothing to write out"):
        written_out(visitor, form)
    ask(desk, visitor)
    found, text = written_out(visitor, form)
    assert found == name
    assert text
    with pytest.raises(ConversationError):
        written_out(visitor, "../../etc/passwd")
