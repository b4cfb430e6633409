from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.evaluation.comparison import compare, compare_runs, sign_flip
from assistant.evaluation.results import Item, Run, Value
from tests.evaluation.river import BORDER, NOBODY, answer, ask


def run(values: Sequence[float | None], *, kind: str = "direct", gold: str = BORDER, notes: str = "") -> Run:
    items = []
    for number, value in enumerate(values):
        question = ask(gold, kind=kind, question_id=f"q{number}")
        items.append(Item(question=question, response=answer(), seconds=0.0, values={"m": Value(value=value)}))
    return Run(name="run", provenance={}, items=tuple(items))


def test_a_difference_is_the_mean_over_the_pairs() -> None:
    found = compare(run([0.0, 0.5, 1.0, None]), run([1.0, 0.5, 1.0, 1.0]), "m")
    assert (found.before, found.after, found.difference) == pytest.approx((0.5, 2.5 / 3, 1 / 3))
    assert (found.paired, found.unpaired) == (3, 1)


def test_only_questions_with_the_same_gold_are_pairs() -> None:
    found = compare(run([1.0, 1.0]), run([0.0, 0.0, 0.0], gold=NOBODY), "m")
    assert (found.paired, found.unpaired) == (0, 5)
    assert (found.before, found.after, found.difference, found.low, found.high, found.p_value) == (None,) * 6


def test_questions_of_one_run_alone_are_counted() -> None:
    found = compare(run([1.0]), run([1.0, 1.0, None]), "m")
    assert (found.paired, found.unpaired) == (1, 2)
    assert (found.low, found.high) == (None, None)  # one pair says nothing of spread


def test_a_group_is_compared_alone() -> None:
    found = compare(run([1.0], kind="several"), run([0.0], kind="several"), "m", group="direct")
    assert (found.paired, found.unpaired) == (0, 0)


def test_equal_runs_do_not_differ() -> None:
    found = compare(run([1.0, 0.0, 0.3]), run([1.0, 0.0, 0.3]), "m")
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_a_great_steady_difference_is_significant_and_a_small_unsteady_one_is_not() -> None:
    better = compare(run([0.0] * 20), run([1.0] * 20), "m")
    unsteady = compare(run([0.0, 1.0] * 10), run([1.0, 0.0] * 9 + [1.0, 1.0]), "m")
    assert better.p_value is not None
    assert better.p_value < 0.001
    assert unsteady.p_value is not None
    assert unsteady.p_value > 0.5


@pytest.mark.parametrize(
    ("differences", "exact"),
    [
        ([1.0, 1.0, 1.0], 2 / 8),  # only +++ and --- are as far from 0
        ([1.0, 1.0, 1.0, 1.0, 1.0], 2 / 32),
        ([1.0, 2.0, 3.0], 2 / 8),
        ([1.0, -1.0], 1.0),
        ([1.0, 1.0, -1.0], 1.0),  # every sum of three odd numbers is at least 1 from 0
        ([1.0, 0.0, 0.0], 1.0),  # questions without a difference say nothing
    ],
)
def test_the_p_value_is_near_the_one_of_all_sign_changes(differences: list[float], exact: float) -> None:
    assert sign_flip(np.array(differences)) == pytest.approx(exact, abs=0.015)


def test_the_p_value_has_no_direction_and_is_never_0() -> None:
    up, down = sign_flip(np.ones(40)), sign_flip(-np.ones(40))
    assert up == down == pytest.approx(1 / 10_001)


def test_two_runs_are_compared_in_every_metric_that_both_have() -> None:
    found = compare_runs(run([1.0, 0.0]), run([1.0, 1.0]), groups=("all", "direct"))
    assert [(c.metric, c.group, c.difference) for c in found] == [("m", "all", 0.5), ("m", "direct", 0.5)]
