"""The generated parts of the README and of the reader's card: made from the program and result files, never typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from assistant.cli import main
from assistant.evaluation.reports.markdown import table_markdown
from assistant.evaluation.reports.tables import figures, side_by_side
from assistant.evaluation.results import Run
from assistant.evaluation.serialise import read_run

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
FOLLOWUPS = ROOT / "benchmarks" / "results" / "followups.json"
CARD = ROOT / "assistant" / "models" / "evidence_reader" / "card.md"
PAGES = (README, CARD)
BENCH = ROOT / "benchmarks" / "results" / "bench.json"
_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
RESULTS = ROOT / "eval" / "results"
_COMPARED = (
    "quote_verified",
    "coverage",
    "evidence_hit",
    "citation_precision_sentences",
    "citation_f1_sentences",
    "contains",
    "refusal_precision",
    "refusal_recall",
    "answered_auroc",
    "latency_s",
)
_QUESTION = "What were Mao's conditions for an armistice?"


def generated(text: str) -> str:
    """The text with each generated block made anew."""
    return _BLOCK.sub(lambda block: block[1] + _MAKERS[block["name"]]() + block[3], text)


def answer() -> str:
    """A real answer, as the terminal shows it."""
    lines = CliRunner().invoke(main, ["ask", _QUESTION], catch_exceptions=False).stdout.splitlines()
    return "\n```text\n" + "\n".join(line.rstrip() for line in lines) + "\n```\n\n"


def commands() -> str:
    """Every command with the first line of its help."""
    rows = [f"| `assistant {name}` | {command.get_short_help_str(120)} |" for name, command in leaves(main, "")]
    return "\n" + "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n\n"


def leaves(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group, with its full name, and those of its groups."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from leaves(command, f"{prefix}{name} ")


def bench() -> str:
    """The benchmark's table, from its result file."""
    from benchmarks.bench import report

    results: dict[str, Any] = json.loads(BENCH.read_text(encoding="utf-8"))
    return f"\nOn {results['machine']}:\n\n{report(results)}\n\n"


def followups() -> str:
    """How well follow-ups are understood, from the result file."""
    from benchmarks.followups import report

    results: dict[str, Any] = json.loads(FOLLOWUPS.read_text(encoding="utf-8"))
    return f"\n{report(results)}\n\n"


def reader() -> str:
    """What the evidence reader reaches."""
    from benchmarks.reader import RESULTS as READER
    from benchmarks.reader import table

    return f"\n{table(json.loads(READER.read_text(encoding='utf-8')))}\n\n"


def language() -> str:
    """Our two paths beside the citation engine, with the same language model."""
    from benchmarks.language import METRICS

    told = json.loads((RESULTS / "language" / "figures.json").read_text(encoding="utf-8"))
    plain, prose = told["extractive"], told["generative"]
    first = f"{prose['first_statement_s']:.1f} s to the first statement, {prose['whole_answer_s']:.1f} s to the answer"
    marked = f"{prose['of_these_unsupported']} of its {prose['statements_of_the_model']} statements were marked"
    quick = f"the extractive path needs {plain['whole_answer_s'] * 1000:.0f} ms"
    table = _beside("language", ("extractive", "generative", "citation-engine"), METRICS)
    return f"{table}With the model, on {told['machine']}: {first} (medians); {quick}. {marked} as unsupported.\n\n"


def plain() -> str:
    """What became of the plain questions: with any sentence that the gold accepts, and with one that it requires."""
    run = read_run(RESULTS / "plain.json")
    total = len(run.items)
    right = sum((item.values["citation_precision_sentences"].value or 0) > 0 for item in run.items)
    required = sum(item.values["evidence_hit"].value == 1 for item in run.items)
    return (
        f"\n{right} of {total} plain questions ({right / total:.0%}) have a right sentence among the quotes, counting "
        f"every sentence that the gold accepts as evidence; {required} ({required / total:.0%}) have one that it "
        "requires.\n\n"
    )


def test() -> str:
    """The figures of the test half."""
    return f"\n{table_markdown(figures(read_run(RESULTS / 'test.json'))).strip()}\n\n"


def rivals() -> str:
    """Ours beside the rival that answered the whole sample."""
    return _beside("rivals", ("ours", "citation-engine"), _COMPARED[:-1])


def reached() -> str:
    """Ours beside both rivals, on the questions that the slower one reached."""
    return _beside("rivals/reached", ("ours", "citation-engine", "verbatim-core"), _COMPARED[:-1])


def squad() -> str:
    """What retrieval alone reaches."""
    return _beside("squad", ("bm25", "dense", "fused"), _COMPARED)


def beside() -> str:
    """The answerable questions on the documents with and without the essays beside them, and those on the essays."""
    runs = {name: read_run(RESULTS / f"{name}.json") for name in ("test", "beside", "background")}
    rows = [
        [metric.replace("_", " "), *(_mean(run, metric) for run in runs.values())]
        for metric in ("evidence_hit", "citation_recall_sentences", "citation_f1_sentences", "retrieval_hit@1")
    ]
    head = ["metric", "documents alone", "documents and essays", "questions on the essays"]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---", *["---:"] * 3], *rows)]
    return "\n" + "\n".join(lines) + "\n\n"


def _mean(run: Run, metric: str) -> str:
    """The mean of a metric over the answerable questions."""
    values = [item.values[metric].value for item in run.items if item.question.answerable]
    return f"{sum(value or 0 for value in values) / len(values):.3f}"


def _beside(folder: str, names: tuple[str, ...], metrics: tuple[str, ...]) -> str:
    runs = [read_run(RESULTS / folder / f"{name}.json") for name in names]
    questions = runs[0].summaries[0].applied + runs[0].summaries[0].absent
    return f"\n{questions} questions:\n\n{table_markdown(side_by_side(runs, metrics)).strip()}\n\n"


_MAKERS = {
    maker.__name__: maker
    for maker in (answer, commands, bench, reader, plain, test, followups, language, rivals, reached, squad, beside)
}
