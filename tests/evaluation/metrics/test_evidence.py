from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Span
from assistant.evaluation.archive import Archive, Character
from assistant.evaluation.metrics.evidence import EVIDENCE_METRICS, contains, same_evidence
from assistant.evaluation.results import CitedQuote, GoldSpan, Question, Response
from tests.evaluation.river import (
    ARCHIVE,
    BORDER,
    FAILURE,
    FROZEN,
    JUNE,
    MAY,
    NOBODY,
    REFUSAL,
    SOURCES,
    TRADE,
    answer,
    ask,
    quote,
    unplaced,
)
from tests.specimens import make_source

LAKE = unplaced("The border stays at the lake.")  # 24 characters that stand nowhere
ONE = ask(BORDER, optional=[NOBODY])
CLAUSE = ask(JUNE)
TWO = ask(BORDER, JUNE)


@pytest.mark.parametrize(
    ("question", "quotes", "chars", "sentences"),
    [
        # what is asked and cited; precision, recall and F1 by character, then by sentence
        (ONE, [quote(BORDER)], (1, 1, 1), (1, 1, 1)),
        (ONE, [quote(BORDER), quote(BORDER)], (1, 1, 1), (1, 1, 1)),  # twice is once
        (ONE, [quote(BORDER), quote(TRADE)], (25 / 64, 1, 50 / 89), (1 / 2, 1, 2 / 3)),
        (ONE, [quote(BORDER), quote(NOBODY)], (1, 1, 1), (1, 1, 1)),  # optional gold does no harm
        (ONE, [quote(NOBODY)], (1, 0, 0), (1, 0, 0)),  # and is not enough
        (ONE, [quote("border stays at the river.")], (1, 22 / 25, 44 / 47), (1, 1, 1)),
        (ONE, [quote("border")], (1, 6 / 25, 12 / 31), (0, 0, 0)),  # a word is not the sentence
        (ONE, [LAKE], (0, 0, 0), (0, 0, 0)),
        (ONE, [quote(BORDER), LAKE], (25 / 49, 1, 50 / 74), (1 / 2, 1, 2 / 3)),
        (ONE, [quote(FROZEN, "rumour")], (0, 0, 0), (0, 0, 0)),
        (CLAUSE, [quote(TRADE)], (21 / 39, 1, 42 / 60), (1, 1, 1)),  # the clause's whole sentence
        (CLAUSE, [quote(MAY)], (0, 0, 0), (0, 0, 0)),  # another clause of it
        (ask(TRADE), [quote(JUNE)], (1, 21 / 39, 42 / 60), (1, 1, 1)),  # a clause of the gold sentence
        (TWO, [quote(BORDER)], (1, 25 / 46, 50 / 71), (1, 1 / 2, 2 / 3)),
        (TWO, [quote(f"{BORDER} {TRADE}")], (46 / 64, 1, 92 / 110), (1, 1, 1)),  # one quote, two sentences
        (ask(MAY, JUNE), [quote(MAY)], (1, 17 / 38, 34 / 55), (1, 1 / 2, 2 / 3)),  # two clauses of one sentence
        (ask(MAY), [quote(MAY, "rumour")], (0, 0, 0), (0, 0, 0)),  # the same words in another source
    ],
)
def test_precision_recall_and_f1_are_as_computed_by_hand(
    question: Question, quotes: list[CitedQuote], chars: tuple[float, ...], sentences: tuple[float, ...]
) -> None:
    found = measured(question, answer(*quotes))
    for unit, expected in (("chars", chars), ("sentences", sentences)):
        for figure, value in zip(("precision", "recall", "f1"), expected, strict=True):
            assert found[f"citation_{figure}_{unit}"] == pytest.approx(value), (figure, unit)


@pytest.mark.parametrize(
    ("question", "quotes", "hit", "length"),
    [
        (ONE, [quote(BORDER)], 1, 1),
        (ONE, [quote(NOBODY)], 0, 13 / 25),
        (ONE, [quote(BORDER), quote(TRADE)], 1, 64 / 25),
        (TWO, [quote(JUNE)], 1, 21 / 46),
        (ONE, [LAKE], 0, 24 / 25),
        (ONE, [unplaced("")], 0, 1 / 25),
    ],
)
def test_hit_and_length_are_as_computed_by_hand(
    question: Question, quotes: list[CitedQuote], hit: float, length: float
) -> None:
    found = measured(question, answer(*quotes))
    assert [found["evidence_hit"], found["evidence_length"]] == pytest.approx([hit, length])


@pytest.mark.parametrize("response", [REFUSAL, FAILURE, answer(), replace(REFUSAL, citations=(quote(BORDER),))])
def test_who_cites_nothing_finds_nothing_and_has_no_precision(response: Response) -> None:
    found = measured(ask(BORDER, contains=("river",)), response)
    missing = {"citation_precision_chars", "citation_precision_sentences", "evidence_length"}
    assert {name for name, value in found.items() if value is None} == missing
    assert {value for name, value in found.items() if name not in missing} == {0.0}


@pytest.mark.parametrize("response", [REFUSAL, FAILURE, answer(quote(BORDER))])
@pytest.mark.parametrize("metric", EVIDENCE_METRICS)
def test_there_is_no_evidence_to_find_where_the_sources_do_not_answer(metric: str, response: Response) -> None:
    value = EVIDENCE_METRICS[metric](ask(contains=("x",)), response, ARCHIVE)
    assert (value.value, value.reason) == (None, "the sources do not answer this question")


@pytest.mark.parametrize("metric", EVIDENCE_METRICS)
def test_a_question_without_required_gold_has_no_value(metric: str) -> None:
    question = replace(ask(optional=[NOBODY]), answerable=True)
    assert EVIDENCE_METRICS[metric](question, answer(quote(BORDER)), ARCHIVE).value is None


@pytest.mark.parametrize(
    ("strings", "quotes", "expected"),
    [
        (("river", "border"), [quote(BORDER)], 1),
        (("river", "June"), [quote(BORDER)], 1 / 2),
        (("River",), [quote(BORDER)], 0),  # case counts
        (("stays  at",), [quote(BORDER)], 1),  # form does not
        (("river", "lake"), [quote(BORDER), LAKE], 1 / 2),  # what stands nowhere does not count
        (("river. Trade",), [quote(BORDER), quote(TRADE)], 0),  # within one quote
    ],
)
def test_contains_is_the_share_of_strings_in_verified_quotes(
    strings: tuple[str, ...], quotes: list[CitedQuote], expected: float
) -> None:
    assert contains(ask(BORDER, contains=strings), answer(*quotes), ARCHIVE).value == expected


def test_contains_does_not_apply_where_gold_names_no_strings() -> None:
    assert contains(ask(BORDER), answer(quote(BORDER)), ARCHIVE).reason == "the gold names no strings"


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        (range(20), range(20), True),
        (range(24), range(12, 36), True),  # half of either, and 12
        (range(20), range(10, 30), False),  # half of either, but 10
        (range(40), range(28, 68), False),  # 12 shared, less than half of 40
        (range(12), range(100), True),
        (range(11), range(100), False),
        (range(100), range(5), True),  # all of a short gold
        (range(4), range(5), False),
        (range(0), range(5), False),
        (range(5), range(0), False),
    ],
)
def test_what_is_the_same_evidence(found: range, gold: range, expected: bool) -> None:
    assert same_evidence(_characters(found), _characters(gold)) is expected


spans = st.tuples(st.integers(0, 90), st.integers(1, 40)).map(lambda pair: Span(start=pair[0], end=pair[0] + pair[1]))
text = SOURCES[0].text


@given(cited=st.lists(spans, max_size=4))
def test_whatever_is_cited_shares_lie_between_0_and_1(cited: list[Span]) -> None:
    quotes = [CitedQuote(number=1, source_id="report", quote=text[s.start : s.end], span=s) for s in cited]
    for name, value in measured(TWO, answer(*quotes)).items():
        assert value is None or value >= 0
        assert value is None or value <= 1 or name == "evidence_length"


@given(cited=st.lists(spans, min_size=1, max_size=4), more=spans)
def test_citing_more_never_lowers_recall(cited: list[Span], more: Span) -> None:
    quotes = [CitedQuote(number=1, source_id="report", quote=s.cut(text), span=s) for s in cited if s.end <= len(text)]
    extra = CitedQuote(number=1, source_id="report", quote=text[more.start : more.end], span=more)
    for name in ("citation_recall_chars", "evidence_hit"):
        before = EVIDENCE_METRICS[name](TWO, answer(*quotes), ARCHIVE).value
        after = EVIDENCE_METRICS[name](TWO, answer(*quotes, extra), ARCHIVE).value
        assert before is not None
        assert after is not None
        assert after >= before


def test_a_heading_is_evidence_of_its_own() -> None:
    archive = Archive([make_source("## Conditions for peace\n\nNone were set.", "report")])
    span = Span(start=3, end=23)
    question = replace(ask(BORDER), gold=(GoldSpan(source_id="report", span=span, required=True),))
    cited = CitedQuote(number=1, source_id="report", quote="Conditions for peace", span=span)
    assert EVIDENCE_METRICS["citation_f1_sentences"](question, answer(cited), archive).value == 1


def measured(question: Question, response: Response) -> dict[str, float | None]:
    return {name: metric(question, response, ARCHIVE).value for name, metric in EVIDENCE_METRICS.items()}


def _characters(offsets: range) -> frozenset[Character]:
    return frozenset(Character("report", offset) for offset in offsets)
