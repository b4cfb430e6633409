"""Index terms: the same for sources and questions."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given

from assistant.analysis import Analyzer, is_function_word, words
from assistant.errors import RecipeError
from tests.specimens import texts

ENGLISH = Analyzer("english")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mao's CONDITIONS, now!", ["mao", "conditions", "now"]),
        ("Mao’s ‘zone’", ["mao", "zone"]),
        ("don't won’t o'clock", ["don't", "won’t", "o'clock"]),
        ("13.6.51 and 38th", ["13", "6", "51", "and", "38th"]),
        ("三八线停战 zone", ["三八线停战", "zone"]),
        ("ＡＢＣ ﬁre Straße", ["abc", "fire", "strasse"]),
        ("cafe\u0301 Ångström", ["café", "ångström"]),
        ("co-operate", ["co", "operate"]),
        ("휴전 협정", ["휴전", "협정"]),
        ("?!", []),
        ("", []),
    ],
)
def test_words_are_folded_for_comparison(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mao's conditions", ["mao", "condit"]),
        ("the negotiating negotiators negotiated", ["the", "negoti", "negoti", "negoti"]),
        ("三八线", ["三八", "八线"]),
        ("线", ["线"]),
        ("UN三八线38th", ["un", "三八", "八线", "38th"]),
        ("中立地帯です", ["中立", "立地", "地帯", "帯で", "です"]),
    ],
)
def test_terms_are_stems_or_pairs_of_cjk_characters(text: str, expected: list[str]) -> None:
    assert ENGLISH.terms(text) == expected


def test_content_terms_leave_function_words_out() -> None:
    assert ENGLISH.content_terms("What does Mao say about the question of Taiwan?") == ["mao", "question", "taiwan"]


def test_a_question_of_function_words_alone_keeps_them() -> None:
    assert ENGLISH.content_terms("Who are you?") == ["who", "are", "you"]


def test_without_a_language_words_are_terms() -> None:
    assert Analyzer("none").terms("Mao's conditions") == ["mao", "conditions"]


def test_another_language_has_its_own_stems() -> None:
    assert Analyzer("russian").terms("условия перемирия") == ["услов", "перемир"]


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"no Snowball stemmer for 'klingon'; use none, or one of .*english"):
        Analyzer("klingon")


@given(texts)
def test_composition_and_case_make_no_difference_to_terms(text: str) -> None:
    terms = ENGLISH.terms(text)
    assert ENGLISH.terms(unicodedata.normalize("NFD", text)) == ENGLISH.terms(unicodedata.normalize("NFC", text))
    assert all(term and not any(character.isspace() for character in term) for term in terms)


@given(texts)
def test_content_terms_are_terms(text: str) -> None:
    terms = ENGLISH.terms(text)
    assert set(ENGLISH.content_terms(text)) <= set(terms)
    assert bool(ENGLISH.content_terms(text)) is bool(terms)


def test_threads_share_an_analyzer() -> None:
    text = " ".join(f"condition{suffix} negotiat{suffix}" for suffix in ("s", "ing", "ed", "or", "ion"))
    expected = Analyzer("english").terms(text)
    shared = Analyzer("english")
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(shared.terms, [text] * 200))


@pytest.mark.parametrize(("word", "carries_nothing"), [("the", True), ("said", True), ("mao", False), ("zone", False)])
def test_function_words_carry_no_matter(word: str, carries_nothing: bool) -> None:
    assert is_function_word(word) is carries_nothing
