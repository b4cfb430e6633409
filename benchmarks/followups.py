"""``make bench-followups``: how well follow-ups are understood without a language model.

Two measures. The follow-ups of the gold set, asked at the end of their conversation and asked bare: does a right
sentence stand among the quotes? And TREC CAsT 2019-2022 (Dalton et al.): how much of the words that a human rewrite put
in is put in here too (term recall), against the raw question, with the share of words that belong there (precision).
The rules were chosen with an eye on the years 2019 and 2020 and on the dev half of the gold; 2021, 2022 and the test
half were not looked at.
"""

from __future__ import annotations

import gzip
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import click

from assistant.analysis import Analyzer
from assistant.domain import Answer
from assistant.evaluation.gold import load_gold, split_of
from assistant.evaluation.results import Question
from assistant.followup import Exchange, read_followup
from assistant.session import Assistant

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "followups.json"
GOLD = ROOT / "eval" / "gold" / "armistice.jsonl"
SEEN, UNSEEN = (2019, 2020), (2021, 2022)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A turn of a conversation as its speaker put it, and as a person made it standalone."""

    year: int
    history: tuple[str, ...]
    raw: str
    human: str


def load_rewrites(path: Path) -> list[Rewrite]:
    """The turns that follow others."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        turns = [json.loads(line) for line in lines]
    return [
        Rewrite(year=turn["year"], history=tuple(turn["history"]), raw=turn["raw"], human=turn["rewrite"])
        for turn in turns
        if turn["history"]
    ]


def understood(question: str, earlier: Sequence[Exchange]) -> str:
    """The likeliest reading of a question by the rules alone, without any evidence."""
    found = read_followup(question, earlier)
    return found.readings[0] if found.readings else found.question


def restate(turn: Rewrite) -> str:
    """The turn as the rules make it standalone after its history."""
    earlier: list[Exchange] = []
    for question in turn.history:
        earlier.append(Exchange(question=question, standalone=understood(question, earlier)))
    return understood(turn.raw, earlier)


def term_recall(turns: Iterable[Rewrite]) -> dict[str, float]:
    """Recall and precision of words against the human rewrites, over the turns that these change."""
    terms = Analyzer("english").content_terms
    rows = [(set(terms(t.raw)), set(terms(restate(t))), set(terms(t.human))) for t in turns]
    changed = [(raw, ours, human) for raw, ours, human in rows if human - raw]
    same = [(raw, ours) for raw, ours, human in rows if not human - raw]
    return {
        "turns": len(rows),
        "changed": len(changed),
        "recall_raw": mean(len(raw & human) / len(human) for raw, _, human in changed),
        "recall": mean(len(ours & human) / len(human) for _, ours, human in changed),
        "new_words_recalled": mean(len(ours & (human - raw)) / len(human - raw) for raw, ours, human in changed),
        "precision_raw": mean(len(raw & human) / len(raw) for raw, _, human in changed),
        "precision": mean(len(ours & human) / len(ours) for _, ours, human in changed),
        "left_alone": mean(raw == ours for raw, ours in same),
    }


def right(answer: Answer, question: Question, *, required: bool) -> bool:
    """Whether a sentence that the gold accepts, or requires, is quoted."""
    return any(
        gold.source_id == citation.source_id and gold.span.overlaps(citation.span)
        for citation in answer.citations
        for gold in question.gold
        if gold.required or not required
    )


def ask(assistant: Assistant, question: Question) -> tuple[Answer, Answer]:
    """The answers to a follow-up in its conversation, and to it alone; both from the primary sources."""
    chat = assistant.conversation(kinds=["primary"])
    for earlier in question.history:
        chat.ask(earlier)
    return chat.ask(question.question), assistant.ask(question.question, kinds=["primary"])


def gold_followups(assistant: Assistant, split: str) -> dict[str, Any]:
    """How many answerable follow-ups of a half have a right sentence, with their history and without."""
    sources = [assistant.source(info.id) for info in assistant.sources()]
    questions = [q for q in load_gold(GOLD, sources) if q.history and split in (split_of(q.id), "all")]
    asked = [(question, *ask(assistant, question)) for question in questions]
    answerable = [(question, told, bare) for question, told, bare in asked if question.answerable]
    return {
        "answerable": len(answerable),
        "right": sum(right(told, question, required=False) for question, told, _ in answerable),
        "right_without_history": sum(right(bare, question, required=False) for question, _, bare in answerable),
        "required": sum(right(told, question, required=True) for question, told, _ in answerable),
        "required_without_history": sum(right(bare, question, required=True) for question, _, bare in answerable),
        "unanswerable": len(asked) - len(answerable),
        "refused_of_unanswerable": sum(told.refused for question, told, _ in asked if not question.answerable),
        "questions": [
            {
                "id": question.id,
                "understood": told.standalone,
                "right": right(told, question, required=False) if question.answerable else told.refused,
            }
            for question, told, _ in asked
        ],
    }


def report(results: dict[str, Any]) -> str:
    """The results as a Markdown table."""
    halves = [(f"gold, {name} half", half) for name, half in results["gold"].items()]
    lines = ["| follow-ups | questions | with history | the same without |", "|---|---:|---:|---:|"]
    for name, half in halves:
        total = half["answerable"]
        for what, key in (("a right sentence", "right"), ("a required one", "required")):
            with_it, bare = half[key], half[f"{key}_without_history"]
            lines.append(
                f"| {name}: {what} | {total} | {with_it} ({with_it / total:.0%}) | {bare} ({bare / total:.0%}) |"
            )
    lines += ["", "| TREC CAsT, turns that a person rewrote | turns | term recall | of the raw question | precision |"]
    lines.append("|---|---:|---:|---:|---:|")
    for name, part in results["cast"].items():
        figures = " | ".join(f"{part[key]:.3f}" for key in ("recall", "recall_raw", "precision"))
        lines.append(f"| {name} | {part['changed']} | {figures} |")
    return "\n".join([f"Reader of evidence: {results['reader']}.", "", *lines])


@click.command()
@click.option("--cast", type=click.Path(path_type=Path), required=True, help="rewrites.jsonl.gz")
@click.option("--split", type=click.Choice(["dev", "test", "both"]), default="both", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=RESULT, show_default=True)
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
def main(cast: Path, split: str, out: Path, store: Path | None) -> None:
    """Measure, print, and keep the results if both halves were asked."""
    turns = load_rewrites(cast)
    with Assistant.open(store=store) as assistant:
        halves = ("dev", "test") if split == "both" else (split,)
        results: dict[str, Any] = {
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            "recipe": assistant.fingerprint,
            "reader": assistant.recipe.reader.model,
            "gold": {half: gold_followups(assistant, half) for half in halves},
            "cast": {
                "2019 and 2020, looked at": term_recall(t for t in turns if t.year in SEEN),
                "2021 and 2022, not looked at": term_recall(t for t in turns if t.year in UNSEEN),
            },
        }
    if split == "both":
        out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(report(results))


if __name__ == "__main__":
    main()
