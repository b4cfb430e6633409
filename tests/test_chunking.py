"""Passages: cut from the source once, complete, in order, and of a size."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.chunking import chunk
from assistant.corpus import Corpus
from assistant.domain import Passage, Span
from assistant.models.tokens import count_tokens
from assistant.recipe import Chunking, Recipe
from assistant.sentences import sentence_spans
from assistant.structure import blocks
from tests.specimens import make_source, texts

_WORDS = st.lists(
    st.sampled_from("Mao asks Stalin about the armistice at the 38th parallel on 13.6.51".split()), min_size=1
)
_SENTENCES = _WORDS.map(lambda words: " ".join(words).capitalize() + ".")
_PARAGRAPHS = st.lists(_SENTENCES, min_size=1, max_size=6).map(" ".join)
prose = st.lists(st.one_of(_PARAGRAPHS, st.just("# A heading")), min_size=1, max_size=8).map("\n\n".join)
sizes = st.builds(Chunking, chunk_tokens=st.integers(16, 80), overlap_sentences=st.integers(0, 3))  # fmt: skip


def passages(text: str, tokens: int = 16, overlap: int = 0) -> tuple[Passage, ...]:
    return chunk(make_source(text), Chunking(chunk_tokens=tokens, overlap_sentences=overlap))


def is_one_unit(text: str, span: Span) -> bool:
    headings = [block.span for block in blocks(text) if block.level and block.span.overlaps(span)]
    return len(headings) + len(list(sentence_spans(text, span))) == 1


@given(texts, sizes)
@example("", Chunking(chunk_tokens=16, overlap_sentences=0))
@example(" \n", Chunking(chunk_tokens=16, overlap_sentences=0))
def test_passages_reconstruct_the_source(text: str, chunking: Chunking) -> None:
    made = chunk(make_source(text), chunking)
    covered = {offset for passage in made for offset in range(passage.span.start, passage.span.end)}
    assert all(passage.text == passage.span.cut(text) for passage in made)
    assert all(passage.text == passage.text.strip() for passage in made)
    assert {offset for offset, character in enumerate(text) if not character.isspace()} <= covered


@given(prose)
def test_the_references_of_a_background_source_are_in_no_passage(text: str) -> None:
    essay = f"{text}\n\n## References\n\n1. hermes-1966, ch. 2."
    chunking = Chunking(chunk_tokens=64, overlap_sentences=0)
    assert chunk(make_source(essay, kind="background"), chunking) == chunk(make_source(text), chunking)
    assert chunk(make_source(essay), chunking)[-1].text.endswith("ch. 2.")


@given(texts, sizes)
def test_passages_stand_in_order_and_share_nothing_without_overlap(text: str, chunking: Chunking) -> None:
    made = chunk(make_source(text), chunking)
    for left, right in itertools.pairwise(made):
        assert left.span.start < right.span.start
        assert left.span.end < right.span.end
        assert chunking.overlap_sentences or left.span.end <= right.span.start


@given(st.one_of(prose, texts), sizes)
def test_a_passage_over_the_size_is_one_sentence_or_heading(text: str, chunking: Chunking) -> None:
    for passage in chunk(make_source(text), chunking):
        assert count_tokens([passage.text])[0] <= chunking.chunk_tokens or is_one_unit(text, passage.span)


@given(texts, st.integers(16, 80))
def test_a_passage_has_the_sentences_that_the_source_has_there(text: str, tokens: int) -> None:
    made = passages(text, tokens)
    assert [s for passage in made for s in sentence_spans(text, passage.span)] == list(sentence_spans(text))


@given(prose, sizes)
def test_passages_overlap_by_whole_sentences_of_one_section(text: str, chunking: Chunking) -> None:
    sentences = list(sentence_spans(text))
    headings = [block.span for block in blocks(text) if block.level]
    for left, right in itertools.pairwise(chunk(make_source(text), chunking)):
        if left.span.overlaps(right.span):
            shared = Span(start=right.span.start, end=left.span.end)
            repeated = [sentence for sentence in sentences if shared.contains(sentence)]
            assert 0 < len(repeated) <= chunking.overlap_sentences
            assert (repeated[0].start, repeated[-1].end) == (shared.start, shared.end)
            assert not any(shared.overlaps(heading) for heading in headings)


@given(prose, sizes)
def test_a_heading_stands_only_at_the_beginning_of_a_passage(text: str, chunking: Chunking) -> None:
    for passage in chunk(make_source(text), chunking):
        kinds = [block.level > 0 for block in blocks(text, passage.span)]
        assert kinds == sorted(kinds, reverse=True)


def test_overlap_repeats_the_last_sentences_that_fit() -> None:
    text = "One two three four five six. Seven eight nine ten. Eleven twelve thirteen fourteen fifteen."
    assert [p.text for p in passages(text, 16, 1)] == [
        "One two three four five six. Seven eight nine ten.",
        "Seven eight nine ten. Eleven twelve thirteen fourteen fifteen.",
    ]
    assert len({p.text for p in passages(text * 3, 16, 5)}) > 2


def test_overlap_does_not_cross_a_heading() -> None:
    assert [p.text for p in passages("First part.\n\n# Head\n\nSecond part.", 16, 3)] == [
        "First part.",
        "# Head\n\nSecond part.",
    ]


@pytest.mark.parametrize("gap", ["\n \n", " \n\t \n\u3000\n\t"])
def test_white_space_between_sentences_counts(gap: str) -> None:
    lines = gap.join(["Yes."] * 12)
    assert len(passages(lines, 16)) > 1
    assert all(count_tokens([p.text])[0] <= 16 for p in passages(lines, 16))


def test_overlap_does_not_repeat_a_heading() -> None:
    text = "# A rather long first heading\n\n# Two\n\nOne is here now. Two is here."
    assert [p.text for p in passages(text, 17, 2)][1:] == ["One is here now. Two is here."]


def test_a_sentence_over_the_size_stands_alone_and_whole() -> None:
    long = "We " + "wait and " * 40 + "go."
    assert [p.text for p in passages(f"Short one. {long} Short two.")] == ["Short one.", long, "Short two."]


def test_a_passage_takes_as_much_as_the_size_allows() -> None:
    text = " ".join(["We wait for them now."] * 30)
    assert [count_tokens([p.text])[0] for p in passages(text, 64)] == [60, 60, 60]


def test_a_list_marker_stays_with_its_point() -> None:
    (passage,) = passages("- 1. To wait.")
    assert passage.text == "- 1. To wait."


def test_windows_line_ends_stay_out_of_the_edges() -> None:
    sentence = "We have ordered the army to hold the present line."
    assert {p.text for p in passages(f"{sentence}\r\n{sentence}\r\n{sentence}")} == {sentence}


def test_blank_text_has_no_passages() -> None:
    assert passages(" \n\t") == ()


def test_a_passage_is_known_by_its_source_and_place() -> None:
    (passage,) = passages(" Yes. ")
    assert (passage.id, passage.source_id) == ("source:1-5", "source")


@pytest.mark.parametrize("source_id", ["letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"])
def test_the_shipped_passages_keep_within_the_recipe(corpus: Corpus, recipe: Recipe, source_id: str) -> None:
    made = chunk(corpus.source(source_id), recipe.chunking)
    assert max(count_tokens([p.text for p in made])) <= recipe.chunking.chunk_tokens
    assert "".join("".join(p.text.split()) for p in made) == "".join(corpus.source(source_id).text.split())
