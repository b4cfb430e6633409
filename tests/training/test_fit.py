"""The fitted weights and the measures they are judged by, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation.results import Question
from training.cases import Case, auroc, best, found_among
from training.fit import fit, regress


def case(log_odds: list[float], right: list[bool], elsewhere: list[bool] | None = None) -> Case:
    question = Question(id="q", question="Who?", kind="direct", history=(), answerable=any(right), gold=(), contains=())
    values = np.array(log_odds)
    return Case(
        question=question,
        features=np.stack([values, values, values], axis=1),
        log_odds=values,
        right=np.array(right),
        elsewhere=np.array(elsewhere if elsewhere is not None else [False] * len(right)),
    )


def test_a_right_sentence_counts_if_it_is_among_the_first_so_many() -> None:
    cases = [case([1.0, 2.0, 3.0], [True, False, False]), case([3.0, 2.0], [True, False])]
    assert [found_among(cases, count) for count in (1, 2, 3)] == [0.5, 0.5, 1.0]


def test_the_best_can_be_taken_from_other_sources_alone() -> None:
    cases = [case([1.0, 5.0], [False, True], [True, False]), case([2.0], [True], [False])]
    assert best(cases).tolist() == [5.0, 2.0]
    assert best(cases, elsewhere=True).tolist() == [1.0, -50.0]


def test_auroc_is_the_chance_of_being_higher_with_ties_counting_half() -> None:
    assert auroc(np.array([3.0, 1.0]), np.array([2.0, 1.0])) == pytest.approx((1 + 1 + 0 + 0.5) / 4)
    assert auroc(np.array([2.0]), np.array([1.0])) == 1.0
    assert auroc(np.array([1.0]), np.array([2.0])) == 0.0


def test_the_regression_recovers_the_weights_behind_the_labels() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(40_000, 2))
    chance = 1 / (1 + np.exp(-(features @ np.array([2.0, -1.0]) + 0.5)))
    found = regress(features, rng.random(len(chance)) < chance)
    assert found == pytest.approx([2.0, -1.0, 0.5], abs=0.1)


def test_a_balanced_regression_puts_even_chances_between_the_groups() -> None:
    features = np.concatenate([np.full((90, 1), 1.0), np.full((10, 1), -1.0), np.full((10, 1), 1.0)])
    labels = np.arange(110) < 90
    slope, level = regress(features, labels, balanced=True)
    assert 1 / (1 + np.exp(-(slope + level))) == pytest.approx(1.0 / (1.0 + 0.5), abs=0.02)


def test_fitted_weights_tell_right_from_wrong_and_answered_from_not() -> None:
    rng = np.random.default_rng(1)
    answered = [case([float(rng.normal(2)), float(rng.normal(-2))], [True, False], [False, True]) for _ in range(300)]
    unanswered = [case([float(rng.normal(-2))], [False]) for _ in range(300)]
    fitted = fit(answered, unanswered)
    assert fitted.weights.sum() > 0
    assert fitted.slope > 0
    assert -3 < fitted.centre < 3
