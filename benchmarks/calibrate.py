"""``make calibrate``: what each refusal threshold costs and gains, on the dev questions and those on other matters.

Prints, for thresholds of the belief in an answer (``answering.threshold``): the share of answerable questions that
would be refused, and the share of unanswerable ones, near and far, that would.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.evaluation.gold import load_gold, split_of
from assistant.evaluation.results import Question
from assistant.session import Assistant

GOLD = Path(__file__).parents[1] / "eval" / "gold"


def main() -> None:
    """Print the trade-off as a Markdown table."""
    with Assistant.open() as assistant:
        sources = [assistant.source(info.id) for info in assistant.sources()]
        dev = [q for q in load_gold(GOLD / "armistice.jsonl", sources) if split_of(q.id) == "dev" and not q.history]
        answerable = _beliefs(assistant, [q for q in dev if q.answerable])
        near = _beliefs(assistant, [q for q in dev if not q.answerable])
        other = _beliefs(assistant, load_gold(GOLD / "apart" / "far.jsonl", sources))
    groups = (answerable, near, other)
    print(f"| threshold | refused of {len(answerable)} answerable | of {len(near)} near | of {len(other)} far |")
    print("|---|---|---|---|")
    for threshold in np.quantile(answerable, np.arange(0.0, 0.32, 0.02)):
        shares = " | ".join(f"{np.mean(beliefs < threshold):.2f}" for beliefs in groups)
        print(f"| {threshold:.3f} | {shares} |")


def _beliefs(assistant: Assistant, questions: Sequence[Question]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([assistant.ask(question.question).trace.answered_probability for question in questions])


if __name__ == "__main__":
    main()
