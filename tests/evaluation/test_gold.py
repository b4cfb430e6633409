from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.domain import Source
from assistant.errors import EvaluationError
from assistant.evaluation.gold import QUESTION_KINDS, load_gold, split_of
from assistant.paths import data_root
from tests.evaluation.river import SOURCES

RECORD: dict[str, object] = {
    "id": "a-1",
    "question": "Where is the border?",
    "kind": "direct",
    "history": [],
    "answerable": True,
    "gold": [{"source": "report", "text": "The border stays at the river.", "required": True}],
    "contains": ["the river"],
    "notes": "",
}


def write(folder: Path, *records: dict[str, object] | str) -> Path:
    path = folder / "gold.jsonl"
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def evidence(text: str, source: str = "report", required: bool = True) -> list[dict[str, object]]:
    return [{"source": source, "text": text, "required": required}]


def test_verbatim_text_becomes_offsets(tmp_path: Path) -> None:
    (question,) = load_gold(write(tmp_path, RECORD), SOURCES)
    (gold,) = question.gold
    assert (gold.source_id, gold.span.start, gold.span.end, gold.required) == ("report", 0, 30, True)
    assert gold.span.cut(SOURCES[0].text) == "The border stays at the river."
    assert question.contains == ("the river",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gold": evidence("The border moves.")}, "stands 0 times in report"),
        ({"gold": evidence("the "), "contains": []}, "stands 2 times in report"),
        ({"gold": evidence("the  river"), "contains": []}, "stands 0 times in report"),
        ({"gold": evidence("No one", source="diary")}, "no source 'diary'"),
        ({"gold": evidence("The border", required=False), "contains": []}, "answerable is True"),
        ({"answerable": False}, "not answerable, yet it has gold"),
        ({"contains": ["the lake"]}, "'the lake' stands in no gold text"),
        ({"kind": "rhetorical"}, "kind: Input should be 'direct'"),
        ({"kind": "follow-up"}, "follow-up with 0 earlier questions"),
        ({"history": ["And then?"]}, "direct with 1 earlier questions"),
        ({"question": " "}, "question: String should match"),
        ({"answerable": "yes"}, "answerable: Input should be a valid boolean"),
        ({"remark": "none"}, "remark: Extra inputs are not permitted"),
        ({"gold": evidence("")}, "gold.0.text: String should match"),
    ],
)
def test_a_fault_is_named_with_its_line_and_record(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = write(tmp_path, RECORD, "", {**RECORD, "id": "a-2", **change})
    with pytest.raises(EvaluationError) as caught:
        load_gold(path, SOURCES)
    assert "gold.jsonl line 3: a-2: " in str(caught.value)
    assert message in str(caught.value)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "{", {"id": "a-1"}, {**RECORD, "gold": evidence("Nothing")}, "[]", RECORD)
    with pytest.raises(EvaluationError) as caught:
        load_gold(path, SOURCES)
    message = str(caught.value)
    assert all(f"line {number}: " in message for number in (1, 2, 3, 4))
    assert message.count("line 2: a-1: ") == 7  # one for each missing field
    assert "line 5: a-1: this id stands 2 times" in message


def test_a_folder_is_read_as_one_set(tmp_path: Path) -> None:
    write(tmp_path, RECORD).rename(tmp_path / "first.jsonl")
    write(tmp_path, {**RECORD, "id": "a-2"}).rename(tmp_path / "second.jsonl")
    assert [question.id for question in load_gold(tmp_path, SOURCES)] == ["a-1", "a-2"]
    write(tmp_path, RECORD)
    with pytest.raises(EvaluationError, match=r"gold\.jsonl line 1: a-1: this id stands 2 times"):
        load_gold(tmp_path, SOURCES)


def test_files_that_hold_no_gold_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"no readable gold file at .*name one that exists"):
        load_gold(tmp_path / "absent.jsonl", SOURCES)
    with pytest.raises(EvaluationError, match="holds no question"):
        load_gold(write(tmp_path, ""), SOURCES)
    (tmp_path / "gold.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(EvaluationError, match="not UTF-8 at byte 0"):
        load_gold(tmp_path / "gold.jsonl", SOURCES)


def test_the_split_is_the_parity_of_the_first_byte_of_the_hash() -> None:
    # printf a | sha256sum begins with ca, printf b with 3e, printf c with 2e, printf d with 18, printf e with 3f
    assert [split_of(name) for name in "abcde"] == ["dev", "dev", "dev", "dev", "test"]


@pytest.mark.parametrize(("name", "least"), [("armistice", 120), ("background", 66)])
def test_the_shipped_gold_resolves_and_has_every_kind(name: str, least: int, all_sources: tuple[Source, ...]) -> None:
    questions = load_gold(data_root() / "eval" / "gold" / f"{name}.jsonl", all_sources)
    assert len(questions) >= least
    assert {question.kind for question in questions} == set(QUESTION_KINDS)
    assert {split_of(question.id) for question in questions} == {"dev", "test"}


def test_the_shipped_gold_is_one_set(all_sources: tuple[Source, ...]) -> None:
    assert len(load_gold(data_root() / "eval" / "gold", all_sources)) >= 120 + 66


def test_background_questions_need_both_kinds_of_source_and_both_sides_of_a_dispute(
    all_sources: tuple[Source, ...],
) -> None:
    kinds = {source.id: source.info.kind for source in all_sources}
    questions = load_gold(data_root() / "eval" / "gold" / "background.jsonl", all_sources)
    needed = [{kinds[gold.source_id] for gold in question.gold if gold.required} for question in questions]
    assert sum(kinds_needed == {"primary", "background"} for kinds_needed in needed) >= 8
    assert sum(question.notes.startswith("Disputed: ") for question in questions) >= 6
    assert {kinds[gold.source_id] for question in questions for gold in question.gold} == {"primary", "background"}
    about = {gold.source_id for question in questions for gold in question.gold}
    assert about == set(kinds), "every source is asked about"
