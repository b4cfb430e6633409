from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.evaluation.metrics.refusal import REFUSAL_METRICS, false_premise
from assistant.evaluation.results import Question, Response
from tests.evaluation.river import ARCHIVE, BORDER, FAILURE, NOBODY, REFUSAL, answer, ask, quote

ANSWERED = answer(quote(BORDER))
REFUSED_IN_FAILING = replace(FAILURE, refused=True)


@pytest.mark.parametrize(
    ("question", "response", "accuracy", "precision", "recall", "false_refusal"),
    [
        (ask(BORDER), ANSWERED, 1, None, None, 0),
        (ask(BORDER), REFUSAL, 0, 0, None, 1),
        (ask(BORDER), FAILURE, 0, None, None, 0),
        (ask(), ANSWERED, 0, None, 0, None),
        (ask(), REFUSAL, 1, 1, 1, None),
        (ask(), FAILURE, 0, None, 0, None),
        (ask(), REFUSED_IN_FAILING, 0, None, 0, None),
    ],
)
def test_each_outcome_of_answering_and_refusing_has_its_values(
    question: Question,
    response: Response,
    accuracy: float,
    precision: float | None,
    recall: float | None,
    false_refusal: float | None,
) -> None:
    found = [REFUSAL_METRICS[name](question, response, ARCHIVE).value for name in list(REFUSAL_METRICS)[:4]]
    assert found == [accuracy, precision, recall, false_refusal]


@pytest.mark.parametrize(
    ("question", "response", "outcome"),
    [
        (ask(BORDER), ANSWERED, "rightly answered"),
        (ask(BORDER), REFUSAL, "wrongly refused"),
        (ask(), ANSWERED, "wrongly answered"),
        (ask(), REFUSAL, "rightly refused"),
        (ask(), FAILURE, "failed: TimeoutError: no answer"),
    ],
)
def test_the_outcome_is_told_in_words(question: Question, response: Response, outcome: str) -> None:
    assert REFUSAL_METRICS["refusal_accuracy"](question, response, ARCHIVE).reason == outcome


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (ANSWERED, 1),
        (answer(quote(BORDER), quote(NOBODY)), 1),
        (answer(quote(NOBODY)), 0),
        (answer(), 0),
        (REFUSAL, 0),
        (replace(REFUSAL, citations=ANSWERED.citations), 0),
        (FAILURE, 0),
    ],
)
def test_a_false_premise_is_met_by_citing_what_contradicts_it(response: Response, expected: float) -> None:
    assert false_premise(ask(BORDER, kind="false-premise"), response, ARCHIVE).value == expected


@pytest.mark.parametrize("question", [ask(BORDER), ask(kind="false-premise"), ask(kind="unanswerable")])
def test_other_questions_have_no_false_premise_to_meet(question: Question) -> None:
    value = false_premise(question, ANSWERED, ARCHIVE)
    assert value.value is None
    assert value.reason
