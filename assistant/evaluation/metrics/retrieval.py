"""Is the evidence among the passages found? Hit@k, recall@k, MRR and nDCG@10, computed by `ir_measures`.

A passage is relevant, grade 1, if it is the same evidence as a piece of required gold (see the module on evidence). A
piece that no passage of the ranking holds counts as one more relevant passage, not found. All apply where the sources
answer and the system names a ranking; a passage that stands in it twice counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, Success, nDCG

from assistant.citation import Place
from assistant.evaluation.archive import Archive
from assistant.evaluation.metrics.evidence import required_units, same_evidence
from assistant.evaluation.metrics.values import Metric, absent, distinct, no_gold
from assistant.evaluation.results import Question, RankedSpan, Response, Value

_QUERY = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relevance:
    """A ranking as judgements."""

    relevant: tuple[bool, ...]
    """For each passage, best first."""
    missed: int
    """Pieces of required gold that none of them holds."""


def hit_at(k: int) -> Metric:
    """The metric "1 if one of the first k passages is relevant, else 0" (Success@k)."""
    return _metric(Success @ k)


def recall_at(k: int) -> Metric:
    """The metric "share of the relevant passages that are among the first k"."""
    return _metric(R @ k)


def reciprocal_rank() -> Metric:
    """The metric "1 / rank of the first relevant passage", 0 if there is none (Voorhees 1999); its mean is MRR."""
    return _metric(RR)


def ndcg_at(k: int) -> Metric:
    """The metric "discounted gain of the first k over that of the best order" (Järvelin and Kekäläinen 2002).

    ``sum_i rel_i / log2(i + 1)`` over the same sum with all relevant passages in front.
    """
    return _metric(nDCG @ k)


def _metric(measure: ir_measures.Measure) -> Metric:
    def metric(question: Question, response: Response, archive: Archive) -> Value:
        if reason := no_gold(question):
            return absent(reason)
        if not response.ranking:
            return absent("the system names no ranking")
        relevance = _judge(question, response, archive)
        reason = f"{sum(relevance.relevant)} relevant of {len(relevance.relevant)}, {relevance.missed} missed"
        return Value(value=_calculate(measure, relevance), reason=reason)

    return metric


def _judge(question: Question, response: Response, archive: Archive) -> _Relevance:
    units = required_units(question, archive)
    passages = [archive.characters(_place(ranked)) for ranked in distinct(response.ranking)]
    return _Relevance(
        relevant=tuple(any(same_evidence(passage, unit) for unit in units) for passage in passages),
        missed=sum(not any(same_evidence(passage, unit) for passage in passages) for unit in units),
    )


def _place(ranked: RankedSpan) -> Place:
    return Place(source_id=ranked.source_id, span=ranked.span)


def _calculate(measure: ir_measures.Measure, relevance: _Relevance) -> float:
    found = [f"rank {rank}" for rank, relevant in enumerate(relevance.relevant) if relevant]
    missed = [f"missed {number}" for number in range(relevance.missed)]
    qrels = [ir_measures.Qrel(_QUERY, passage, 1) for passage in found + missed]
    run = [ir_measures.ScoredDoc(_QUERY, f"rank {rank}", -float(rank)) for rank in range(len(relevance.relevant))]
    return float(next(iter(ir_measures.iter_calc([measure], qrels, run))).value)


RETRIEVAL_METRICS: dict[str, Metric] = {
    **{f"retrieval_hit@{k}": hit_at(k) for k in (1, 5, 10)},
    **{f"retrieval_recall@{k}": recall_at(k) for k in (5, 10, 20)},
    "retrieval_mrr": reciprocal_rank(),
    "retrieval_ndcg@10": ndcg_at(10),
}
