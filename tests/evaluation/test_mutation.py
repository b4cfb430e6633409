from __future__ import annotations

import pytest

from assistant.citation import Verdict
from assistant.domain import Source
from assistant.evaluation.damage import names_in
from assistant.evaluation.mutation import (
    ALTERED,
    Checked,
    Confusion,
    Mutation,
    check_mutations,
    generate_mutations,
    stands,
)
from tests.specimens import make_source

SHIPPED_KINDS = {
    "true", "digit", "number word", "negation inserted", "negation removed", "name swapped", "words dropped",
    "word clipped", "case", "stitched", "wrong source", "quote glyph", "white space", "hyphenation", "invisible",
}  # fmt: skip


@pytest.fixture(scope="module")
def mutations(shipped_sources: tuple[Source, ...]) -> tuple[Mutation, ...]:
    return generate_mutations(shipped_sources)


@pytest.fixture(scope="module")
def confusion(mutations: tuple[Mutation, ...], shipped_sources: tuple[Source, ...]) -> Confusion:
    return check_mutations(mutations, shipped_sources)


def test_the_two_documents_yield_thousands_of_different_mutations(mutations: tuple[Mutation, ...]) -> None:
    assert len(mutations) >= 2_000
    assert len({(m.kind, m.quote, m.source_id) for m in mutations}) == len(mutations)
    assert {m.kind for m in mutations} == SHIPPED_KINDS
    assert len({m.original for m in mutations}) >= 1_000


def test_every_mutation_gets_its_verdict(confusion: Confusion) -> None:
    assert confusion.wrong == (), confusion.table()


def test_no_damaged_quote_is_accepted(confusion: Confusion) -> None:
    assert confusion.wrongly_accepted == (), confusion.table()


@pytest.mark.parametrize("kind", ["digit", "number word", "negation inserted", "name swapped", "case", "wrong source"])
def test_no_quote_with_a_changed_digit_name_negation_or_case_is_accepted(confusion: Confusion, kind: str) -> None:
    assert sum(confusion.counts[kind].values()) >= 100
    assert not any(verdict.accepted for verdict in confusion.counts[kind])


@pytest.mark.parametrize("kind", ["quote glyph", "white space", "hyphenation", "invisible"])
def test_formal_changes_are_normalised(confusion: Confusion, kind: str) -> None:
    assert set(confusion.counts[kind]) == {Verdict.NORMALISED}


def test_the_same_seed_gives_the_same_mutations(shipped_sources: tuple[Source, ...]) -> None:
    first, again, other = (generate_mutations(shipped_sources, per_kind=5, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_mutation_says_something_else_than_its_original(mutations: tuple[Mutation, ...]) -> None:
    changed = [m for m in mutations if m.kind not in ("true", "wrong source")]
    assert all(m.quote != m.original for m in changed)
    assert all(m.quote == m.original for m in mutations if m.kind in ("true", "wrong source"))


def test_damage_never_leaves_words_that_stand_in_a_source(
    mutations: tuple[Mutation, ...], shipped_sources: tuple[Source, ...]
) -> None:
    texts = [" ".join(source.text.split()) for source in shipped_sources]
    damaged = [m for m in mutations if m.expected == ALTERED]
    assert damaged
    assert not any(stands(m.quote, text) for m in damaged for text in texts)


def test_another_unicode_form_is_normalised() -> None:
    sources = (make_source("The café in Kraków was cold. Übel is a café."),)
    forms = [m for m in generate_mutations(sources, per_kind=20) if m.kind == "Unicode form"]
    assert len(forms) >= 10
    assert set(check_mutations(forms, sources).counts["Unicode form"]) == {Verdict.NORMALISED}


def test_a_formal_change_that_changes_nothing_is_not_made() -> None:
    mutations = generate_mutations([make_source("They met at noon in town.")], per_kind=5)
    assert {"Unicode form", "quote glyph", "wrong source", "digit"}.isdisjoint(m.kind for m in mutations)
    assert {"white space", "hyphenation"} <= {m.kind for m in mutations}


def test_an_archive_of_one_word_yields_little_and_breaks_nothing() -> None:
    assert {m.original for m in generate_mutations([make_source("Yes.")])} == {"Yes."}
    assert generate_mutations([]) == ()


@pytest.mark.parametrize(
    ("found", "right", "wrongly_accepted"),
    [
        (Verdict.NOT_FOUND, True, False),
        (Verdict.STITCHED, True, False),
        (Verdict.MISATTRIBUTED, False, False),
        (Verdict.NORMALISED, False, True),
        (Verdict.EXACT, False, True),
    ],
)
def test_a_verdict_on_damaged_words_is_judged(found: Verdict, right: bool, wrongly_accepted: bool) -> None:
    mutation = Mutation(kind="digit", quote="14 June", source_id="s", original="13 June", expected=ALTERED)
    checked = Checked(mutation=mutation, found=found)
    assert (checked.right, checked.wrongly_accepted) == (right, wrongly_accepted)


def test_the_table_has_a_line_for_each_kind_and_a_column_for_each_verdict() -> None:
    mutation = Mutation(kind="digit", quote="14 June", source_id="s", original="13 June", expected=ALTERED)
    confusion = Confusion(checked=(Checked(mutation=mutation, found=Verdict.NOT_FOUND),) * 3)
    head, row = confusion.table().splitlines()
    assert [word for word in head.split("  ") if word.strip()][-1].strip() == "not found"
    assert row.split() == ["digit", "0", "0", "0", "0", "3"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("13 June", True),
        ("3 June", False),
        ("13 Jun", False),
        ("aligned", False),
        ("non-aligned", True),
        ("5 men", False),
        ("1.5 men", True),
        ("June: 1.5", True),
        ("June: 1", False),
        ("June:\n1.5", True),
    ],
)
def test_words_stand_only_as_whole_words_and_numbers(words: str, expected: bool) -> None:
    assert stands(words, "On 13 June: 1.5 men, non-aligned.") is expected


def test_names_are_words_capitalised_within_a_sentence() -> None:
    assert names_in(["Today we saw Mao Zedong, Kim and I. In June all left."]) == ("June", "Kim", "Mao", "Zedong")
