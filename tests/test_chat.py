"""The conversation in the terminal, as a reader types it and sees it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from assistant import Answer, Assistant, Verified
from assistant.chat import HELP, Chat
from assistant.conversation import Conversation
from assistant.models.llm import LanguageModel
from tests.language import ScriptedLLM, reply
from tests.stores import make_assistant, make_workshop

TAIWAN = "What does Mao say about Taiwan?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("chat") / "store"))
    made.build()
    with made:
        yield made


def type_in(assistant: Assistant, *lines: str | type[BaseException], talk: Conversation | None = None) -> str:
    """What is shown when lines are typed one after the other and then the end of input."""
    out = io.StringIO()
    console = Console(file=out, width=200, highlight=False, markup=False, emoji=False)
    waiting = list(lines)

    def read() -> str:
        line = waiting.pop(0) if waiting else EOFError
        if isinstance(line, str):
            return line
        raise line

    begin = partial(assistant.conversation, kinds=["primary"])
    Chat(assistant.corpus, begin, console, talk or begin()).run(read)
    assert not waiting, f"the chat ended before {waiting}"
    return out.getvalue()


def test_an_answer_is_shown_with_its_footnotes(assistant: Assistant) -> None:
    said = type_in(assistant, TAIWAN)
    assert "Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951: “" in said
    assert said.index("” [1]") < said.index("\n[1] Mao Zedong, telegram")
    assert "Understood as" not in said


def test_a_person_sees_that_something_is_being_done(assistant: Assistant) -> None:
    out = io.StringIO()
    chat = assistant.conversation(kinds=["primary"])
    lines = iter([TAIWAN])
    Chat(assistant.corpus, assistant.conversation, Console(file=out, force_terminal=True, width=200), chat).run(
        lambda: next(lines, "/quit")
    )
    assert "Reading the sources" in out.getvalue()
    assert "Reading the sources" not in type_in(assistant, TAIWAN)


def test_a_follow_up_says_how_it_was_understood(assistant: Assistant) -> None:
    said = type_in(assistant, TAIWAN, "Should it be resolved separately?")
    assert "Understood as: Should Taiwan be resolved separately" in said


def test_a_refusal_names_the_nearest_passages(assistant: Assistant) -> None:
    said = type_in(assistant, "How does photosynthesis work in zeppelins?")
    assert "The sources do not answer this question." in said
    assert "Nearest: " in said


def test_show_shows_a_citation_in_its_surroundings(assistant: Assistant) -> None:
    said = type_in(assistant, TAIWAN, "/show 1")
    shown = said[said.rindex("\n[1] ") :]
    assert "instrument of" in shown
    assert "resolve first of all the question of Korea" in shown


@pytest.mark.parametrize("line", ["/show", "/show 99", "/show x"])
def test_a_citation_that_is_not_there_is_said_to_be_none(assistant: Assistant, line: str) -> None:
    assert "in the last answer; it has none" in type_in(assistant, line)
    assert "in the last answer; it has 1" in type_in(assistant, TAIWAN, line)


def test_sources_lists_the_archive(assistant: Assistant) -> None:
    assert "telegram-mao-1951-06-13" in type_in(assistant, "/sources")


def test_history_lists_the_questions_as_they_were_understood(assistant: Assistant) -> None:
    said = type_in(assistant, TAIWAN, "Should it be resolved separately?", "/history")
    assert f"1. {TAIWAN}\n" in said
    assert "2. Should it be resolved separately?  (understood as: Should Taiwan be resolved separately" in said


@pytest.mark.parametrize("line", ["/help", "/frobnicate", "/"])
def test_help_is_shown_when_asked_for_or_needed(assistant: Assistant, line: str) -> None:
    assert HELP.splitlines()[0] in type_in(assistant, line)


def test_help_names_every_command(assistant: Assistant) -> None:
    chat = Chat(assistant.corpus, assistant.conversation, Console(file=io.StringIO()), assistant.conversation())
    assert all(f"/{name}" in HELP for name in chat._commands)


def test_a_new_conversation_knows_nothing_of_the_old_one(assistant: Assistant) -> None:
    said = type_in(assistant, TAIWAN, "/new", "Why is it raised?", "/history")
    assert "Taiwan raised" not in said
    assert f"1. {TAIWAN}\n" not in said


def test_a_conversation_is_saved_to_be_resumed_or_read(assistant: Assistant, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("talk.json", "talk.md", "talk.txt", "talk.bib")]
    said = type_in(assistant, TAIWAN, *(f"/save {file}" for file in files))
    assert said.count("Saved in ") == 4
    assert json.loads(files[0].read_text(encoding="utf-8"))["turns"][0]["question"] == TAIWAN
    assert "[^1-1]: “" in files[1].read_text(encoding="utf-8")
    assert "Bibliography" in files[2].read_text(encoding="utf-8")
    assert "@misc{telegram-mao-1951-06-13," in files[3].read_text(encoding="utf-8")
    resumed = type_in(assistant, "/history", talk=assistant.resume(files[0]))
    assert TAIWAN in resumed


def test_a_file_is_overwritten_only_if_it_was_saved_in_this_chat(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text("precious", encoding="utf-8")
    assert "name a file that does not exist yet" in type_in(assistant, f"/save {path}", "/save")
    assert path.read_text(encoding="utf-8") == "precious"
    path.unlink()
    assert type_in(assistant, TAIWAN, f"/save {path}", "Why?", f"/save {path}").count("Saved in") == 2
    assert len(json.loads(path.read_text(encoding="utf-8"))["turns"]) == 2


@pytest.mark.parametrize("name", ["talk.md", "talk.json"])
def test_a_file_that_cannot_be_written_does_not_end_the_chat(assistant: Assistant, tmp_path: Path, name: str) -> None:
    said = type_in(assistant, f"/save {tmp_path / 'nowhere' / name}", "/history", TAIWAN)
    assert "cannot write" in said
    assert "[1] Mao" in said


def test_a_question_that_cannot_be_asked_does_not_end_the_chat(assistant: Assistant) -> None:
    said = type_in(assistant, "x" * 5_000, "", "   ", TAIWAN)
    assert "the question has 5000 characters" in said
    assert "[1] Mao" in said


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt, "/quit", "/q", "/exit"])
def test_the_reader_may_leave_in_any_way(assistant: Assistant, end: str | type[BaseException]) -> None:
    assert type_in(assistant, end) == ""


def test_an_answer_can_be_stopped(assistant: Assistant) -> None:
    class Stopped(Conversation):
        def ask_stream(self, question: str) -> Iterator[Verified | Answer]:
            raise KeyboardInterrupt

    assert "Stopped." in type_in(assistant, TAIWAN, "/history", talk=Stopped(assistant))


def test_nothing_that_is_typed_steers_the_terminal(assistant: Assistant) -> None:
    said = type_in(assistant, "Was \x1b[31mTaiwan\x07 [bold]raised[/bold]?", "/\x1b[31m", "/show \x1b[2J", "/history")
    assert "\x1b" not in said
    assert "\x07" not in said


def chat_with(assistant: Assistant, script: Sequence[object], *lines: str) -> str:
    """What is shown when a scripted model writes."""
    llm = ScriptedLLM(*script)
    assistant._model = LanguageModel(llm=llm, name="scripted", timeout_s=0.5)
    try:
        return type_in(assistant, *lines)
    finally:
        assistant._model = None
        llm.check()


def test_prose_of_a_model_has_its_quotes_under_it(assistant: Assistant) -> None:
    said = chat_with(assistant, [reply(("Mao leaves it open.", [1]))], TAIWAN)
    assert said.startswith("Mao leaves it open. [1]")
    assert "\n    “" in said


def test_what_is_withdrawn_is_said_to_be(assistant: Assistant) -> None:
    begun = '{"answered": true, "statements": [{"evidence": [1], "text": "Mao leaves it open."}, '
    said = chat_with(assistant, [[begun, 1.0]], TAIWAN)
    assert said.index("Mao leaves it open. [1]") < said.index("What was said above is withdrawn.")
    assert said.index("is withdrawn.") < said.index("“")
    assert "Note: language model scripted did not finish in time" in said


def test_a_withdrawn_statement_before_a_refusal_is_said_to_be(assistant: Assistant) -> None:
    first = '{"statements": [{"evidence": [1], "text": "Mao leaves it open."}], "answered": false}'
    said = chat_with(assistant, [first], TAIWAN)
    assert said.index("What was said above is withdrawn.") < said.index("The sources do not answer")
