"""Conversations as files: saved whole, resumed as they were, and not believed against the archive."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant
from assistant.errors import ConversationError, QuestionError
from assistant.saving import load_conversation
from tests.stores import make_assistant, make_workshop

LETTER, TELEGRAM = "letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"
ASKED = ("What does Mao say about Taiwan?", "And if America insists?", "Who won the football world cup in 1950?")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("saving") / "store"))
    made.build()
    with made:
        yield made


@pytest.fixture
def saved(assistant: Assistant, tmp_path: Path) -> Path:
    chat = assistant.conversation(sources=[TELEGRAM], kinds=["primary"])
    for question in ASKED:
        chat.ask(question)
    chat.save(tmp_path / "talk.json")
    return tmp_path / "talk.json"


def spoil(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The file, changed."""
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def first_answer(values: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = values["turns"][0]["answer"]
    return answer


def test_a_conversation_is_resumed_as_it_was(assistant: Assistant, saved: Path) -> None:
    again = assistant.resume(saved)
    assert [turn.question for turn in again.turns] == list(ASKED)
    again.save(saved.with_name("again.json"))
    assert saved.with_name("again.json").read_bytes() == saved.read_bytes()


def test_a_resumed_conversation_goes_on_where_it_stood(assistant: Assistant, saved: Path) -> None:
    spoil(saved, lambda values: values["turns"].pop())
    follow_up = assistant.resume(str(saved)).ask("Why?")
    assert follow_up.standalone.startswith("Why (")
    assert {citation.source_id for citation in follow_up.citations} <= {TELEGRAM}


def test_saving_again_replaces_the_file_whole(assistant: Assistant, saved: Path) -> None:
    chat = assistant.resume(saved)
    chat.ask("Who is Filippov?")
    chat.save(saved)
    assert len(assistant.resume(saved).turns) == 4
    assert [path.name for path in saved.parent.iterdir() if path.is_file()] == ["talk.json"]


def test_a_file_that_cannot_be_written_is_one_error(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(ConversationError, match="cannot write"):
        assistant.conversation().save(tmp_path / "nowhere" / "talk.json")


def test_a_missing_file_is_one_error(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(ConversationError, match="no readable conversation"):
        assistant.resume(tmp_path / "talk.json")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"version": 2, "sources": null, "kinds": null, "turns": []}', '{"version": 1}', "\ud800"],
)
def test_a_file_that_is_no_conversation_is_refused(assistant: Assistant, tmp_path: Path, text: str) -> None:
    path = tmp_path / "talk.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConversationError, match="is no saved conversation"):
        assistant.resume(path)


def test_a_file_of_any_size_is_not_read(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(ConversationError, match="too big"):
        assistant.resume(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda citation: citation.update(quote=citation["quote"].replace("Taiwan", "Tibet")),
        lambda citation: citation["span"].update(start=citation["span"]["start"] + 1),
        lambda citation: citation["span"].update(end=10**9),
        lambda citation: citation.update(source_id=LETTER),
        lambda citation: citation.update(source_id="nowhere"),
        lambda citation: citation["source"].update(author="Somebody Else"),
        lambda citation: citation["source"].update(sha256="0" * 64),
    ],
    ids=["quote", "start", "end", "source", "unknown source", "author", "hash"],
)
def test_a_citation_that_is_not_true_of_the_archive_is_refused(
    assistant: Assistant, saved: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    spoil(saved, lambda values: change(first_answer(values)["citations"][0]))
    with pytest.raises(ConversationError, match=r"turn 1: citation 1 does not stand in '.*' as it is quoted"):
        assistant.resume(saved)


@pytest.mark.parametrize("field", ["text", "statement"])
def test_words_in_quotation_marks_that_are_not_cited_are_refused(assistant: Assistant, saved: Path, field: str) -> None:
    def forge(values: dict[str, Any]) -> None:
        answer = first_answer(values)
        target = answer if field == "text" else answer["statements"][0]
        target["text"] += " “We surrender.” [1]"

    with pytest.raises(ConversationError, match=r"“We surrender\.” is in none of its citations"):
        assistant.resume(spoil(saved, forge))


def test_a_passage_that_is_not_in_the_archive_is_refused(assistant: Assistant, saved: Path) -> None:
    spoil(saved, lambda values: first_answer(values)["hits"][0]["passage"].update(text="Forged."))
    with pytest.raises(ConversationError, match="turn 1: a passage does not stand"):
        assistant.resume(saved)


def test_a_conversation_about_a_source_that_is_gone_is_not_resumed(assistant: Assistant, saved: Path) -> None:
    spoil(saved, lambda values: values.update(turns=[], sources=[], kinds=None))
    with pytest.raises(QuestionError, match="no source is left"):
        assistant.resume(saved)


def test_an_empty_conversation_can_be_saved(assistant: Assistant, tmp_path: Path) -> None:
    assistant.conversation().save(tmp_path / "talk.json")
    loaded = load_conversation(tmp_path / "talk.json", assistant.corpus)
    assert (loaded.turns, loaded.sources, loaded.kinds) == ((), None, None)
