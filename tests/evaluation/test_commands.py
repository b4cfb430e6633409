from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from click.testing import CliRunner, Result

from assistant.citation import cite
from assistant.corpus import load_corpus
from assistant.domain import KINDS, Answer, Kind, Source, SourceInfo, Statement, Trace
from assistant.errors import EvaluationError
from assistant.evaluation import commands
from assistant.evaluation.provenance import code_version, corpus_digest, provenance
from assistant.evaluation.serialise import read_run
from assistant.recipe import Recipe
from assistant.sentences import sentence_spans
from tests.specimens import write_corpus

RIVER = "The border stays at the river. Trade resumes in May. The bridge opens in June."


class FakeAssistant:
    """Cites the sentence that holds the question's last word; refuses if there is none, or if it is told to."""

    def __init__(self, corpus: Path, recipe: Recipe, *, mute: bool = False) -> None:
        self._corpus, self.recipe, self._mute = load_corpus(corpus), recipe, mute
        self.fingerprint = "fake"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def sources(self) -> tuple[SourceInfo, ...]:
        return tuple(self._corpus)

    def source(self, source_id: str) -> Source:
        return self._corpus.source(source_id)

    def conversation(self, *, kinds: Sequence[Kind] | None = None) -> FakeAssistant:
        return self

    def ask(self, question: str, *, kinds: Sequence[Kind] | None = None) -> Answer:
        word = question.rsplit(maxsplit=1)[-1].rstrip("?")
        found = [
            cite(1, source, span)
            for source in map(self.source, [info.id for info in self.sources() if info.kind in (kinds or KINDS)])
            for span in sentence_spans(source.text)
            if word in span.cut(source.text) and not self._mute
        ][:1]
        statements = tuple(Statement(text=f"“{one.quote}” [1]", citations=(1,)) for one in found)
        return Answer(
            question=question,
            standalone=question,
            text=statements[0].text if statements else "The sources do not say.",
            refused=not found,
            statements=statements,
            citations=tuple(found),
            hits=(),
            trace=Trace(answerer="fake", recipe="", answered_probability=float(bool(found)), threshold=0.5, seconds=0),
        )


class Bench:
    """A folder with a corpus and gold, and the command run in it with a fake assistant."""

    def __init__(self, folder: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.mute = folder, False
        self.corpus = write_corpus(folder / "corpus", {"report": RIVER})
        self.gold = folder / "gold.jsonl"
        self.write_gold(
            [("border", "The border stays at the river."), ("May", "Trade resumes in May."), ("Taiwan", "")]
        )
        self.opened: list[Path] = []

        def opened(
            settings: dict[str, Path], *, corpus: Path | None = None, store: Path | None = None
        ) -> FakeAssistant:
            self.opened.append(corpus or settings["corpus"])
            return FakeAssistant(corpus or settings["corpus"], recipe, mute=self.mute)

        monkeypatch.setattr(commands, "open_assistant", opened)
        monkeypatch.chdir(folder)

    def write_gold(self, asked: Sequence[tuple[str, str]]) -> None:
        records = [
            {
                "id": f"q-{word}",
                "question": f"What of the {word}?",
                "kind": "direct" if text else "unanswerable",
                "history": [],
                "answerable": bool(text),
                "gold": [{"source": "report", "text": text, "required": True}] if text else [],
                "contains": [],
                "notes": "",
            }
            for word, text in asked
        ]
        self.gold.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")

    def __call__(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(commands.eval_group, [str(one) for one in arguments], obj={"corpus": self.corpus})

    def evaluate(self, *arguments: str | Path) -> Result:
        return self("--gold", self.gold, "--split", "all", "--out", "out", *arguments)

    def bounds(self, text: str) -> Path:
        path = self.folder / "bounds.toml"
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def bench(tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, recipe, monkeypatch)


@pytest.mark.parametrize(("kind", "found"), [("primary", 1.0), ("background", 0.0)])
def test_only_sources_of_a_kind_can_be_asked(bench: Bench, kind: str, found: float) -> None:
    bench.write_gold([("border", "The border stays at the river.")])
    result = bench.evaluate("--name", "mine", "--kind", kind)
    assert result.exit_code == 0, result.output
    (item,) = read_run(Path("out/mine.json")).items
    assert item.values["evidence_hit"].value == found


def test_a_run_prints_its_figures_and_writes_its_reports(bench: Bench) -> None:
    result = bench.evaluate("--name", "mine")
    assert result.exit_code == 0, result.output
    assert "evidence hit" in result.stdout
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "mine.html", "mine.json", "mine.junit.xml", "mine.md"
    ]  # fmt: skip
    run = read_run(Path("out/mine.json"))
    assert len(run.items) == 3
    assert run.provenance["command"] == f"assistant eval --gold {bench.gold} --split all --name mine"
    assert run.provenance["recipe"] == "fake"


def test_a_missed_threshold_fails_with_1_and_says_so(bench: Bench) -> None:
    assert bench.evaluate("--thresholds", bench.bounds("[thresholds]\nevidence_hit = 1.0\n")).exit_code == 0
    bench.mute = True
    result = bench.evaluate("--thresholds", bench.bounds("[thresholds]\nevidence_hit = 1.0\n"))
    assert result.exit_code == 1
    assert "missed: evidence_hit is 0.000, at least 1 is required" in result.stderr
    assert "evidence_hit is 0.000" in Path("out/assistant-all.junit.xml").read_text(encoding="utf-8")


def test_a_significant_fall_below_the_baseline_fails_with_1(bench: Bench) -> None:
    text = " ".join(f"Point p{n:02d} is agreed." for n in range(20))
    write_corpus(bench.corpus, {"report": text})
    bench.write_gold([(f"p{n:02d}", f"Point p{n:02d} is agreed.") for n in range(20)])
    rule = bench.bounds('[regression]\nmetrics = ["evidence_hit"]\n')
    assert bench.evaluate("--name", "before").exit_code == 0
    same = bench.evaluate("--name", "same", "--thresholds", rule, "--baseline", "out/before.json")
    assert same.exit_code == 0, same.output
    bench.mute = True
    worse = bench.evaluate("--name", "worse", "--thresholds", rule, "--baseline", "out/before.json")
    assert worse.exit_code == 1
    assert "missed: evidence_hit is 0.000, worse than 1.000 in before" in worse.stderr


def test_json_is_all_that_stdout_holds(bench: Bench) -> None:
    result = bench.evaluate("--json")
    figures = json.loads(result.stdout)
    assert figures["name"] == "assistant-all"
    assert figures["faults"] == []
    assert {"metric", "group", "value", "low", "high", "applied", "absent"} == set(figures["summaries"][0])


def test_split_sample_and_limit_narrow_the_questions(bench: Bench) -> None:
    bench.evaluate("--sample", "1", "--name", "sampled")
    assert [item.question.answerable for item in read_run(Path("out/sampled.json")).items] == [True, False]
    bench.evaluate("--limit", "2", "--name", "limited")
    assert len(read_run(Path("out/limited.json")).items) == 2


def test_squad_is_indexed_in_a_folder_that_goes_again(bench: Bench) -> None:
    asked = {"id": "1", "question": "What of May?", "answers": [{"text": "May", "answer_start": RIVER.index("May")}]}
    article = {"title": "River", "paragraphs": [{"context": RIVER, "qas": [asked]}]}
    Path("tiny.json").write_text(json.dumps({"data": [article]}), encoding="utf-8")
    result = bench("--gold", "squad:tiny.json", "--out", "out")
    assert result.exit_code == 0, result.output
    run = read_run(Path("out/squad-tiny.json"))
    assert run.items[0].values["evidence_hit"].value == 1.0
    assert not bench.opened[0].exists()
    report = bench("report", "out/squad-tiny.json", "--gold", "squad:tiny.json")
    assert (report.exit_code, report.stderr) == (0, "")


def test_faulty_gold_and_names_are_errors_of_ours(bench: Bench) -> None:
    for arguments in (["--gold", "squad:none.json"], ["--gold", "none.jsonl"], ["--name", "a/b"]):
        result = bench.evaluate(*arguments)
        assert isinstance(result.exception, EvaluationError)
        assert not Path("out").exists()


def test_a_run_that_was_broken_off_is_gone_on_with(bench: Bench) -> None:
    bench.evaluate("--name", "whole", "--resume")
    assert not list(Path("out/.unfinished").iterdir())
    assert len(read_run(Path("out/whole.json")).items) == 3


def test_two_files_are_compared_with_a_test_and_more_side_by_side(bench: Bench) -> None:
    bench.evaluate("--name", "one")
    bench.mute = True
    bench.evaluate("--name", "two")
    two = bench("compare", "out/one.json", "out/two.json", "--json")
    rows = {row["metric"]: row for row in json.loads(two.stdout)}
    assert rows["evidence hit"]["difference"] == "-1.000"
    three = bench("compare", "out/one.json", "out/two.json", "out/one.json", "--markdown")
    assert three.stdout.startswith("| metric | one | two | one |")
    assert "before" in bench("compare", "out/one.json", "out/two.json").stdout
    assert bench("compare", "out/one.json").exit_code == 2
    assert bench("compare", "out/none.json", "out/one.json").exit_code == 2


def test_reports_are_made_again_beside_a_rivals(bench: Bench) -> None:
    bench.evaluate("--name", "one")
    bench.evaluate("--name", "rival")
    first = Path("out/one.md").read_bytes()
    result = bench("report", "out/one.json", "--beside", "out/rival.json", "--out", "again")
    assert result.exit_code == 0, result.output
    assert Path("again/one.md").read_bytes() == first
    assert "Beside other systems" in Path("again/one.html").read_text(encoding="utf-8")


def test_a_report_over_other_sources_says_that_it_cannot_check(bench: Bench) -> None:
    bench.evaluate("--name", "one")
    write_corpus(bench.corpus, {"report": "Rewritten."})
    result = bench("report", "out/one.json")
    assert result.exit_code == 0
    assert "not those of this run" in result.stderr
    assert "not at hand" in Path("out/one.html").read_text(encoding="utf-8")


def test_a_missing_extra_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "find_spec", lambda name: None)
    result = bench.evaluate()
    assert isinstance(result.exception, EvaluationError)
    assert "armistice-assistant[eval]" in str(result.exception)


def test_the_commands_are_cheap_to_import() -> None:
    code = "import sys, assistant.evaluation.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "llama_index.core", "pydantic", "ir_measures", "rich"} & set(loaded)


def test_provenance_says_what_made_the_run_and_no_time_of_day(letter: Source) -> None:
    found = provenance(gold=[], sources=[letter], recipe="r", models=["m", "n"], command="c")
    assert found == provenance(gold=[], sources=[letter], recipe="r", models=["m", "n"], command="c")
    assert found["corpus"] == corpus_digest([letter]) != corpus_digest([])
    assert (found["models"], found["questions"]) == ("m, n", "0")
    assert "numpy" in found["libraries"]
    assert found["code"] == code_version() != ""
