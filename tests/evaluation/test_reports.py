from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.archive import Archive
from assistant.evaluation.comparison import compare_runs
from assistant.evaluation.reports.figures import Point, curve_figure, histogram_figure, interval_figure
from assistant.evaluation.reports.files import write_reports, write_results
from assistant.evaluation.reports.html_page import to_html
from assistant.evaluation.reports.junit import to_junit
from assistant.evaluation.reports.markdown import changes_markdown, side_by_side_markdown, to_markdown
from assistant.evaluation.reports.outcome import Mark, outcomes
from assistant.evaluation.reports.refusal_curve import RefusalPoint, refusal_curve, refusal_here
from assistant.evaluation.reports.tables import HEADLINE, changes, definition, figures, side_by_side
from assistant.evaluation.results import CitedQuote, Response, Run, Summary
from assistant.evaluation.serialise import read_run
from tests.evaluation.runs import HOSTILE, QUESTIONS, REFUSAL, SOURCES, response, sample_run, span_of

ARCHIVE = Archive(SOURCES)
RUN = sample_run()
MISSED = ("misquoted", "refused", "failed", "overbold")


class _Page(HTMLParser):
    """What a browser would see: tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page() -> _Page:
    return _Page(to_html(RUN, ARCHIVE, rivals=[sample_run("rival", refused=response("Trade resumes in May."))]))


def test_missed_questions_come_first_and_say_what_they_miss() -> None:
    found = outcomes(RUN, ARCHIVE)
    assert tuple(one.item.question.id for one in found) == (*MISSED, "right", "hostile", "silent")
    misses = {one.item.question.id: one.misses for one in found}
    assert misses["misquoted"][0] == "quote [1] is not verbatim at the place it names"
    assert "required passages quoted: 0%" in misses["misquoted"]
    assert misses["refused"] == ("refused, though the sources answer",)
    assert misses["failed"] == ("the system failed: ValueError: \x00 broke",)
    assert misses["overbold"] == ("answered, though the sources do not say",)
    assert misses["right"] == misses["silent"] == ()


def test_a_quote_is_marked_by_what_the_archive_says_of_it() -> None:
    marks = {one.item.question.id: [q.mark for q in one.quotes] for one in outcomes(RUN, ARCHIVE)}
    assert marks["right"] == marks["hostile"] == [Mark.GOLD]
    assert marks["misquoted"] == [Mark.ALTERED]
    assert marks["overbold"] == [Mark.BESIDE]
    assert {q.mark for one in outcomes(RUN, None) for q in one.quotes} == {Mark.UNCHECKED}


def test_true_words_at_a_wrong_place_are_altered_and_without_a_place_are_found() -> None:
    words = "The border stays at the river."
    astray = CitedQuote(number=1, source_id="report", quote=words, span=span_of("Trade"))
    placeless = replace(astray, span=None)
    for cited, mark in (
        (astray, Mark.ALTERED),
        (placeless, Mark.GOLD),
        (replace(placeless, source_id="no"), Mark.ALTERED),
    ):
        run = sample_run(right=Response(text=words, refused=False, citations=(cited,)))
        (found,) = [one for one in outcomes(run, ARCHIVE) if one.item.question.id == "right"]
        assert found.quotes[0].mark is mark


def test_the_page_is_whole_and_fetches_and_runs_nothing(page: _Page) -> None:
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not any(name in ("src", "href") or name.startswith("on") for name, _ in page.attributes)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_hostile_words_stay_text_wherever_they_come_from(page: _Page) -> None:
    assert page.text.count(HOSTILE) >= 6  # question, kind, answer, quote, gold, note, provenance
    markdown = to_markdown(RUN, ARCHIVE)
    assert "<script>" not in re.sub(r"\\.", "", markdown)


def test_right_and_wrong_are_told_apart_by_sign_and_word_not_colour_alone(page: _Page) -> None:
    for words in ("✗ missed", "✓ right", Mark.ALTERED.value, Mark.GOLD.value, "required, not quoted"):
        assert words in page.text
    assert page.text.index("✗ missed") < page.text.index("✓ right")
    assert [value for name, value in page.attributes if name == "id" and value] == [
        "show-all",
        "show-missed",
        *(f"show-k{number}" for number in range(len({one.kind for one in QUESTIONS}))),
    ]


def test_the_page_shows_the_parts_of_a_quote_that_are_gold() -> None:
    run = sample_run(right=response("border stays at the river. <script>"))
    html = to_html(run, ARCHIVE)
    assert "[1] <mark>border stays at the river.</mark> &lt;script&gt;<span" in html
    assert "The <mark>border stays at the river.</mark><span" in html


def test_a_follow_up_shows_what_was_asked_before() -> None:
    first = RUN.items[0]
    asked = replace(first, question=replace(first.question, history=("Who crossed the <river>?",)))
    html = to_html(replace(RUN, items=(asked,)), ARCHIVE)
    assert "<li>Who crossed the &lt;river&gt;?</li>" in html


def test_a_page_without_sources_or_questions_still_says_something() -> None:
    assert "(the source's text is not at hand)" in to_html(RUN, None)
    empty = Run(name="empty", provenance={}, items=())
    text = _Page(to_html(empty, ARCHIVE)).text
    assert "0 of 0 questions" in text
    assert "No question was asked." in text


def test_the_figures_are_the_headline_metrics_in_their_order() -> None:
    names = [row[0] for row in figures(RUN).rows]
    assert names[0] == "quote exactness"
    assert names[-1] == "latency s ↓"
    assert len(figures(RUN, None).rows) == len({s.metric for s in RUN.summaries}) > len(names)
    assert set(HEADLINE) <= {s.metric for s in RUN.summaries}


def test_a_metric_is_explained_by_its_own_documentation() -> None:
    assert definition("false_refusal").startswith("Of an answerable question")
    assert definition("no_such_metric") == ""


def test_markdown_names_every_missed_question() -> None:
    markdown = to_markdown(RUN, ARCHIVE)
    assert markdown.startswith("# sample\n\n3 of 7 questions were answered as the gold says; 4 were not.\n")
    for name in MISSED:
        assert f"- **{name}**" in markdown
    lines = markdown.splitlines()
    for line in lines:
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) >= 3


def test_runs_stand_side_by_side_with_a_dash_where_one_has_no_value() -> None:
    bare = Run(name="bare", provenance={}, items=())
    table = side_by_side([RUN, bare])
    assert table.head == ("metric", "sample", "bare")
    assert all(row[2] == "–" for row in table.rows)
    assert side_by_side_markdown([RUN, bare]).startswith("| metric | sample | bare |")


def test_changes_show_difference_and_chance() -> None:
    better = sample_run("better", refused=response("Trade resumes in May."))
    rows = {row[0]: row for row in changes(compare_runs(RUN, better)).rows}
    assert rows["evidence hit"][3] == "+0.200"
    assert rows["false premise"][1:] == ("–", "–", "–", "–", "–", "0")
    assert "# sample → better" in changes_markdown(RUN, better)


def test_junit_counts_failures_and_errors_and_can_be_parsed() -> None:
    root = ET.fromstring(to_junit(RUN, ARCHIVE, faults=["too low"]))
    questions, gate = root.findall("testsuite")
    assert (questions.get("tests"), questions.get("failures"), questions.get("errors")) == ("7", "3", "1")
    assert (gate.get("tests"), gate.get("failures")) == ("1", "1")
    failed = {case.get("name", "").split(":")[0]: case for case in questions.findall("testcase") if len(case)}
    assert set(failed) == set(MISSED)
    assert failed["refused"][0].get("message") == "refused, though the sources answer"
    assert failed["failed"][0].tag == "error"
    assert {one.get("value") for one in root.iter("property")} == {HOSTILE, "x"}


def test_junit_shows_what_xml_cannot_hold() -> None:
    text = to_junit(RUN, ARCHIVE)
    assert "bell � and half a pair �" in text
    assert "\x07" not in text
    ET.fromstring(text.encode())


def test_results_are_written_side_by_side_and_read_back(tmp_path: Path) -> None:
    run = sample_run(failed=REFUSAL)
    written = write_results(run, ARCHIVE, tmp_path / "results")
    assert [path.name for path in written] == ["sample.json", "sample.md", "sample.html", "sample.junit.xml"]
    again = read_run(written[0])
    assert again == run
    before = [path.read_bytes() for path in written[1:]]
    assert [path.read_bytes() for path in write_reports(again, ARCHIVE, tmp_path / "again")] == before


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b"])
def test_a_name_that_cannot_name_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot name a file"):
        write_results(replace(RUN, name=name), ARCHIVE, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_refusal_curve_by_hand() -> None:
    # confidence, rising: 0.1 refused (answerable), 0.1 silent (not), 0.3 overbold (not), 0.9 three answerable
    run = sample_run(failed=replace(REFUSAL, confidence=None))
    assert refusal_curve(run.items) == (
        RefusalPoint(threshold=0.3, precision=1 / 2, recall=1 / 2),
        RefusalPoint(threshold=0.9, precision=2 / 3, recall=1.0),
        RefusalPoint(threshold=1.0, precision=2 / 6, recall=1.0),
    )
    assert refusal_here(RUN.items) == RefusalPoint(threshold=None, precision=1 / 2, recall=1 / 2)


def test_without_unanswerable_questions_or_refusals_there_is_no_curve() -> None:
    answered = [item for item in RUN.items if item.question.id == "right"]
    assert refusal_curve(answered) == ()
    assert refusal_here(answered) is None


def test_figures_are_well_formed_and_escaped() -> None:
    summary = Summary(metric="m", group=HOSTILE, value=0.5, low=0.4, high=1.7, applied=3, absent=1)
    absent = replace(summary, value=None, low=None, high=None)
    point = Point(x=0.5, y=0.5, title=HOSTILE)
    for svg in (
        interval_figure(HOSTILE, [summary, absent]),
        curve_figure(HOSTILE, [point] * 200, here=point, x_label="<x>", y_label="<y>"),
        curve_figure("no points", [], here=None, x_label="x", y_label="y"),
        histogram_figure(HOSTILE, [0.0, 0.001, 0.5, 0.5, 20.0], unit="<s>"),
        histogram_figure("equal", [0.2, 0.2], unit="s"),
        histogram_figure("none", [], unit="s"),
    ):
        root = ET.fromstring(svg)
        assert root.find(".//script") is None
        assert root.find("figcaption") is not None


def test_a_histogram_counts_every_value_once() -> None:
    counted = re.findall(r"<title>(\d+) questions", histogram_figure("t", [0.1 * 1.3**n for n in range(40)], unit="s"))
    assert sum(map(int, counted)) == 40
