from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.errors import QuestionError, UnknownSource
from assistant.index import build_index
from assistant.recipe import Recipe, Retrieval
from assistant.retrieval import Ranked, fuse, read_passage
from assistant.vectors import Found, VectorStore
from tests.specimens import write_corpus
from tests.stores import THREE, make_assistant, make_workshop

TWINS = THREE | {
    "copy-a": "The envoys met at noon in the white pagoda.",
    "copy-b": "The envoys met at noon in the white pagoda.",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Three sources and two with the same text, which are background."""
    folder = tmp_path_factory.mktemp("retrieval")
    written = write_corpus(folder / "archive", TWINS, background=[name for name in TWINS if "copy" in name])
    workshop = make_workshop(folder / "store", written)
    build_index(workshop)
    with make_assistant(workshop) as assistant:
        yield assistant


def settings(recipe: Recipe, **values: float) -> Retrieval:
    return recipe.retrieval.model_copy(update={"rrf_k": 60.0, "dense_weight": 1.0, "lexical_weight": 1.0} | values)


def test_fusion_agrees_with_a_table_computed_by_hand(recipe: Recipe) -> None:
    dense, lexical = {"a": 1, "b": 2, "c": 3}, {"c": 1, "d": 2, "a": 4}
    fused = fuse(dense, lexical, settings(recipe))
    assert [one.id for one in fused] == ["c", "a", "b", "d"]
    assert [one.score for one in fused] == pytest.approx([0.03226646, 0.03201844, 0.01612903, 0.01612903])


def test_weights_and_constant_of_the_recipe_decide_the_fusion(recipe: Recipe) -> None:
    chosen = settings(recipe, rrf_k=10.0, dense_weight=0.5, lexical_weight=2.0)
    assert fuse({"a": 1}, {"a": 3, "b": 1}, chosen) == [
        Ranked(id="a", score=0.5 / 11 + 2 / 13, dense_rank=1, lexical_rank=3),
        Ranked(id="b", score=2 / 11, dense_rank=None, lexical_rank=1),
    ]


def test_a_list_without_weight_adds_nothing(recipe: Recipe) -> None:
    assert [one.id for one in fuse({"a": 1}, {"b": 1}, settings(recipe, dense_weight=0.0))] == ["b"]


def test_ties_are_ordered_by_id_whatever_the_order_of_the_lists(recipe: Recipe) -> None:
    one = fuse({"b": 1, "a": 2}, {"a": 1, "b": 2}, settings(recipe))
    other = fuse({"a": 2, "b": 1}, {"b": 2, "a": 1}, settings(recipe))
    assert [hit.id for hit in one] == ["a", "b"]
    assert one == other


def test_nothing_found_is_nothing_fused(recipe: Recipe) -> None:
    assert fuse({}, {}, settings(recipe)) == []


def test_a_hit_is_cut_from_its_source_and_knows_its_ranks(archive: Assistant) -> None:
    hits = archive.retrieve("Who owns the mill?")
    best = hits[0]
    assert best.passage.source_id == "mill"
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    chosen = archive.recipe.retrieval
    assert best.score == pytest.approx((chosen.dense_weight + chosen.lexical_weight) / (chosen.rrf_k + 1))
    for hit in hits:
        span = hit.passage.span
        assert hit.passage.text == archive.source(hit.passage.source_id).text[span.start : span.end]
        assert read_passage(hit.passage.id, archive.corpus) == hit.passage
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_passages_at_right_angles_to_the_question_or_beyond_are_no_dense_hits(
    archive: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sorted(archive.index().vectors.ids())
    found = [Found(id_, score) for id_, score in zip(ids, (0.4, 0.0, -0.2), strict=False)]
    monkeypatch.setattr(VectorStore, "search", lambda *_: found)
    found_primary = archive.retrieve("zeppelin", kinds=["primary"])
    assert [(hit.passage.id, hit.dense_rank) for hit in found_primary] == [(ids[0], 1)]


def test_the_same_text_in_two_sources_is_found_twice(archive: Assistant) -> None:
    hits = archive.retrieve("Where did the envoys meet at noon?")
    assert [hit.passage.source_id for hit in hits[:2]] == ["copy-a", "copy-b"]
    assert hits[0].passage.text == hits[1].passage.text


def test_only_named_sources_are_searched(archive: Assistant) -> None:
    for chosen in (["bridge"], ["harbour", "mill"]):
        hits = archive.retrieve("Who owns the mill by the old bridge?", sources=chosen)
        assert {hit.passage.source_id for hit in hits} == set(chosen)


def test_only_named_kinds_are_searched(archive: Assistant) -> None:
    found = {hit.passage.source_id for hit in archive.retrieve("the old bridge at noon", kinds=["background"])}
    assert found == {"copy-a", "copy-b"}
    assert "copy-a" not in {
        hit.passage.source_id for hit in archive.retrieve("the envoys met at noon", kinds=["primary"])
    }


def test_more_sources_can_be_named_than_a_database_takes_at_once(tmp_path: Path) -> None:
    texts = {f"source-{number:03}": f"Room {number} holds {number} chairs." for number in range(620)}
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", texts))
    build_index(workshop)
    with make_assistant(workshop) as assistant:
        chosen = [id_ for id_ in texts if id_ != "source-600"]
        hits = assistant.retrieve("How many chairs does room 600 hold?", sources=chosen)
        assert len(hits) == workshop.recipe.retrieval.hits
        assert "source-600" not in {hit.passage.source_id for hit in hits}
        assert assistant.retrieve("Room 600", sources=[*chosen, "source-600"])[0].passage.source_id == "source-600"


@pytest.mark.parametrize("sources", [["nowhere"], ["mill", "nowhere"]])
def test_an_unknown_source_is_named(sources: list[str], archive: Assistant) -> None:
    with pytest.raises(UnknownSource, match="no source 'nowhere'; known are "):
        archive.retrieve("Who owns the mill?", sources=sources)


def test_a_filter_that_admits_nothing_is_refused(archive: Assistant) -> None:
    with pytest.raises(QuestionError, match="no source is left to ask"):
        archive.retrieve("Who owns the mill?", sources=["mill"], kinds=["background"])
    with pytest.raises(QuestionError, match="no source is left to ask"):
        archive.retrieve("Who owns the mill?", sources=[])


def test_a_filter_of_the_wrong_sort_is_refused(archive: Assistant) -> None:
    with pytest.raises(QuestionError, match=r"sources must be a list of ids, found the text 'mill'; write \['mill'\]"):
        archive.retrieve("Who owns the mill?", sources="mill")
    with pytest.raises(QuestionError, match=r"no kind of source \['secret'\]; use primary or background"):
        archive.retrieve("Who owns the mill?", kinds=["secret"])  # type: ignore[list-item]


def test_a_question_of_unknown_words_has_no_lexical_hit(archive: Assistant) -> None:
    assert all(hit.lexical_rank is None for hit in archive.retrieve("zeppelin qwxyz"))
    assert archive.retrieve("The zeppelin over the bridge")[0].lexical_rank == 1


def test_a_chinese_question_finds_chinese_text(archive: Assistant) -> None:
    best = archive.retrieve("停战谈判在哪里举行?")[0]
    assert best.lexical_rank == 1
    assert "三八线" in best.passage.text


def test_the_same_question_gives_the_same_hits_also_after_a_rebuild(archive: Assistant) -> None:
    questions = ("Who owns the mill?", "noon", "三八线", "the old bridge of oak")
    before = [archive.retrieve(question) for question in questions]
    assert [archive.retrieve(question) for question in questions] == before
    archive.build(force=True)
    assert [archive.retrieve(question) for question in questions] == before


def test_no_more_hits_than_the_recipe_allows(archive: Assistant) -> None:
    retriever = archive._retriever()
    few = replace(retriever, settings=retriever.settings.model_copy(update={"candidates": 4, "hits": 2}))
    assert len(few.retrieve("the mill")) == 2
    assert few.retrieve("the mill") == archive.retrieve("the mill")[:2]
