"""What is read for a question: everything, where that is little."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.chunking import chunk
from assistant.corpus import Corpus, load_corpus
from assistant.domain import Filter, Hit, Passage
from assistant.recipe import Recipe
from assistant.selection import select_passages
from tests.specimens import write_corpus

TEXTS = {"a": "# One\n\nWe wait.\n\n# Two\n\nThey come.", "b": "Herring is landed at dawn."}


@pytest.fixture
def archive(tmp_path: Path) -> Corpus:
    return load_corpus(write_corpus(tmp_path / "archive", TEXTS))


def limited(recipe: Recipe, passages: int) -> Recipe:
    return recipe.model_copy(update={"reader": recipe.reader.model_copy(update={"passages": passages})})


def everything(archive: Corpus, recipe: Recipe) -> list[Passage]:
    return [passage for info in archive for passage in chunk(archive.source(info.id), recipe.chunking)]


def test_a_small_archive_is_read_whole_what_was_found_first(archive: Corpus, recipe: Recipe) -> None:
    passages = everything(archive, recipe)
    found = select_passages([Hit(passage=passages[-1], score=1.0)], archive, Filter(), limited(recipe, 3))
    assert found == (passages[-1], *passages[:-1])
    assert len(found) == 3


def test_a_kind_of_few_sources_is_read_whole_beside_what_was_found_of_the_other(tmp_path: Path, recipe: Recipe) -> None:
    essays = {f"essay-{number}": f"An essay on herring, number {number}." for number in range(4)}
    mixed = load_corpus(write_corpus(tmp_path / "mixed", TEXTS | essays))
    sources = [replace(i, kind="background") if i.id in essays else i for i in mixed]
    archive = Corpus(mixed.root, sources)
    passages = everything(archive, recipe)
    hits = [Hit(passage=passages[number], score=1.0) for number in (6, 1, 4, 3)]
    found = select_passages(hits, archive, Filter(), limited(recipe, 6))
    assert [passage.source_id for passage in found] == ["essay-3", "a", "essay-1", "essay-0", "a", "b"]


def test_of_a_large_archive_only_what_was_found_is_read(archive: Corpus, recipe: Recipe) -> None:
    hits = [Hit(passage=everything(archive, recipe)[1], score=1.0)]
    assert select_passages(hits, archive, Filter(), limited(recipe, 2)) == (hits[0].passage,)


def test_a_filter_can_make_an_archive_small(archive: Corpus, recipe: Recipe) -> None:
    found = select_passages([], archive, Filter(sources=("a",)), limited(recipe, 2))
    assert [passage.source_id for passage in found] == ["a", "a"]
    assert select_passages([], archive, Filter(kinds=("background",)), limited(recipe, 2)) == ()


def test_more_sources_than_can_be_read_are_not_opened(archive: Corpus, recipe: Recipe) -> None:
    (archive.root / "a.txt").unlink()
    assert select_passages([], archive, Filter(), limited(recipe, 1)) == ()
