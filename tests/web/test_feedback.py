"""What readers say is kept whole, line by line, and right answers can become gold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from assistant import Answer, Assistant
from assistant.corpus import Corpus
from assistant.errors import EvaluationError, FeedbackError
from assistant.evaluation.gold import load_gold
from assistant.paths import default_feedback
from assistant.web import feedback
from assistant.web.feedback import record
from tests.specimens import texts

TAIWAN = "What does Mao say about Taiwan?"
FOOTBALL = "Who won the football world cup in 1950?"


@pytest.fixture(scope="module")
def answer(archive: Assistant) -> Answer:
    return archive.ask(TAIWAN)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def as_gold(path: Path, to: Path) -> Path:
    """A gold file of the records in a feedback file."""
    to.write_text("".join(json.dumps(line["record"]) + "\n" for line in lines(path)), encoding="utf-8")
    return to


def test_a_right_answer_can_be_loaded_as_gold(answer: Answer, corpus: Corpus, tmp_path: Path) -> None:
    path = record(answer, "right", "just so", tmp_path)
    sources = [corpus.source(info.id) for info in corpus]
    (question,) = load_gold(as_gold(path, tmp_path / "gold.jsonl"), sources)
    assert (question.question, question.notes, question.answerable) == (TAIWAN, "just so", True)
    assert [(g.source_id, g.span) for g in question.gold] == [(c.source_id, c.span) for c in answer.citations]


def test_a_right_refusal_becomes_an_unanswerable_question(archive: Assistant, tmp_path: Path) -> None:
    refusal = archive.ask(FOOTBALL)
    assert refusal.refused
    path = record(refusal, "right", "", tmp_path)
    (question,) = load_gold(as_gold(path, tmp_path / "gold.jsonl"), ())
    assert (question.kind, question.answerable, question.gold) == ("unanswerable", False, ())


def test_a_wrong_answer_is_no_gold_until_an_editor_gives_some(answer: Answer, corpus: Corpus, tmp_path: Path) -> None:
    path = record(answer, "wrong", "that is about something else", tmp_path)
    with pytest.raises(EvaluationError, match="if, and only if, some gold is required"):
        load_gold(as_gold(path, tmp_path / "gold.jsonl"), [corpus.source(info.id) for info in corpus])
    (line,) = lines(path)
    assert [cited["text"] for cited in line["cited"]] == [c.quote for c in answer.citations]


def test_a_line_tells_what_was_said_of_what(answer: Answer, tmp_path: Path) -> None:
    follow_up = replace(answer, question="And Taiwan?")
    (line,) = lines(record(follow_up, "wrong", "no", tmp_path))
    assert (line["verdict"], line["word"], line["asked"]) == ("wrong", "no", "And Taiwan?")
    assert line["record"]["question"] == TAIWAN
    assert line["recipe"] == answer.trace.recipe
    assert line["time"].endswith("+00:00")


def test_words_of_a_visitors_own_sources_are_not_kept(answer: Answer, tmp_path: Path) -> None:
    private = replace(answer.citations[0], source_id="own.diary", quote="A secret.")
    told = replace(answer, text="He says “A secret.” [1]", citations=(private, *answer.citations[1:]))
    path = record(told, "right", "yes", tmp_path)
    (line,) = lines(path)
    assert (line["verdict"], line["word"], line["cited"], line["record"]["gold"]) == ("right", "yes", [], [])
    assert "secret" not in path.read_text(encoding="utf-8")


def test_lines_are_added_and_ids_differ(answer: Answer, tmp_path: Path) -> None:
    for word in ("one", "two", "three"):
        path = record(answer, "right", word, tmp_path / "deep" / "folder")
    kept = lines(path)
    assert [line["word"] for line in kept] == ["one", "two", "three"]
    assert len({line["record"]["id"] for line in kept}) == 3


def test_writers_at_the_same_time_lose_nothing(answer: Answer, tmp_path: Path) -> None:
    def write(name: str) -> None:
        for number in range(10):
            record(answer, "right", f"{name} {number}", tmp_path)

    threads = [Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    words = [line["word"] for line in lines(tmp_path / "feedback.jsonl")]
    assert sorted(words) == sorted(f"{name} {number}" for name in "abc" for number in range(10))


def test_a_line_that_was_broken_off_spoils_no_other(answer: Answer, tmp_path: Path) -> None:
    path = record(answer, "right", "first", tmp_path)
    with path.open("ab") as file:
        file.write(b'{"verdict": "ri')
    record(answer, "right", "second", tmp_path)
    first, broken, second, end = path.read_text(encoding="utf-8").split("\n")
    assert (json.loads(first)["word"], json.loads(second)["word"], end) == ("first", "second", "")
    assert broken == '{"verdict": "ri'


def test_a_long_word_is_refused(answer: Answer, tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="2001 characters; say it in at most 2000"):
        record(answer, "right", "x" * 2_001, tmp_path)
    assert not (tmp_path / "feedback.jsonl").exists()


def test_a_full_file_is_left_as_it_is(answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(answer, "right", "fits", tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(feedback, "MAX_FILE", len(before) + 10)
    with pytest.raises(FeedbackError, match="put the feedback file aside"):
        record(answer, "right", "one too many", tmp_path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_without_its_path(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FeedbackError, match="cannot be kept") as caught:
        record(answer, "right", "", tmp_path / "file")
    assert str(tmp_path) not in str(caught.value)


def test_a_lock_that_is_never_given_back_is_not_waited_for(
    answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "_PATIENCE_S", 0.01)
    with FileLock(tmp_path / ".lock"), pytest.raises(FeedbackError, match="cannot be kept"):
        record(answer, "right", "", tmp_path)


@given(st.one_of(texts, st.text(max_size=60)))
def test_any_word_is_kept_on_one_line_without_control_characters(
    answer: Answer, tmp_path_factory: pytest.TempPathFactory, word: str
) -> None:
    path = record(replace(answer, question=f"Who {word}?"), "wrong", word, tmp_path_factory.mktemp("word"))
    (line,) = lines(path)
    assert line["word"].isprintable()
    assert line["asked"].isprintable()
    assert "".join(line["word"].split()) == "".join(c for c in word if c.isprintable() and not c.isspace())


def test_the_default_folder_is_the_users(tmp_path: Path) -> None:
    assert default_feedback().name == "feedback"
    assert "home" in str(default_feedback())
