"""The reader's weights, fitted on the articles that were kept from training: what goes into ``index/recipe.toml``.

Two logistic regressions: of "this sentence is right" on the features of every sentence read, and of "this question is
answered" on the best sentence's log-odds. Unanswered are the same questions with the source of their answer taken away,
and damaged ones.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from assistant.evaluation.public_data import PublicData, load_squad, sample, write_corpus
from assistant.evaluation.results import Question
from assistant.reading import WeighingReader
from assistant.session import Assistant
from training.cases import Case, Floats, auroc, best, found_among, read_cases
from training.damage import Damager
from training.examples import is_held_out

ROUNDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Weights of evidence, answer and overlap, with their bias; slope and centre of the belief."""

    weights: Floats
    bias: float
    slope: float
    centre: float


def held_out(data: PublicData) -> PublicData:
    """The sources and questions of the articles that were kept from training."""
    titles = {source.id: source.info.title for source in data.sources}
    return PublicData(
        sources=tuple(source for source in data.sources if is_held_out(source.info.title)),
        questions=tuple(q for q in data.questions if is_held_out(titles[q.gold[0].source_id])),
        unusable=(),
    )


def damaged(questions: Sequence[Question], data: PublicData) -> list[Question]:
    """The questions that can be damaged, damaged, and without gold."""
    damager, by_id, rng = Damager(data.sources), {source.id: source for source in data.sources}, random.Random(7)
    pairs = [(q, damager.damage(q.question, by_id[q.gold[0].source_id], q.contains[0], rng)) for q in questions]
    return [replace(q, question=words, answerable=False, gold=()) for q, words in pairs if words is not None]


def fit(answered: Sequence[Case], unanswered: Sequence[Case]) -> Fitted:
    """Both regressions, the second on the log-odds of the first."""
    read = np.concatenate([case.features for case in answered])
    right = np.concatenate([case.right for case in answered])
    *weights, bias = regress(read, right)
    summed = [replace(c, log_odds=c.features @ np.array(weights) + bias) for c in answered]
    without = [replace(c, log_odds=c.features @ np.array(weights) + bias) for c in unanswered]
    tops = np.concatenate([best(summed), best(summed, elsewhere=True), best(without)])
    is_answered = np.arange(len(tops)) < len(summed)
    slope, level = regress(tops[:, None], is_answered, balanced=True)
    return Fitted(weights=np.array(weights), bias=float(bias), slope=float(slope), centre=float(-level / slope))


def regress(features: Floats, labels: np.ndarray[tuple[int], np.dtype[np.bool_]], *, balanced: bool = False) -> Floats:
    """Weights of the features and the constant, by Newton's method (iteratively reweighted least squares)."""
    inputs = np.column_stack([features, np.ones(len(features))])
    counts = np.where(labels, 0.5 / labels.mean(), 0.5 / (1 - labels.mean())) if balanced else np.ones(len(labels))
    weights = np.zeros(inputs.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (counts * (labels - chance)) - 1e-3 * weights
        curve = (inputs * (counts * chance * (1 - chance))[:, None]).T @ inputs + 1e-3 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curve, slope)
    return weights


@click.command()
@click.option("--squad", type=click.Path(exists=True, path_type=Path), required=True, help="SQuAD 1.1 train file.")
@click.option("--questions", type=int, default=1_000, show_default=True)
def main(squad: Path, questions: int) -> None:
    """Print the fitted weights and how well they do on the held-out questions."""
    data = held_out(load_squad(squad))
    chosen = sample(data.questions, answerable=questions, unanswerable=0)
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(Path(folder) / "corpus", data.sources)
        with Assistant.open(corpus=Path(folder) / "corpus", store=Path(folder) / "store") as assistant:
            if not isinstance(assistant.reader, WeighingReader):
                raise SystemExit("the recipe names no model whose weights could be fitted")
            answered = read_cases(assistant, assistant.reader, chosen)
            unanswered = read_cases(assistant, assistant.reader, damaged(chosen, data))
    fitted = fit(answered, unanswered)
    click.echo(report(fitted, answered, unanswered))


def report(fitted: Fitted, answered: Sequence[Case], unanswered: Sequence[Case]) -> str:
    """The lines of the recipe, and the figures behind them."""
    weighed, without = (
        [replace(c, log_odds=c.features @ fitted.weights + fitted.bias) for c in cases]
        for cases in (answered, unanswered)
    )
    named = zip(("evidence", "answer", "overlap"), fitted.weights, strict=True)
    lines = [f"{name} = {weight:.3f}" for name, weight in named]
    lines += [f"bias = {fitted.bias:.3f}", f"slope = {fitted.slope:.3f}", f"centre = {fitted.centre:.3f}", ""]
    for name, column in (("evidence", 0), ("answer", 1), ("overlap", 2)):
        alone = [replace(c, log_odds=c.features[:, column]) for c in answered]
        lines.append(f"{name} alone: hit@1 {found_among(alone, 1):.3f}, hit@3 {found_among(alone, 3):.3f}")
    removed = auroc(best(weighed), best(weighed, elsewhere=True))
    found = (
        f"together: hit@1 {found_among(weighed, 1):.3f}, hit@3 {found_among(weighed, 3):.3f}, "
        f"in the list {found_among(weighed, 1_000):.3f}"
    )
    damage = auroc(best(weighed), best(without))
    lines += [found, f"AUROC against its source taken away {removed:.3f}, against damaged questions {damage:.3f}"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
