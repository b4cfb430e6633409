from __future__ import annotations

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from pydantic import Field

from assistant.evaluation.judge import Agreement, Judgement, agreement, judge, judge_markdown
from assistant.evaluation.results import Value
from tests.evaluation.runs import sample_run

RUN = sample_run()


class _Judge(CustomLLM):
    """A model that says no to anything about Mai, and yes to the rest."""

    asked: list[str] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted-judge")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponse:
        self.asked.append(prompt)
        return CompletionResponse(text="NO" if "Mai" in prompt else "YES")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: object) -> CompletionResponseGen:
        raise NotImplementedError


@pytest.fixture(scope="module")
def judgement() -> Judgement:
    return judge(RUN.items, _Judge())


def test_every_question_has_a_verdict_or_a_reason(judgement: Judgement) -> None:
    assert judgement.judge == "scripted-judge"
    values = {name: verdict.value for name, verdict in judgement.verdicts.items()}
    assert values == {
        "right": 1.0, "hostile": 1.0, "misquoted": 0.0, "refused": None, "failed": None, "silent": None, "overbold": 1.0
    }  # fmt: skip
    assert judgement.verdicts["refused"].reason == "refused"
    assert judgement.verdicts["failed"].reason == "the system failed"
    assert judgement.faithful == 0.75


def test_the_judge_sees_prose_without_markers_and_the_quotes() -> None:
    llm = _Judge(asked=[])
    judge(RUN.items[:1], llm)
    assert "[1]" not in llm.asked[0].split("Information: ")[-1]
    assert llm.asked[0].count("The border stays at the river.") == 2


def test_agreement_by_hand(judgement: Judgement) -> None:
    # judge: yes yes no yes; exact: yes yes no yes
    assert agreement(judgement, RUN.items, "quote_exactness") == Agreement(
        metric="quote_exactness", questions=4, observed=1.0, kappa=1.0
    )
    # evidence_hit over right, hostile, misquoted: yes yes no
    assert agreement(judgement, RUN.items, "evidence_hit").questions == 3
    assert agreement(judgement, RUN.items, "nonsense") == Agreement(
        metric="nonsense", questions=0, observed=None, kappa=None
    )


def test_kappa_is_zero_for_a_judge_that_says_yes_to_all() -> None:
    always = Judgement(judge="yes", verdicts={item.question.id: Value(value=1.0) for item in RUN.items})
    found = agreement(always, RUN.items, "quote_exactness")
    assert (found.observed, found.kappa) == (0.75, 0.0)
    exact = [item for item in RUN.items if item.question.id == "right"]
    assert agreement(always, exact, "quote_exactness").kappa is None


def test_the_section_names_the_judge_and_what_was_not_judged(judgement: Judgement) -> None:
    text = judge_markdown(judgement, [agreement(judgement, RUN.items, "quote_exactness")])
    assert "## Judged by `scripted-judge`" in text
    assert "0.75, of 4 judged answers; 3 were not judged." in text
    assert "| `quote_exactness` | 4 | 1.00 | 1.00 |" in text
    nothing = Judgement(judge="none", verdicts={})
    assert nothing.faithful is None
    assert "–, of 0 judged" in judge_markdown(nothing, [])
