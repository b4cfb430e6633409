"""Prose made safe: markup, markers, and quotation marks of every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.prose import clean, requote
from tests.answering.archive import assert_quotes
from tests.specimens import texts

TRUE = "the neutral zone"


def find(words: str) -> str | None:
    return words if words == TRUE else None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Plain words.", "Plain words."),
        ("A **bold** `code` __word__.", "A bold code word."),
        ("> 1. Quoted", "Quoted"),
        ("- item", "item"),
        ("See ![x](http://a.example/?q=secret) here", "See x here"),
        ("See [this](javascript:alert(1)) here", "See this here"),
        ("See https://a.example/x?q=1 here", "See here"),
        ("<script>alert(1)</script>Hello<br/>", "alert(1)Hello"),
        ("It burned [1], [2, 3] and [^4] (sources 5 and 6)¹².", "It burned, and."),
        ("Words [to serve] stay.", "Words [to serve] stay."),
        ("A\x00\x1b[31m\u202eB\nC\u2028D", "A [31m B C D"),
        ("&lt;b&gt;x&lt;/b&gt; &amp;quot;y", 'x "y'),
        ("[[[1]]]", "[[]]"),
    ],
)
def test_only_plain_words_on_one_line_are_left(written: str, shown: str) -> None:
    assert clean(written) == shown


@given(texts)
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = clean(text)
    assert "\n" not in shown
    assert all(character.isprintable() or character.isspace() for character in shown)


@pytest.mark.parametrize(
    "pair", ["“”", '""', "''", "‘’", "«»", "‹›", "„“", "「」", "『』", "＂＂", "``", "〝〞", "❝❞", "‟”", "»«"]
)
def test_marks_of_every_script_are_known(pair: str) -> None:
    assert requote(f"He says {pair[0]}{TRUE}{pair[1]}.", find).text == f"He says “{TRUE}”."
    assert requote(f"He says {pair[0]}no zone{pair[1]}.", find).text == "He says no zone."


def test_marks_without_a_partner_are_removed() -> None:
    for text in ("“", f"“{TRUE}", f"{TRUE}”", f"”{TRUE}“x", '"', '" " "'):
        assert_quotes(requote(text, find).text, [TRUE])


def test_apostrophes_stay() -> None:
    assert requote("Mao's troops' rear, o’clock", find).text == "Mao's troops' rear, o’clock"


def test_a_true_quote_is_found_between_marks_that_are_not_its_own() -> None:
    prose = requote(f'"a" and "{TRUE}" and "b"', find)
    assert prose.text == f"a and “{TRUE}” and b"
    assert prose.quoted == (TRUE,)
    assert prose.unquoted == 4


@given(st.lists(st.sampled_from([*"“”\"'‘’«»「」`´″", TRUE, "zone", " ", "s", "a"]), max_size=14).map("".join))
def test_whatever_is_written_only_true_quotes_have_marks(text: str) -> None:
    assert_quotes(requote(text, find).text, [TRUE])
