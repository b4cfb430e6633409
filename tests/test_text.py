"""Normalisation with its map back, and the exact location of quotes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Span
from assistant.text import Match, locate, normalise
from tests.specimens import texts


def found(quote: str, text: str) -> list[str]:
    return [match.span.cut(text) for match in locate(quote, text)]


@given(texts, texts, texts)
def test_whatever_is_cut_from_a_text_is_located_there(before: str, quote: str, after: str) -> None:
    matches = locate(quote, before + quote + after)
    if quote.strip():
        assert Match(span=Span(start=len(before), end=len(before) + len(quote)), exact=True) in matches
    else:
        assert matches == ()


@given(texts, texts)
def test_every_exact_match_cuts_the_quote_and_every_other_match_only_differs_in_form(quote: str, text: str) -> None:
    for match in locate(quote, text):
        cut = match.span.cut(text)
        assert match.exact is (cut == quote)
        forms = {normalise(cut, keep_line_end_hyphens=keep).text.strip() for keep in (False, True)}
        assert forms & {normalise(quote, keep_line_end_hyphens=keep).text.strip() for keep in (False, True)}


@given(texts, texts, texts, st.sampled_from(["NFC", "NFD"]))
def test_a_quote_is_found_in_either_composition(
    before: str, quote: str, after: str, form: unicodedata._NormalizationForm
) -> None:
    text = f"{before} {quote} {after}"
    if normalise(quote).text.strip():
        spans = [match.span for match in locate(unicodedata.normalize(form, quote), text)]
        start = len(before) + 1
        assert any(span.overlaps(Span(start=start, end=start + len(quote))) for span in spans)


@given(texts)
def test_the_offset_map_is_monotone_and_stays_in_the_text(text: str) -> None:
    normalised = normalise(text)
    assert len(normalised.text) == len(normalised.starts) == len(normalised.ends)
    assert list(normalised.starts) == sorted(normalised.starts)
    assert list(normalised.ends) == sorted(normalised.ends)
    assert all(start < end for start, end in zip(normalised.starts, normalised.ends, strict=True))
    assert not normalised.ends or normalised.ends[-1] <= len(text)


@given(texts, st.data())
def test_the_original_of_a_stretch_normalises_to_it_again(text: str, data: st.DataObject) -> None:
    normalised = normalise(text)
    if not normalised.text:
        return
    start = data.draw(st.integers(0, len(normalised.text) - 1))
    end = data.draw(st.integers(start + 1, len(normalised.text)))
    stretch = normalised.text[start:end]
    assert stretch.strip() in normalise(normalised.original(start, end).cut(text)).text


@given(texts)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“neutral” ‘zone’", "\"neutral\" 'zone'"),
        ("«zone» ‹zone›", "\"zone\" 'zone'"),
        ("a \t\r\n  b\u00a0c\u3000d", "a b c d"),
        ("armis-\ntice", "armistice"),
        ("armis-\r\n   tice", "armistice"),
        ("armis‐\ntice", "armistice"),
        ("armis\u00ad\ntice", "armistice"),
        ("armis\u00adtice", "armistice"),
        ("to wait -\nto ask", "to wait - to ask"),
        ("1950-\n1951", "1950-1951"),
        ("re‑sign", "re-sign"),
        ("neu\u200btral \ufeffzone", "neutral zone"),
        ("a \u200b b", "a b"),
        ("cafe\u0301", "café"),
        ("三八线，停战", "三八线，停战"),
        ("1950–1951", "1950–1951"),
        ("", ""),
    ],
)
def test_only_form_is_normalised(text: str, expected: str) -> None:
    assert normalise(text).text == expected


def test_a_line_end_hyphen_can_be_kept() -> None:
    assert normalise("so-\ncalled", keep_line_end_hyphens=True).text == "so-called"


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        ('the "neutral zone"', "in the “neutral\n zone” now", "the “neutral\n zone”"),
        ("the armistice", "for the armis-\r\ntice, we", "the armis-\r\ntice"),
        ("a so-called zone", "in a so-\ncalled zone,", "a so-\ncalled zone"),
        ("café", "the cafe\u0301 is", "cafe\u0301"),
        ("cafe\u0301", "the café is", "café"),
        ("Mao's reply", "see Mao’s reply.", "Mao’s reply"),
        ("neutral zone", "a neu\u200btral\u00a0zone.", "neu\u200btral\u00a0zone"),
        ("North  and\nSouth", "for North and South Korea", "North and South"),
        ("  the zone ", "for the zone.", "the zone"),
        ("o\u0302\u0323", "x ộ y", "ộ"),
    ],
)
def test_a_quote_that_differs_in_form_is_found_and_cut_as_the_source_has_it(
    quote: str, text: str, expected: str
) -> None:
    assert locate(quote, text) == (
        Match(span=Span(start=text.index(expected), end=text.index(expected) + len(expected)), exact=False),
    )


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        pytest.param("the 39th parallel", "at the 38th parallel", id="a changed digit is not found"),
        pytest.param("the thirty-eighth", "at the 38th parallel", id="a number in words is not found"),
        pytest.param("The zone", "in the zone", id="another case is not found"),
        pytest.param("will be accepted", "will by no means be accepted", id="a dropped word is not found"),
        pytest.param("North Korea.", "North Korea,", id="another sign is not found"),
        pytest.param("1950-1951", "1950–1951", id="a dash is no hyphen"),
        pytest.param("cafe", "the café is", id="a letter without its mark is not found"),
        pytest.param("cafe", "the cafe\u0301 is", id="a letter is not taken out of its cluster by normalisation"),
        pytest.param("resign", "re-sign", id="a hyphen inside a line stays"),
        pytest.param("", "text", id="nothing is nowhere"),
        pytest.param(" \n", "a \n b", id="blanks are nowhere"),
        pytest.param("\u200b", "a\u200cb", id="what is invisible is nowhere"),
        pytest.param("zone", "", id="an empty text holds nothing"),
    ],
)
def test_a_different_text_is_not_found(quote: str, text: str) -> None:
    # A bare letter before a combining mark is there, code point for code point; that is the one exact exception.
    assert [match for match in locate(quote, text) if not match.exact] == []
    assert quote == "cafe" or locate(quote, text) == ()


def test_a_long_text_is_searched_by_form_too() -> None:
    text = "On the border at the 38th parallel we wait. " * 100_000 + "A “neutral zone”."
    assert found('a "neutral zone"', text.replace("A “", "a “")) == ["a “neutral zone”"]


def test_all_places_of_an_ambiguous_quote_are_given_even_overlapping_ones() -> None:
    assert [m.span.start for m in locate("zone", "zone, zone and zones")] == [0, 6, 15]
    assert [m.span.start for m in locate("aa", "aaa")] == [0, 1]
    assert found("the zone", "the\nzone or the  zone") == ["the\nzone", "the  zone"]


def test_normalised_places_are_given_only_if_there_is_no_exact_one() -> None:
    assert found('"zone"', '“zone” or "zone"') == ['"zone"']
