from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.results import Run
from assistant.evaluation.run import evaluate
from assistant.evaluation.thresholds import Regression, Thresholds, check_thresholds, fall, load_thresholds, regressions
from assistant.paths import data_root
from tests.evaluation.runs import REFUSAL, SOURCES, answering, question, response, sample_run

RUN = sample_run()


def _rule(**tables: object) -> Thresholds:
    return Thresholds.model_validate(tables)


def test_a_bound_that_is_kept_is_no_miss() -> None:
    assert check_thresholds(RUN, _rule(thresholds={"evidence_hit": 0.4}, limits={"misattribution": 0.0})) == ()
    assert check_thresholds(RUN, Thresholds()) == ()


def test_misses_name_metric_group_bound_and_finding() -> None:
    rule = _rule(
        thresholds={"evidence_hit": 0.5, "keyword": {"evidence_hit": 0.1}},
        limits={"false_refusal": 0.1, "quote_not_found": 0.25},
    )
    assert [str(miss) for miss in check_thresholds(RUN, rule)] == [
        "evidence_hit is 0.400, at least 0.5 is required",
        "evidence_hit (keyword) is 0.000, at least 0.1 is required",
        "false_refusal is 0.200, at most 0.1 is required",
    ]


def test_a_metric_without_a_value_is_a_miss_and_an_absent_kind_is_not() -> None:
    rule = _rule(thresholds={"false_premise": 0.0, "speaker": {"evidence_hit": 1.0}})
    assert [str(miss) for miss in check_thresholds(RUN, rule)] == ["false_premise is no value, at least 0 is required"]


def test_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="no metric evidence_hits;"):
        check_thresholds(RUN, _rule(thresholds={"evidence_hits": 0.5}))


def _run_of(right: int, name: str) -> Run:
    """Forty questions, of which so many are answered rightly and the others refused."""
    questions = [question(f"q{n}", "Trade resumes in May.") for n in range(40)]
    responses = [response("Trade resumes in May.")] * right + [REFUSAL] * (40 - right)
    return evaluate(answering(responses), questions, name=name, sources=SOURCES, provenance={})


def test_a_significant_fall_is_found_and_a_rise_or_a_wobble_is_not() -> None:
    rule = Regression(metrics=("evidence_hit", "false_refusal"), alpha=0.01)
    before = _run_of(36, "before")
    found = regressions(before, _run_of(16, "after"), rule)
    assert [one.metric for one in found] == ["evidence_hit", "false_refusal"]
    assert fall(found[0], "before").startswith("evidence_hit is 0.400, worse than 0.900 in before (p = 0.00")
    assert regressions(before, _run_of(35, "wobble"), rule) == ()
    assert regressions(_run_of(16, "low"), before, rule) == ()


def test_a_baseline_on_other_questions_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="share no question"):
        regressions(_run_of(3, "other"), RUN, Regression(metrics=("evidence_hit",)))
    with pytest.raises(EvaluationError, match="no value for nonsense"):
        regressions(RUN, RUN, Regression(metrics=("nonsense",)))
    assert regressions(RUN, RUN, Regression()) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[thresholds]\nquote_exactness = 'all'\n", "thresholds.quote_exactness"),
        ("[threshold]\nquote_exactness = 1\n", "threshold: Extra inputs"),
        ("[regression]\nalpha = 2\n", "regression.alpha"),
        ("thresholds = [", "is not TOML"),
    ],
)
def test_a_faulty_file_is_refused_by_name(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=complaint):
        load_thresholds(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no readable thresholds"):
        load_thresholds(tmp_path / "none.toml")


def test_the_projects_thresholds_name_metrics_that_exist() -> None:
    rule = load_thresholds(data_root() / "eval" / "thresholds.toml")
    check_thresholds(RUN, rule)
    assert rule.thresholds["quote_exactness"] == 1.0
    assert set(rule.regression.metrics) <= set(RUN.items[0].values)
