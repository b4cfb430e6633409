"""``make calibrate``: what each refusal threshold costs and gains, on the dev questions and those on other matters.

Prints, for thresholds of the belief in an answer (``answering.threshold``): the share of answerable questions that
would be refused, and the share of unanswerable ones, near and far, that would.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Kind, Source
from assistant.evaluation.gold import load_gold, split_of
from assistant.evaluation.results import Question
from assistant.session import Assistant

GOLD = Path(__file__).parents[1] / "eval" / "gold"


def main() -> None:
    """Print the trade-off as a Markdown table."""
    with Assistant.open() as assistant:
        documents = _dev(assistant, "armistice.jsonl")
        essays = _dev(assistant, "background.jsonl")
        groups = {
            "answerable, documents": _beliefs(assistant, _which(documents, True), "primary"),
            "unanswerable, documents": _beliefs(assistant, _which(documents, False), "primary"),
            "answerable, essays": _beliefs(assistant, _which(essays, True)),
            "unanswerable, essays": _beliefs(assistant, _which(essays, False)),
            "other matters": _beliefs(assistant, load_gold(GOLD / "apart" / "far.jsonl", _sources(assistant))),
        }
    print(f"| refused below | {' | '.join(f'{name} ({len(beliefs)})' for name, beliefs in groups.items())} |")
    print(f"|---:|{'---:|' * len(groups)}")
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        print(f"| {threshold} | {' | '.join(f'{np.mean(b < threshold):.2f}' for b in groups.values())} |")


def _dev(assistant: Assistant, name: str) -> list[Question]:
    """The dev half of a gold file, without follow-ups."""
    questions = load_gold(GOLD / name, _sources(assistant))
    return [question for question in questions if split_of(question.id) == "dev" and not question.history]


def _sources(assistant: Assistant) -> list[Source]:
    return [assistant.source(info.id) for info in assistant.sources()]


def _which(questions: Sequence[Question], answerable: bool) -> list[Question]:
    return [question for question in questions if question.answerable is answerable]


def _beliefs(assistant: Assistant, questions: Sequence[Question], *kinds: Kind) -> NDArray[np.float64]:
    answers = [assistant.ask(question.question, kinds=kinds or None) for question in questions]
    return np.array([answer.trace.answered_probability for answer in answers])


if __name__ == "__main__":
    main()
