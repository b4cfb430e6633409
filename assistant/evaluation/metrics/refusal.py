"""Does the system know when the sources do not answer? Refusals right and wrong, and questions with a false premise.

A refusal is what the system calls one; a system that failed has neither answered nor refused, and is never right.
The means over questions are the usual figures: precision over the refusals, recall over the unanswerable questions.
"""

# ruff: noqa: ARG001 - every metric has the same three parameters

from __future__ import annotations

from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.evidence import evidence_hit
from assistant.evaluation.metrics.values import Metric, absent, no_gold
from assistant.evaluation.results import Question, Response, Value


def declines(response: Response) -> bool:
    """Whether the system refused, rather than answered or failed."""
    return response.refused and response.error is None


def refusal_accuracy(question: Question, response: Response, archive: Archive) -> Value:
    """1 if the system answers what can be answered and refuses what cannot, else 0."""
    outcome = _outcome(question, response)
    return Value(value=float(outcome.startswith("rightly")), reason=outcome)


def refusal_precision(question: Question, response: Response, archive: Archive) -> Value:
    """Of a refusal: 1 if the sources do not answer, else 0; mean = ``TP / (TP + FP)``."""
    if not declines(response):
        return absent("not a refusal")
    return Value(value=float(not question.answerable), reason=_outcome(question, response))


def refusal_recall(question: Question, response: Response, archive: Archive) -> Value:
    """Of an unanswerable question: 1 if the system refuses, else 0; mean = ``TP / (TP + FN)``."""
    if question.answerable:
        return absent("the sources answer this question")
    return Value(value=float(declines(response)), reason=_outcome(question, response))


def false_refusal(question: Question, response: Response, archive: Archive) -> Value:
    """Of an answerable question: 1 if the system refuses, else 0; mean = ``FP / (FP + TN)``, lower is better."""
    if not question.answerable:
        return absent("the sources do not answer this question")
    return Value(value=float(declines(response)), reason=_outcome(question, response))


def false_premise(question: Question, response: Response, archive: Archive) -> Value:
    """Of a question with a false premise: 1 if the answer cites a passage that contradicts it, else 0.

    The passage is the required gold; citing it is `evidence_hit`. A refusal cites nothing.
    """
    if question.kind != "false-premise":
        return absent("no false premise")
    if reason := no_gold(question):
        return absent(reason)
    return evidence_hit(question, response, archive)


def _outcome(question: Question, response: Response) -> str:
    if response.error is not None:
        return f"failed: {response.error}"
    how = "rightly" if response.refused is not question.answerable else "wrongly"
    return f"{how} {'refused' if response.refused else 'answered'}"


REFUSAL_METRICS: dict[str, Metric] = {
    "refusal_accuracy": refusal_accuracy,
    "refusal_precision": refusal_precision,
    "refusal_recall": refusal_recall,
    "false_refusal": false_refusal,
    "false_premise": false_premise,
}
