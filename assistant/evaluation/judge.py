"""An optional judge: a language model says whether an answer's prose follows from the quotes it cites.

Reported apart from the deterministic figures, which alone gate: even GPT-4o agreed with people in only 56 % of cases
(TREC RAG 2024), so the judge is named and its agreement with what can be measured is shown. The question put is that of
LlamaIndex's ``FaithfulnessEvaluator``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.evaluation.results import Item, Response, Value

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one judge made of a run's answers."""

    judge: str
    """Name of the language model."""
    verdicts: dict[str, Value]
    """For every question id: 1 (faithful), 0 (not), or None with the reason why it was not judged."""

    @property
    def faithful(self) -> float | None:
        """Share of the judged answers that it calls faithful."""
        judged = [verdict.value for verdict in self.verdicts.values() if verdict.value is not None]
        return sum(judged) / len(judged) if judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far a judge agrees with a deterministic metric, over the questions that both have a value for."""

    metric: str
    questions: int
    observed: float | None
    """Share of questions with the same verdict."""
    kappa: float | None
    """Cohen's kappa (1960): agreement beyond chance; None where chance alone agrees fully."""


def judge(items: Sequence[Item], llm: LLM) -> Judgement:
    """The model's verdict on each answer: whether its prose follows from the quotes it cites."""
    from llama_index.core.evaluation import FaithfulnessEvaluator

    evaluator = FaithfulnessEvaluator(llm=llm)
    verdicts = dict[str, Value]()
    for item in items:
        reason = _not_judged(item.response)
        if reason:
            verdicts[item.question.id] = Value(value=None, reason=reason)
            continue
        quotes = [citation.quote for citation in item.response.citations]
        result = evaluator.evaluate(response=_MARKER.sub("", item.response.text), contexts=quotes)
        verdicts[item.question.id] = Value(value=float(bool(result.passing)), reason=(result.feedback or "").strip())
    return Judgement(judge=llm.metadata.model_name, verdicts=verdicts)


def agreement(judgement: Judgement, items: Sequence[Item], metric: str, *, least: float = 1.0) -> Agreement:
    """The judge beside a metric, which counts as passed at ``least`` or more."""
    pairs = [
        (verdict.value >= 0.5, value.value >= least)
        for item in items
        if (verdict := judgement.verdicts.get(item.question.id)) is not None
        and verdict.value is not None
        and (value := item.values.get(metric)) is not None
        and value.value is not None
    ]
    observed = sum(a == b for a, b in pairs) / len(pairs) if pairs else None
    return Agreement(metric=metric, questions=len(pairs), observed=observed, kappa=_kappa(pairs))


def judge_markdown(judgement: Judgement, agreements: Sequence[Agreement]) -> str:
    """The judge's figures as a Markdown section, with the judge named."""
    judged = sum(verdict.value is not None for verdict in judgement.verdicts.values())
    rest = len(judgement.verdicts) - judged
    rows = [
        f"| `{found.metric}` | {found.questions} | {_shown(found.observed)} | {_shown(found.kappa)} |"
        for found in agreements
    ]
    return "\n".join(
        [
            f"## Judged by `{judgement.judge}`",
            "",
            f"Share called faithful: {_shown(judgement.faithful)}, of {judged} judged answers; {rest} were not judged.",
            "No threshold rests on this figure.",
            "",
            "| measured by | questions | same verdict | Cohen's kappa |",
            "|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )


def _not_judged(response: Response) -> str:
    if response.error is not None:
        return "the system failed"
    if response.refused:
        return "refused"
    return "" if response.citations else "cites nothing"


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    if not pairs:
        return None
    first, second = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    chance = first * second + (1 - first) * (1 - second)
    observed = sum(a == b for a, b in pairs) / len(pairs)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
