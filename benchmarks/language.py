r"""``make live``: a real language model beside the extractive path and LlamaIndex's CitationQueryEngine.

    python -m benchmarks.local_model &        # or any other server; the extra `openai-like`
    python -m benchmarks.language --llm openai-like:http://127.0.0.1:8089/v1#qwen2.5-coder-1.5b-instruct

The questions are some of those that the citation engine was asked with the same model (`benchmarks.systems`); its run
is read, not made again. Follow-ups are asked in their conversation, which the engine cannot.
"""

from __future__ import annotations

import json
import platform
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import click

from assistant.answering.prompts import load_prompt
from assistant.domain import Answer
from assistant.evaluation.adapters import response_of
from assistant.evaluation.provenance import provenance
from assistant.evaluation.results import Item, Question, Response, Run
from assistant.evaluation.run import evaluate
from assistant.evaluation.serialise import read_run, write_run
from assistant.evaluation.statistics import summarise
from assistant.session import Assistant

ROOT = Path(__file__).parents[1]
OUT = ROOT / "eval" / "results" / "language"
ENGINE = ROOT / "eval" / "results" / "rivals" / "citation-engine.json"
METRICS = (
    "quote_verified",
    "coverage",
    "evidence_hit",
    "citation_precision_sentences",
    "citation_recall_sentences",
    "citation_f1_sentences",
    "contains",
    "refusal_precision",
    "refusal_recall",
    "false_refusal",
)


@dataclass(slots=True, kw_only=True)
class Watched:
    """A system that asks an assistant in a conversation, and how long each first statement took."""

    assistant: Assistant
    first_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    paths: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    unsupported: int = 0

    def ask(self, question: str, history: tuple[str, ...]) -> Response:
        """The response to a question after others, from the primary sources."""
        chat = self.assistant.conversation(kinds=["primary"])
        for earlier in history:
            chat.ask(earlier)
        began = time.perf_counter()
        pieces = chat.ask_stream(question)
        answer = next(pieces)
        if not isinstance(answer, Answer):
            self.first_s.append(time.perf_counter() - began)
            answer = next(piece for piece in pieces if isinstance(piece, Answer))
        self.whole_s.append(time.perf_counter() - began)
        self.count(answer)
        return response_of(answer)

    def count(self, answer: Answer) -> None:
        """Keep what is to be told of an answer."""
        path = "refusal" if answer.refused else "answer"
        self.paths[f"{answer.trace.answerer} {path}{', model asked' if answer.trace.model else ''}"] += 1
        self.notes.update(note.partition(" (")[0].partition(";")[0][:80] for note in answer.trace.notes)
        if answer.trace.answerer == "generative":
            self.statements += len(answer.statements)
            self.unsupported += sum(bool(statement.unsupported) for statement in answer.statements)

    def figures(self) -> dict[str, Any]:
        """What was watched, for the result file."""
        return {
            "asked": len(self.whole_s),
            "first_statement_s": median(self.first_s) if self.first_s else None,
            "whole_answer_s": median(self.whole_s) if self.whole_s else None,
            "paths": dict(self.paths),
            "notes": dict(self.notes),
            "statements_of_the_model": self.statements,
            "of_these_unsupported": self.unsupported,
        }


def chosen(count: int) -> tuple[Run, tuple[Question, ...]]:
    """The engine's run, cut to so many of its questions, and these; which, their ids' hashes decide."""
    run = read_run(ENGINE)
    kept = sorted(run.items, key=lambda item: sha256(item.question.id.encode()).digest())[:count]
    return replace(run, items=tuple(kept), summaries=summarise(kept)), tuple(item.question for item in kept)


def measure(
    name: str, open_it: Callable[[], Assistant], questions: tuple[Question, ...], llm: str, deadline: float
) -> tuple[Run, dict[str, Any]]:
    """The run of one of our two paths and what was watched; no question is begun after the deadline."""
    with open_it() as assistant:
        watched = Watched(assistant=assistant)
        sources = tuple(assistant.source(info.id) for info in assistant.sources())
        items: list[Item] = []
        for question in questions:
            if time.monotonic() > deadline:
                break
            items += evaluate(watched.ask, [question], name=name, sources=sources, provenance={}).items
            click.echo(f"\r{name} {len(items)}/{len(questions)}", nl=False, err=True)
        made_with = provenance(
            gold=questions[: len(items)],
            sources=sources,
            recipe=assistant.fingerprint,
            models=[assistant.recipe.embedding.model, assistant.recipe.reader.model],
            command=shlex.join(["python", "-m", "benchmarks.language", *sys.argv[1:]]),
        )
    extra = {"llm": llm, "prompt": load_prompt("answer").id} if llm else {}
    run = Run(name=name, provenance=made_with | extra, items=tuple(items), summaries=summarise(items))
    return run, watched.figures()


@click.command()
@click.option("--llm", required=True, help="A name that `assistant ask --llm` takes.")
@click.option("--questions", "count", default=40, show_default=True)
@click.option("--minutes", default=60.0, show_default=True, help="Begin no question with the model after this time.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True)
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
def main(llm: str, count: int, minutes: float, out: Path, store: Path | None) -> None:
    """Measure both paths on the same questions, and write their runs and figures."""
    shown = f"openai-like:{llm.rpartition('#')[2]}" if llm.startswith("openai-like:") else llm
    deadline = time.monotonic() + 60 * minutes
    run, prose = measure("generative", lambda: Assistant.open(store=store, llm=llm), chosen(count)[1], shown, deadline)
    engine, questions = chosen(len(run.items))
    other, plain = measure("extractive", lambda: Assistant.open(store=store), questions, "", float("inf"))
    out.mkdir(parents=True, exist_ok=True)
    for one in (run, other, engine):
        write_run(one, out / f"{one.name}.json")
    figures = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "llm": shown,
        "prompt": load_prompt("answer").id,
        "extractive": plain,
        "generative": prose,
    }
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    click.echo("\n" + json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
