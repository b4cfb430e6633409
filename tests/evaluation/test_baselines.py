from __future__ import annotations

import pytest

from assistant.domain import Source
from assistant.evaluation.baselines import always_refuses, misattributing, misquoting, never_refuses, oracle
from assistant.evaluation.gold import load_gold
from assistant.evaluation.results import Question, Run
from assistant.evaluation.run import System, evaluate
from assistant.paths import data_root

Figures = dict[str, float | None]


@pytest.fixture(scope="module")
def gold(shipped_sources: tuple[Source, ...]) -> tuple[Question, ...]:
    return load_gold(data_root() / "eval" / "gold" / "armistice.jsonl", shipped_sources)


@pytest.fixture(scope="module")
def perfect(gold: tuple[Question, ...], shipped_sources: tuple[Source, ...]) -> System:
    return oracle(gold, {source.id: source for source in shipped_sources})


def figures(system: System, gold: tuple[Question, ...], sources: tuple[Source, ...]) -> Figures:
    run: Run = evaluate(system, gold, name="baseline", sources=sources, provenance={})
    return {summary.metric: summary.value for summary in run.summaries if summary.group == "all"}


def test_the_oracle_gets_full_marks(
    gold: tuple[Question, ...], perfect: System, shipped_sources: tuple[Source, ...]
) -> None:
    found = figures(perfect, gold, shipped_sources)
    faults = {"quote_normalised", "misattribution", "quote_stitched", "quote_not_found", "false_refusal"}
    assert {found.pop(name) for name in faults} == {0}
    assert found.pop("latency_s") is not None
    assert found.pop("identity") is None
    assert {name: value for name, value in found.items() if value != 1} == {}


def test_a_system_that_misquotes_is_found_out(
    gold: tuple[Question, ...], perfect: System, shipped_sources: tuple[Source, ...]
) -> None:
    found = figures(misquoting(perfect), gold, shipped_sources)
    for metric in ("quote_exactness", "quote_verified", "coverage", "citation_f1_chars", "evidence_hit", "contains"):
        assert found[metric] == 0, metric
    assert found["refusal_f1"] == 1  # its one merit


def test_a_system_that_names_the_wrong_source_is_found_out(
    gold: tuple[Question, ...], perfect: System, shipped_sources: tuple[Source, ...]
) -> None:
    found = figures(misattributing(perfect, shipped_sources), gold, shipped_sources)
    assert (found["quote_exactness"], found["citation_f1_sentences"], found["false_premise"]) == (0, 0, 0)
    assert found["misattribution"] is not None
    assert found["misattribution"] > 0.95  # a name or two stands in both documents
    assert found["source_accuracy"] is not None
    assert found["source_accuracy"] < 0.1


def test_a_system_that_never_refuses_is_found_out(
    gold: tuple[Question, ...], shipped_sources: tuple[Source, ...]
) -> None:
    found = figures(never_refuses(shipped_sources), gold, shipped_sources)
    assert (found["refusal_recall"], found["refusal_f1"], found["refusal_precision"]) == (0, 0, None)
    assert found["answered_auroc"] == 0.5
    assert found["quote_exactness"] == 1  # true quotes do not make a right answer
    assert found["citation_f1_chars"] is not None
    assert found["citation_f1_chars"] < 0.05


def test_a_system_that_always_refuses_is_found_out(
    gold: tuple[Question, ...], shipped_sources: tuple[Source, ...]
) -> None:
    found = figures(always_refuses, gold, shipped_sources)
    unanswerable = sum(not question.answerable for question in gold) / len(gold)
    assert (found["refusal_recall"], found["false_refusal"]) == (1, 1)
    assert found["refusal_precision"] == found["refusal_accuracy"] == pytest.approx(unanswerable)
    assert (found["evidence_hit"], found["citation_f1_chars"], found["false_premise"]) == (0, 0, 0)
    assert (found["quote_exactness"], found["citation_precision_chars"], found["coverage"]) == (None, None, None)
