from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus import load_corpus
from assistant.doctor import examine
from assistant.errors import ModelError
from assistant.index import Workshop, build_index
from assistant.lexical import LexicalWriter
from assistant.manifest import read_manifest
from assistant.models.embedding import WordLlamaEmbedding
from assistant.vectors import VectorStore, connect
from tests.specimens import write_corpus
from tests.stores import THREE, RecordingEmbedding, make_workshop

ALL = ["sources", "manifest", "vector rows", "word index rows", "vectors found by search"]


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    made = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE))
    build_index(made)
    return made


def bad(workshop: Workshop) -> dict[str, str]:
    """The details of the checks that failed, by name."""
    return {check.name: check.detail for check in examine(workshop) if not check.ok}


def generation(workshop: Workshop) -> Path:
    return workshop.store / read_manifest(workshop.store).generation


def test_a_healthy_archive_passes_every_check(workshop: Workshop) -> None:
    checks = examine(workshop)
    assert [check.name for check in checks] == ALL
    assert all(check.ok for check in checks)
    details = {check.name: check.detail for check in checks}
    count = str(read_manifest(workshop.store).passages)
    assert details["sources"] == "3 files, hashes and UTF-8 verified"
    assert details["vector rows"] == details["word index rows"] == count
    assert details["vectors found by search"] == f"{count} of {count}"


def test_no_index_is_told_after_the_sources(workshop: Workshop) -> None:
    shutil.rmtree(workshop.store)
    assert [(check.name, check.ok) for check in examine(workshop)] == [("sources", True), ("manifest", False)]
    assert "run `assistant build`" in bad(workshop)["manifest"]


def test_a_changed_source_file_is_named(workshop: Workshop) -> None:
    (workshop.corpus.root / "mill.txt").write_text("Other words.")
    (workshop.corpus.root / "harbour.txt").unlink()
    found = bad(replace(workshop, corpus=load_corpus(workshop.corpus.root)))
    assert list(found) == ["sources"]
    assert "mill" in found["sources"]
    assert "harbour" in found["sources"]
    assert "bridge" not in found["sources"]


def test_sources_changed_since_the_build_are_named(workshop: Workshop) -> None:
    root = workshop.corpus.root
    write_corpus(root, {"bridge": "Another bridge.", "harbour": THREE["harbour"], "kiln": "A kiln."})
    found = bad(replace(workshop, corpus=load_corpus(root)))
    assert list(found) == ["manifest"]
    assert found["manifest"].startswith("stale: corpus: ")
    assert "; sources changed: bridge, kiln, mill; run `assistant build`" in found["manifest"]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("embedding", lambda w: replace(w, embedding=RecordingEmbedding())),
        (
            "recipe",
            lambda w: replace(
                w,
                recipe=w.recipe.model_copy(
                    update={"lexical": w.recipe.lexical.model_copy(update={"language": "none"})}
                ),
            ),
        ),
    ],
)
def test_an_index_of_another_recipe_or_model_is_stale(
    field: str, change: Callable[[Workshop], Workshop], workshop: Workshop
) -> None:
    found = bad(change(workshop))
    assert list(found) == ["manifest"]
    assert found["manifest"].startswith(f"stale: {field}: ")
    assert "sources changed" not in found["manifest"]


def test_a_model_that_fails_does_not_stop_the_other_checks(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the model is away; start it")

    monkeypatch.setattr("assistant.index.identify", fail)
    assert bad(workshop) == {"manifest": "the model is away; start it"}
    assert [check.name for check in examine(workshop)] == ALL


def test_lost_vectors_are_counted(workshop: Workshop) -> None:
    folder = generation(workshop)
    store = VectorStore(connect(folder / "chroma", None), f"passages-{folder.name}")
    lost = next(store.ids())
    store._collection.delete(ids=[lost])
    store.close()
    count = read_manifest(workshop.store).passages
    assert bad(workshop) == {"vector rows": f"{count - 1}, the manifest says {count}; run `assistant build --force`"}


def test_lost_words_are_counted(workshop: Workshop) -> None:
    lexical = generation(workshop) / "lexical"
    shutil.rmtree(lexical)
    LexicalWriter(lexical, workshop.analyzer()).commit()
    count = read_manifest(workshop.store).passages
    assert bad(workshop) == {"word index rows": f"0, the manifest says {count}; run `assistant build --force`"}


def test_vectors_that_search_does_not_find_are_named(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = VectorStore.reachable
    monkeypatch.setattr(
        VectorStore, "reachable", lambda self, ids: {id_ for id_ in reachable(self, ids) if not id_.startswith("mill:")}
    )
    found = bad(workshop)
    count = read_manifest(workshop.store).passages
    lost = sum(
        id_.startswith("mill:")
        for id_ in VectorStore(
            connect(generation(workshop) / "chroma", None), f"passages-{generation(workshop).name}"
        ).ids()
    )
    assert list(found) == ["vectors found by search"]
    assert found["vectors found by search"].startswith(f"{count - lost} of {count}; lost: mill:")
    assert found["vectors found by search"].endswith("; run `assistant build --force`")


def test_a_big_archive_is_sampled_evenly(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def remember(self: VectorStore, ids: list[str]) -> set[str]:
        asked.extend(ids)
        return set(ids)

    monkeypatch.setattr("assistant.doctor._SAMPLE", 1)
    monkeypatch.setattr(VectorStore, "reachable", remember)
    assert read_manifest(workshop.store).passages == 3
    found = {check.name: check.detail for check in examine(workshop)}
    assert found["vectors found by search"] == "1 of 1 sampled"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "damage",
    [
        shutil.rmtree,
        lambda folder: shutil.rmtree(folder / "lexical"),
        lambda folder: shutil.rmtree(folder / "chroma"),
        lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 999),
    ],
)
def test_an_index_that_does_not_open_is_one_bad_check(damage: Callable[[Path], object], workshop: Workshop) -> None:
    damage(generation(workshop))
    found = bad(workshop)
    assert list(found) == ["index"]
    assert "assistant build" in found["index"]


def test_a_graph_that_cannot_be_read_is_a_bad_check_too(workshop: Workshop) -> None:
    next(generation(workshop).glob("chroma/*/header.bin")).unlink()
    found = bad(workshop)
    assert "vectors found by search" in found
    assert "sources" not in found


def test_the_default_model_is_the_one_of_the_recipe(workshop: Workshop) -> None:
    assert bad(replace(workshop, embedding=WordLlamaEmbedding())) == {}
