"""What is measured: each metric is one small function from a question and a response to a value."""

from __future__ import annotations

from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.evidence import EVIDENCE_METRICS
from assistant.evaluation.metrics.locus import LOCUS_METRICS
from assistant.evaluation.metrics.quotes import QUOTE_METRICS
from assistant.evaluation.metrics.refusal import REFUSAL_METRICS
from assistant.evaluation.metrics.retrieval import RETRIEVAL_METRICS
from assistant.evaluation.metrics.values import Metric
from assistant.evaluation.results import Question, Response, Value

METRICS: dict[str, Metric] = {
    **QUOTE_METRICS,
    **LOCUS_METRICS,
    **EVIDENCE_METRICS,
    **REFUSAL_METRICS,
    **RETRIEVAL_METRICS,
}
"""Every metric of a single response, by name."""

LOWER_IS_BETTER = frozenset({"misattribution", "quote_stitched", "quote_not_found", "false_refusal", "latency_s"})
"""Metrics that count faults or time; of `evidence_length` 1 is best; of all others more is better."""


def measure(question: Question, response: Response, archive: Archive) -> dict[str, Value]:
    """One value for every metric: None, with a reason, where it does not apply."""
    return {name: metric(question, response, archive) for name, metric in METRICS.items()}
