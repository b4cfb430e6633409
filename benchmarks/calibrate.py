"""``make calibrate``: what each refusal threshold costs and gains, on the dev questions and those on other matters.

Prints, for best evidence scores at which the belief in an answer could be one half (``answering.centre``): the share of
answerable questions that would be refused, and the share of unanswerable ones, near and far, that would.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from assistant.corpus import load_corpus
from assistant.evaluation.gold import load_gold, split_of
from assistant.evaluation.results import Question
from assistant.paths import default_corpus
from assistant.session import Assistant

GOLD = Path(__file__).parents[1] / "eval" / "gold"


def main() -> None:
    """Print the trade-off as a Markdown table."""
    corpus = load_corpus(default_corpus())
    sources = [corpus.source(info.id) for info in corpus]
    dev = [q for q in load_gold(GOLD / "armistice.jsonl", sources) if split_of(q.id) == "dev" and not q.history]
    far = load_gold(GOLD / "apart" / "far.jsonl", sources)
    with Assistant.open() as assistant:
        answerable = _scores(assistant, [q for q in dev if q.answerable])
        near = _scores(assistant, [q for q in dev if not q.answerable])
        other = _scores(assistant, list(far))
    groups = (answerable, near, other)
    print(f"| centre | refused of {len(answerable)} answerable | of {len(near)} near | of {len(other)} far |")
    print("|---|---|---|---|")
    for centre in np.arange(0.05, 0.43, 0.02):
        shares = " | ".join(f"{np.mean(scores < centre):.2f}" for scores in groups)
        print(f"| {centre:.2f} | {shares} |")


def _scores(assistant: Assistant, questions: list[Question]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The best evidence score behind each question's probability."""
    settings = assistant.recipe.answering
    beliefs = [assistant.ask(question.question).trace.answered_probability for question in questions]
    clipped = np.clip(beliefs, 1e-12, 1 - 1e-12)
    return np.array([math.log(p / (1 - p)) / settings.slope + settings.centre for p in clipped])


if __name__ == "__main__":
    main()
