from __future__ import annotations

import pytest

from assistant.evaluation.metrics import LOWER_IS_BETTER, METRICS, measure
from assistant.evaluation.results import Question, Response
from tests.evaluation.river import ARCHIVE, BORDER, FAILURE, NOBODY, REFUSAL, answer, ask, quote, unplaced


@pytest.mark.parametrize("question", [ask(BORDER), ask(), ask(BORDER, NOBODY, kind="false-premise", contains=("x",))])
@pytest.mark.parametrize(
    "response", [REFUSAL, FAILURE, answer(), answer(unplaced("")), answer(quote(BORDER), ranking=[BORDER])]
)
def test_every_metric_has_a_value_or_a_reason_whatever_comes_back(question: Question, response: Response) -> None:
    values = measure(question, response, ARCHIVE)
    assert list(values) == list(METRICS)
    assert all(value.reason for value in values.values())


def test_metrics_of_which_less_is_better_are_metrics() -> None:
    assert LOWER_IS_BETTER - set(METRICS) == {"latency_s"}


def test_every_metric_says_how_it_is_computed() -> None:
    functions = [metric for metric in METRICS.values() if metric.__name__ != "metric"]
    assert len(functions) >= 18
    assert all(metric.__doc__ for metric in functions)
