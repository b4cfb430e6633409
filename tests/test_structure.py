"""Headings, points and paragraphs, and where in a source a quote stands."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given

from assistant.domain import Locus, Source, Span
from assistant.structure import blocks, locus, trim
from tests.specimens import texts


def bodies(text: str) -> list[str]:
    return [block.body.cut(text) for block in blocks(text)]


@given(texts)
def test_every_character_that_is_not_space_belongs_to_one_block(text: str) -> None:
    found = list(blocks(text))
    covered = [offset for block in found for offset in range(block.span.start, block.span.end)]
    assert len(covered) == len(set(covered))
    assert {offset for offset, c in enumerate(text) if not c.isspace()} <= set(covered)
    assert all(left.span.end <= right.span.start for left, right in itertools.pairwise(found))


@given(texts)
def test_blocks_are_trimmed_and_end_with_their_bodies(text: str) -> None:
    for block in blocks(text):
        assert block.span.cut(text) == block.span.cut(text).strip()
        assert block.span.contains(block.body)
        assert block.body.end == block.span.end


def test_an_empty_and_a_blank_text_have_no_blocks() -> None:
    assert list(blocks("")) == list(blocks(" \n\n\t")) == []


def test_blank_lines_part_blocks_whatever_ends_the_line() -> None:
    assert bodies("one\ntwo\n\nthree\r\n\r\nfour\n \t\n\n five ") == ["one\ntwo", "three", "four", "five"]


@pytest.mark.parametrize(
    ("line", "point", "body"),
    [
        ("3. Conditions", "3", "Conditions"),
        ("- 1. To wait", "1", "To wait"),
        ("12. Twelfth", "12", "Twelfth"),
        ("(a) First", "a", "First"),
        ("b) Second", "b", "Second"),
        ("(iv) Fourth", "iv", "Fourth"),
        ("  2. Indented", "2", "Indented"),
        ("- bullet", None, "bullet"),
        ("• bullet", None, "bullet"),
        ("– (2) both", "2", "both"),
        ("1951. A year", None, "1951. A year"),
        ("13.6.51", None, "13.6.51"),
        ("38th parallel", None, "38th parallel"),
        ("A proposal (a) here", None, "A proposal (a) here"),
        ("-5 degrees", None, "-5 degrees"),
        ("3.", None, "3."),
        ("- ", None, "-"),
    ],
)
def test_a_list_marker_gives_the_point_and_is_no_part_of_the_body(line: str, point: str | None, body: str) -> None:
    text = f"Before.\n{line}\n"
    block = list(blocks(text))[-1]
    assert (block.point, block.body.cut(text).rpartition("\n")[2], block.level) == (point, body, 0)


def test_points_and_indented_cjk_lines_open_blocks_without_blank_lines() -> None:
    assert bodies("Terms:\n1. To wait.\nStill one.\n2. To ask.\n- More.") == [
        "Terms:",
        "To wait.\nStill one.",
        "To ask.",
        "More.",
    ]
    assert bodies("\u3000\u3000停战。\n\u3000\u3000三八线。") == ["停战。", "三八线。"]


@pytest.mark.parametrize(("text", "level"), [("# Title\nWords.", 1), ("### Third\r\nWords.", 3), ("###### Six\nW.", 6)])
def test_a_heading_ends_with_its_line(text: str, level: int) -> None:
    heading, body = blocks(text)
    assert (heading.level, body.level) == (level, 0)
    assert heading.body.cut(text) == text.splitlines()[0].lstrip("# ")
    assert body.body.cut(text) == text.splitlines()[1]


@pytest.mark.parametrize("text", ["####### seven", "#hashtag", "See\n #2 here", "  # Indented\nWords that count."])
def test_what_only_looks_like_a_heading_is_a_paragraph(text: str) -> None:
    assert [block.level for block in blocks(text)] == [0]


@pytest.mark.parametrize("text", ["As in no.\u00a0# 5 stands. # 6 too.", "He wrote 1. To wait. 2. To ask."])
def test_a_mark_within_a_line_opens_nothing_even_if_the_reading_begins_there(text: str) -> None:
    start = max(text.rfind("# "), text.rfind("2. "))
    (block,) = blocks(text, Span(start=start, end=len(text)))
    assert (block.level, block.point, block.body) == (0, None, block.span)


def test_a_point_is_known_when_the_reading_begins_at_its_line() -> None:
    text = "Terms.\n\n  3. Conditions for the armistice."
    for start in (text.index("  3"), text.index("3")):
        (block,) = blocks(text, Span(start=start, end=len(text)))
        assert block.point == "3"


def test_only_blocks_of_the_given_span_are_given() -> None:
    text = "one\n\ntwo words\n\nthree"
    assert [b.span.cut(text) for b in blocks(text, Span(start=5, end=12))] == ["two wor"]


def test_trim_gives_nothing_for_white_space() -> None:
    assert trim(" a b ", 0, 5) == Span(start=1, end=4)
    assert trim("a \n\t b", 1, 5) is None
    assert trim("", 0, 1) is None


def test_the_condition_sentence_stands_in_point_3(telegram: Source) -> None:
    start = telegram.text.index("restoration of the border")
    assert locus(telegram.text, Span(start=start, end=start + 20)) == Locus(paragraph=8, point="3", heading=None)


@pytest.mark.parametrize(
    ("words", "paragraph", "point"),
    [
        ('"To Comrades Gao Gang', 1, None),
        ("I received your telegram", 2, None),
        ("To wait for the enemy", 5, "1"),
        ("It is hoped", 6, "2"),
        ("North and South Korea [should not]", 8, "3"),
        ("We have ordered Deng Hua", 13, "4"),
        ("Right now we are planning", 14, "5"),
        ("13.6.51", 16, None),
    ],
)
def test_every_point_of_the_telegram_is_found(telegram: Source, words: str, paragraph: int, point: str | None) -> None:
    start = telegram.text.index(words)
    found = locus(telegram.text, Span(start=start, end=start + len(words)))
    assert found == Locus(paragraph=paragraph, point=point, heading=None)


def test_the_locus_of_a_quote_is_where_it_begins() -> None:
    text = "# One\n\nFirst.\n\n## Two\n\n1. Second.\n\nThird."
    at = text.index
    assert locus(text, Span(start=at("Second"), end=len(text))) == Locus(paragraph=2, point="1", heading="Two")
    assert locus(text, Span(start=at("First"), end=at("First") + 3)) == Locus(paragraph=1, point=None, heading="One")
    assert locus(text, Span(start=at("Third"), end=len(text))) == Locus(paragraph=3, point=None, heading="Two")


def test_a_quote_that_begins_in_the_gap_between_paragraphs_belongs_to_the_next() -> None:
    text = "First.\n\n2. Second."
    assert locus(text, Span(start=6, end=len(text))) == Locus(paragraph=2, point="2", heading=None)


def test_a_quote_from_a_heading_has_that_heading_as_its_locus() -> None:
    assert locus("# One\n\nFirst.", Span(start=2, end=5)) == Locus(paragraph=1, point=None, heading="One")


def test_a_text_with_pages_is_counted_page_by_page() -> None:
    text = "One.\n\nTwo.\n\f\n# Head\n\nThree.\n\nFour.\n\f\n\n\f\n- 1. Five."
    places = {
        words: str(locus(text, Span(start=text.index(words), end=len(text))))
        for words in text.split("\n")
        if words.strip("\f")
    }
    assert places == {
        "One.": "p. 1, para. 1",
        "Two.": "p. 1, para. 2",
        "# Head": "“Head”, p. 2, para. 1",
        "Three.": "“Head”, p. 2, para. 1",
        "Four.": "“Head”, p. 2, para. 2",
        "- 1. Five.": "“Head”, p. 4, point 1, para. 1",
    }


def test_a_paragraph_that_runs_over_a_page_is_the_first_of_the_next() -> None:
    text = "One\fgoes on.\n\nTwo."
    assert locus(text, Span(start=4, end=8)) == Locus(paragraph=1, point=None, heading=None, page=2)
    assert locus(text, Span(start=text.index("Two"), end=len(text))).paragraph == 2


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Locus(paragraph=8, point="3", heading=None), "point 3, para. 8"),
        (Locus(paragraph=2, point=None, heading="Taiwan"), "“Taiwan”, para. 2"),
        (Locus(paragraph=2, point="a", heading="Taiwan"), "“Taiwan”, point a, para. 2"),
        (Locus(paragraph=1, point=None, heading=None), "para. 1"),
    ],
)
def test_a_locus_reads_as_a_person_would_say_it(place: Locus, words: str) -> None:
    assert str(place) == words
