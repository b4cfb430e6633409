r"""``make bench-reader``: how well the evidence reader chooses and refuses, beside what it must reach.

SQuAD 2.0 dev: 1,000 answerable and 1,000 unanswerable questions over all 1,204 paragraphs, read by the full chain. Our
own gold: the `test` half, citation recall on direct and paraphrased questions, and how many of the unanswerable ones
are refused where at most 8 % of the answerable ones are.

Writes ``benchmarks/results/reader.json``, from which the tables of the README and of the model card are made.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import click
import numpy as np

from assistant.evaluation.public_data import load_squad, parse_gold_argument, sample, write_corpus
from assistant.evaluation.results import Item, Question, Run
from assistant.evaluation.run import evaluate
from assistant.evaluation.subject import Choice, open_subject
from assistant.paths import data_root
from assistant.reading import WeighingReader
from assistant.session import Assistant
from training.cases import Case, Floats, auroc, best, found_among, read_cases

GOLD = data_root() / "eval" / "gold" / "armistice.jsonl"
RESULTS = Path(__file__).parent / "results" / "reader.json"
FALSE_REFUSALS = 0.08
"""Most answerable questions that may be refused where refusals are counted."""
ROWS = (
    ("squad", "hit@1", "SQuAD 2.0 dev, full chain: right sentence first", "0.80"),
    ("squad", "hit@3", "the same: among the first three", "0.90"),
    ("squad", "in list", "the same: among all sentences read or found", "–"),
    ("squad", "auroc source removed", "AUROC, answered against gold paragraph taken away", "0.94"),
    ("squad", "auroc unanswerable", "AUROC, answered against SQuAD 2.0's own unanswerable questions", "0.78"),
    ("gold", "recall direct", "our `test` questions: citation recall, direct", "0.90"),
    ("gold", "recall paraphrase", "the same, paraphrased", "0.65"),
    ("gold", "refusal recall", "unanswerable refused, at most 8 % of answerable refused", "0.80"),
    ("gold", "refused answerable", "answerable refused, at the recipe's threshold", "–"),
    ("gold", "refused unanswerable", "unanswerable refused, at the recipe's threshold", "–"),
    ("gold", "warm ask, ms", "warm `ask` on the shipped archive, median, ms", "250"),
)


def squad(path: Path, count: int) -> dict[str, float]:
    """The figures on SQuAD 2.0 dev."""
    data = load_squad(path)
    questions = sample(data.questions, answerable=count, unanswerable=count)
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "corpus", data.sources)
        with Assistant.open(corpus=Path(folder) / "corpus", store=Path(folder) / "store") as assistant:
            answered = _read(assistant, [q for q in questions if q.answerable])
            unanswered = _read(assistant, [q for q in questions if not q.answerable])
    return {
        "questions": float(len(answered)),
        "hit@1": found_among(answered, 1),
        "hit@3": found_among(answered, 3),
        "in list": found_among(answered, 10_000),
        "auroc source removed": auroc(best(answered), best(answered, elsewhere=True)),
        "auroc unanswerable": auroc(best(answered), best(unanswered)),
    }


def _read(assistant: Assistant, questions: Sequence[Question]) -> list[Case]:
    if not isinstance(assistant.reader, WeighingReader):
        raise SystemExit("the recipe names no model; nothing to measure")
    return read_cases(assistant, assistant.reader, questions)


def gold(split: Literal["dev", "test"]) -> dict[str, float]:
    """The figures on our own gold, asked of the two documents; the time is that of asking the whole archive."""
    choice = Choice(gold=parse_gold_argument(str(GOLD)), split=split, kinds=("primary",))
    with open_subject(choice, Assistant.open, command="python -m benchmarks.reader") as subject:
        run = evaluate(subject.system, subject.questions, name="reader", sources=subject.sources, provenance={})
    with Assistant.open() as assistant:
        asked = [q.question for q in subject.questions if not q.history]
        seconds = [_seconds(lambda q=q: assistant.ask(q)) for q in asked]  # type: ignore[misc]
    answerable = np.array([item.question.answerable for item in run.items])
    belief = np.array([_belief(item) for item in run.items])
    refused = np.array([item.response.refused for item in run.items])
    return {
        "questions": float(len(run.items)),
        "recall direct": _recall(run, "direct"),
        "recall paraphrase": _recall(run, "paraphrase"),
        "refusal recall": refusal_recall(belief[answerable], belief[~answerable]),
        "refused answerable": float(refused[answerable].mean()),
        "refused unanswerable": float(refused[~answerable].mean()),
        "warm ask, ms": 1_000 * statistics.median(seconds),
    }


def _belief(item: Item) -> float:
    return item.response.confidence or 0.0


def _recall(run: Run, kind: str) -> float:
    values = [item.values["citation_recall_sentences"].value for item in run.items if item.question.kind == kind]
    return float(np.mean([value for value in values if value is not None]))


def refusal_recall(answerable: Floats, unanswerable: Floats) -> float:
    """Share of the unanswerable below the highest threshold that refuses at most 8 % of the answerable."""
    allowed = int(FALSE_REFUSALS * len(answerable))
    return float((unanswerable < np.sort(answerable)[allowed]).mean())


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def table(results: dict[str, dict[str, float]]) -> str:
    """The results as a Markdown table."""
    lines = [
        f"| {words} | {results[part][name]:.{0 if name.endswith('ms') else 3}f} | {reach} |"
        for part, name, words, reach in ROWS
        if part in results
    ]
    return "\n".join(["| measure | found | to reach |", "|---|---:|---:|", *lines])


@click.command()
@click.option(
    "--squad", "path", type=click.Path(path_type=Path), help="SQuAD 2.0 dev; without it that part is kept as it is."
)
@click.option("--sample", "count", type=int, default=1_000, show_default=True)
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
def main(path: Path | None, count: int, split: Literal["dev", "test"]) -> None:
    """Measure the reader, print the table, and keep it if it was made on the test questions."""
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results |= {"gold": gold(split)}
    if path is not None and path.is_file():
        results["squad"] = squad(path, count)
    click.echo(table(results))
    if split == "test":
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
