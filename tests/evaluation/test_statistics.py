from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import EvaluationError
from assistant.evaluation.results import Item, Response, Summary, Value
from assistant.evaluation.statistics import (
    answered_auroc,
    bootstrap,
    groups,
    mean_of,
    means,
    metric_names,
    refusal_f1,
    summarise,
)
from tests.evaluation.river import BORDER, FAILURE, REFUSAL, answer, ask

ANSWERED = answer()


def item(value: float | None, *, kind: str = "direct", answerable: bool = True, response: Response = ANSWERED) -> Item:
    question = ask(BORDER, kind=kind) if answerable else ask(kind=kind)
    return Item(question=question, response=response, seconds=0.0, values={"m": Value(value=value)})


def summary(items: Sequence[Item], metric: str = "m", group: str = "all") -> Summary:
    (found,) = [s for s in summarise(items) if (s.metric, s.group) == (metric, group)]
    return found


def test_a_mean_is_over_the_questions_to_which_the_metric_applies() -> None:
    items = [item(1.0), item(0.0, kind="several"), item(0.5), item(None, kind="several")]
    whole, direct, several = (summary(items, group=group) for group in ("all", "direct", "several"))
    assert (whole.value, whole.applied, whole.absent) == (0.5, 3, 1)
    assert (direct.value, direct.applied, direct.absent) == (0.75, 2, 0)
    assert (several.value, several.applied, several.absent) == (0.0, 1, 1)


def test_a_metric_that_applies_nowhere_has_no_figure() -> None:
    found = summary([item(None), item(None)])
    assert (found.value, found.low, found.high, found.applied, found.absent) == (None, None, None, 0, 2)


def test_one_question_has_no_interval() -> None:
    found = summary([item(0.7)])
    assert (found.value, found.low, found.high) == (0.7, None, None)


def test_no_questions_make_a_summary_of_nothing() -> None:
    assert {(s.metric, s.value, s.applied) for s in summarise([])} == {
        ("refusal_f1", None, 0),
        ("answered_auroc", None, 0),
    }


def test_groups_are_all_and_every_kind_in_order() -> None:
    items = [item(1.0, kind=kind) for kind in ("several", "direct", "several")]
    assert {group: len(members) for group, members in groups(items).items()} == {"all": 3, "several": 2, "direct": 1}


def test_a_value_that_one_item_lacks_is_an_error_and_not_left_out() -> None:
    with pytest.raises(EvaluationError, match="q: n is not in every item"):
        metric_names([item(1.0), replace(item(1.0), values={"m": Value(value=1.0), "n": Value(value=1.0)})])


def test_the_interval_is_the_percentile_interval_of_the_resampled_means() -> None:
    # 100 values, half 0 and half 1: the mean of a resample is binomial(100, 1/2) / 100, whose 95 % lie in 0.40 - 0.60
    interval = bootstrap(np.array([[0.0], [1.0]] * 50), means)
    assert interval is not None
    assert interval.low == pytest.approx(0.40, abs=0.015)
    assert interval.high == pytest.approx(0.60, abs=0.015)


def test_the_same_seed_gives_the_same_interval() -> None:
    rows = np.arange(20.0).reshape(-1, 1)
    assert bootstrap(rows, means, seed=3) == bootstrap(rows, means, seed=3) != bootstrap(rows, means, seed=4)


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=20))
def test_an_interval_of_means_lies_within_the_values(values: list[float]) -> None:
    interval = bootstrap(np.array(values).reshape(-1, 1), means)
    assert interval is not None
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9


def test_large_sets_are_resampled_in_batches() -> None:
    interval = bootstrap(np.ones((300_000, 1)), lambda samples: means(samples[:, :10]))
    assert interval is not None
    assert (interval.low, interval.high) == (1, 1)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        # of each question, whether it can be answered and whether it was refused
        ([(False, True), (False, True), (True, False)], 1),
        ([(False, True), (False, False), (True, True), (True, False)], 2 / 4),  # TP 1, FN 1, FP 1
        ([(False, True), (True, True), (True, True)], 2 / 4),  # TP 1, FP 2
        ([(False, False), (True, False)], 0),
        ([(True, False)], None),  # none to refuse, none refused
    ],
)
def test_f1_of_refusing_is_as_computed_by_hand(outcomes: list[tuple[bool, bool]], expected: float | None) -> None:
    items = [item(1.0, answerable=can, response=REFUSAL if refused else ANSWERED) for can, refused in outcomes]
    found = summary(items, refusal_f1().name)
    assert (found.value, found.applied) == (pytest.approx(expected) if expected is not None else None, len(items))


def test_a_failure_is_not_a_refusal() -> None:
    items = [item(1.0, answerable=False, response=FAILURE), item(1.0, answerable=False, response=REFUSAL)]
    assert summary(items, refusal_f1().name).value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "expected"),
    [
        ([0.9, 0.8], [0.1, 0.2], 1),
        ([0.1], [0.9], 0),
        ([0.5, 0.5], [0.5], 1 / 2),
        ([0.9, 0.4, 0.2], [0.5, 0.1], 4 / 6),  # 0.9 beats both, 0.4 and 0.2 beat one each
        ([0.9, 0.5], [0.5], 3 / 4),  # a tie is half a win
        ([0.9], [], None),
    ],
)
def test_auroc_is_the_share_of_pairs_in_the_right_order(
    answerable: list[float], unanswerable: list[float], expected: float | None
) -> None:
    items = [item(1.0, response=replace(ANSWERED, confidence=c)) for c in answerable]
    items += [item(1.0, answerable=False, response=replace(REFUSAL, confidence=c)) for c in unanswerable]
    found = summary([*items, item(1.0)], answered_auroc().name)  # the last states no confidence
    assert found.value == (pytest.approx(expected) if expected is not None else None)
    assert (found.applied, found.absent) == (len(items), 1)


def test_samples_in_which_a_figure_is_undefined_are_left_out_of_its_interval() -> None:
    items = [item(1.0, response=replace(ANSWERED, confidence=0.9))]
    items += [item(1.0, answerable=False, response=replace(REFUSAL, confidence=0.1))]
    found = summary(items, answered_auroc().name)  # half of the samples of two hold one question twice
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_the_mean_of_a_metric_names_its_metric() -> None:
    assert mean_of("m").name == "m"
