"""Right answers become gold lines; wrong ones, broken lines and repetitions do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.errors import EvaluationError
from assistant.evaluation.feedback import read_right_records
from assistant.evaluation.gold import load_gold
from tests.specimens import make_source

SOURCE = make_source("The bridge burned down in 1874. Nobody was hurt.", "bridge")


def line(question: str, verdict: str = "right", text: str = "The bridge burned down in 1874.", **fields: object) -> str:
    gold = [{"source": "bridge", "text": text, "required": True}] if verdict == "right" else []
    record = {
        "id": f"feedback-{question}-{text[:3]}",
        "question": question,
        "kind": "direct",
        "history": [],
        "answerable": True,
        "gold": gold,
        "contains": [],
        "notes": "",
    }
    return json.dumps({"verdict": verdict, "word": "", "record": record | fields}) + "\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    said = [
        line("Whose?", gold=[]),
        line("When?"),
        line("Who?", "wrong"),
        "\n",
        line("When?"),
        '{"verdict": "ri\n',
        line("When?", text="Nobody"),
    ]
    (tmp_path / "feedback.jsonl").write_text("".join(said), encoding="utf-8")
    return tmp_path / "feedback.jsonl"


def test_right_answers_are_taken_once_each(path: Path) -> None:
    found = read_right_records(path)
    assert [(record.question, record.gold[0].text[:6]) for record in found.records] == [
        ("When?", "The br"),
        ("When?", "Nobody"),
    ]
    (fault,) = found.faults
    assert fault.startswith("line 6: Invalid JSON")


def test_the_command_prints_lines_that_load_as_gold(path: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["eval", "feedback", str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr.startswith("assistant: left out: line 6")
    (tmp_path / "gold.jsonl").write_text(result.stdout, encoding="utf-8")
    assert [question.question for question in load_gold(tmp_path / "gold.jsonl", [SOURCE])] == ["When?", "When?"]


def test_a_record_that_is_no_gold_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text(line("When?", kind="nonsense"), encoding="utf-8")
    assert read_right_records(tmp_path / "f.jsonl").records == ()


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no readable feedback file"):
        read_right_records(tmp_path)
