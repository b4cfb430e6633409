from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.analysis import Analyzer
from assistant.corpus import load_corpus
from assistant.domain import Filter, Passage, SourceInfo
from assistant.errors import (
    AssistantError,
    CorpusError,
    IndexDamaged,
    IndexLocked,
    IndexMissing,
    IndexStale,
    ModelError,
    StoreError,
)
from assistant.index import Index, Workshop, build_index, open_index, read_source_digests
from assistant.lexical import LexicalWriter
from assistant.manifest import read_manifest, write_manifest
from assistant.models.embedding import Vectors
from assistant.recipe import Recipe
from assistant.retrieval import Retriever
from assistant.vectors import VectorStore
from tests.specimens import write_corpus
from tests.stores import (
    THREE,
    RecordingEmbedding,
    child_environment,
    make_assistant,
    make_workshop,
    rows,
    run_assistant,
)

CHANGED = {
    "harbour": "# Harbour\n\nThe harbour froze in the winter of 1901.",
    "kiln": "# Kiln\n\nThe kiln made red bricks.",
    "mill": THREE["mill"],
}


@pytest.fixture
def embedding() -> RecordingEmbedding:
    return RecordingEmbedding()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "archive", THREE)


@pytest.fixture
def workshop(tmp_path: Path, folder: Path, embedding: RecordingEmbedding) -> Workshop:
    return make_workshop(tmp_path / "store", folder, embedding=embedding)


def changed(workshop: Workshop) -> Workshop:
    """The same workshop after people have changed its corpus."""
    root = workshop.corpus.root
    shutil.rmtree(root)
    return replace(workshop, corpus=load_corpus(write_corpus(root, CHANGED)))


def generations(workshop: Workshop) -> list[str]:
    return sorted(path.name for path in workshop.store.glob("generation-*"))


def hits(workshop: Workshop, question: str) -> list[tuple[str, float]]:
    index = open_index(workshop)
    try:
        found = Retriever(
            index=index, corpus=workshop.corpus, embedding=workshop.embedding, settings=workshop.recipe.retrieval
        ).retrieve(question)
    finally:
        index.close()
    return [(hit.passage.id, hit.score) for hit in found]


def opened_rows(workshop: Workshop) -> dict[str, tuple[float, ...]]:
    index = open_index(workshop)
    try:
        return rows(index)
    finally:
        index.close()


def test_a_second_build_does_nothing(workshop: Workshop, embedding: RecordingEmbedding) -> None:
    first = build_index(workshop)
    embedding.seen.clear()
    before, asked = generations(workshop), len(embedding.seen)
    assert build_index(workshop) == first
    assert (generations(workshop), len(embedding.seen)) == (before, asked)


def test_a_forced_build_embeds_everything_anew(workshop: Workshop, embedding: RecordingEmbedding) -> None:
    first = build_index(workshop)
    second = build_index(workshop, force=True)
    assert second.generation != first.generation
    assert (second.makings, second.passages) == (first.makings, first.passages)
    assert sorted(embedding.seen) == sorted(embedding.seen[: first.passages] * 2)


def test_only_changed_and_added_sources_are_embedded_again(workshop: Workshop, embedding: RecordingEmbedding) -> None:
    count = build_index(workshop).passages
    renewed = changed(workshop)
    build_index(renewed)
    assert set(embedding.seen[count:]) == {CHANGED["harbour"], CHANGED["kiln"]}


def test_a_source_changed_to_words_of_the_same_length_is_embedded_again(
    workshop: Workshop, embedding: RecordingEmbedding
) -> None:
    build_index(workshop)
    swapped = THREE["harbour"].replace("Herring", "Lobster")
    corpus = load_corpus(write_corpus(workshop.corpus.root, THREE | {"harbour": swapped}))
    build_index(replace(workshop, corpus=corpus))
    assert embedding.seen[3:] == [swapped]


def test_a_source_that_only_changed_its_kind_is_found_by_the_new_kind(workshop: Workshop) -> None:
    build_index(workshop)
    renewed = replace(workshop, corpus=load_corpus(write_corpus(workshop.corpus.root, THREE, kind="background")))
    build_index(renewed)
    with make_assistant(renewed) as assistant:
        assert assistant.retrieve("Who owns the mill?", kinds=["background"])
        assert not assistant.index().lexical.search("mill", 5, Filter(kinds=("primary",)))


def test_an_incremental_build_gives_the_index_that_a_fresh_one_gives(workshop: Workshop, tmp_path: Path) -> None:
    build_index(workshop)
    renewed = changed(workshop)
    build_index(renewed)
    fresh = replace(renewed, store=tmp_path / "fresh")
    build_index(fresh)
    assert opened_rows(renewed) == opened_rows(fresh)
    for question in ("When did the harbour freeze?", "Who made bricks?", "三八线", "the old bridge"):
        assert hits(renewed, question) == hits(fresh, question)


def test_removed_sources_disappear(workshop: Workshop) -> None:
    build_index(workshop)
    assert hits(workshop, "oak bridge")[0][0].startswith("bridge:")
    renewed = changed(workshop)
    build_index(renewed)
    assert {id_.partition(":")[0] for id_, _ in hits(renewed, "oak bridge")} <= {"harbour", "kiln", "mill"}
    assert {id_.partition(":")[0] for id_ in opened_rows(renewed)} == {"harbour", "kiln", "mill"}


def test_another_model_takes_no_vectors_over(workshop: Workshop) -> None:
    build_index(workshop)
    other = RecordingEmbedding(model_name="other")
    count = build_index(replace(workshop, embedding=other)).passages
    assert len(other.seen) == count


def test_vectors_are_not_taken_over_from_another_layout(workshop: Workshop, embedding: RecordingEmbedding) -> None:
    manifest = build_index(workshop)
    write_manifest(workshop.store, replace(manifest, makings=replace(manifest.makings, format=0)))
    build_index(workshop)
    assert len(embedding.seen) == 2 * manifest.passages


def test_sources_are_embedded_again_if_the_list_of_their_digests_is_lost(
    workshop: Workshop, embedding: RecordingEmbedding
) -> None:
    manifest = build_index(workshop)
    (workshop.store / manifest.generation / "sources.json").write_text("{")
    build_index(changed(workshop))
    assert len(embedding.seen) == manifest.passages + 3


def test_progress_counts_sources_up_to_the_last(workshop: Workshop) -> None:
    told: list[tuple[str, int, int]] = []
    build_index(workshop, progress=lambda *step: told.append(step))
    assert told == [("indexing", 0, 3), ("indexing", 1, 3), ("indexing", 2, 3), ("writing", 3, 3)]


def test_large_archives_are_written_in_batches(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = build_index(workshop).passages
    sizes: list[int] = []
    add = VectorStore.add
    monkeypatch.setattr("assistant.index._BATCH", 2)

    def counted(self: VectorStore, batch: Sequence[Passage], infos: Sequence[SourceInfo], vectors: Vectors) -> None:
        sizes.append(len(batch))
        add(self, batch, infos, vectors)

    monkeypatch.setattr(VectorStore, "add", counted)
    assert build_index(workshop, force=True).passages == expected
    assert len(opened_rows(workshop)) == expected == sum(sizes)
    assert max(sizes) == 2


# What is refused, and how it is named


def recipe_with(recipe: Recipe, table: str, **settings: object) -> Recipe:
    values = recipe.model_dump()
    values[table].update(settings)
    return Recipe.model_validate(values)


STALE: dict[str, Callable[[Workshop], Workshop]] = {
    "recipe": lambda w: replace(w, recipe=recipe_with(w.recipe, "chunking", chunk_tokens=64)),
    "embedding": lambda w: replace(w, embedding=RecordingEmbedding(model_name="other")),
    "corpus": changed,
}


@pytest.mark.parametrize("field", STALE)
def test_an_index_made_from_something_else_is_stale_by_the_name_of_what_changed(field: str, workshop: Workshop) -> None:
    build_index(workshop)
    other = STALE[field](workshop)
    with pytest.raises(IndexStale, match=rf"is stale \({field}: .* against .*\); run `assistant build`"):
        open_index(other)
    build_index(other)
    open_index(other).close()


@pytest.mark.parametrize(("field", "value"), [("format", 0), ("chroma", "0.4")])
def test_an_index_of_another_layout_is_stale_and_rebuilt(field: str, value: object, workshop: Workshop) -> None:
    manifest = build_index(workshop)
    changes: dict[str, Any] = {field: value}
    write_manifest(workshop.store, replace(manifest, makings=replace(manifest.makings, **changes)))
    with pytest.raises(IndexStale, match=f"{field}: {value} against"):
        open_index(workshop)
    assert build_index(workshop).generation != manifest.generation


def test_a_change_of_answering_needs_no_rebuild(workshop: Workshop) -> None:
    manifest = build_index(workshop)
    other = replace(workshop, recipe=recipe_with(workshop.recipe, "answering", threshold=0.9))
    assert build_index(other) == manifest


def test_no_index_is_named_with_the_command_that_makes_one(workshop: Workshop) -> None:
    with pytest.raises(IndexMissing, match=r"no index in .*; run `assistant build`"):
        open_index(workshop)


def edit_manifest(**values: object) -> Callable[[Path, Path], object]:
    def edit(store: Path, _: Path) -> None:
        path = store / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return edit


def overwrite(path: Path) -> None:
    path.write_bytes(b"\xff\x00 not this " * (path.stat().st_size // 12 + 1))


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def first(folder: Path, pattern: str) -> Path:
    return next(folder.glob(pattern))


DAMAGE: dict[str, Callable[[Path, Path], object]] = {
    "manifest is garbage": lambda store, _: overwrite(store / "manifest.json"),
    "manifest is truncated": lambda store, _: halve(store / "manifest.json"),
    "manifest is empty": lambda store, _: (store / "manifest.json").write_bytes(b""),
    "manifest is a list": lambda store, _: (store / "manifest.json").write_text("[]"),
    "manifest lacks keys": lambda store, _: (store / "manifest.json").write_text('{"generation": "x"}'),
    "manifest names no folder": edit_manifest(generation=None),
    "manifest counts in words": edit_manifest(passages="many"),
    "generation is gone": lambda _, generation: shutil.rmtree(generation),
    "generation is another": edit_manifest(generation="generation-000000000000"),
    "word index is gone": lambda _, generation: shutil.rmtree(generation / "lexical"),
    "word index is truncated": lambda _, generation: halve(generation / "lexical" / "meta.json"),
    "word index lacks its terms": lambda _, generation: first(generation, "lexical/*.term").unlink(),
    "word index lacks its positions": lambda _, generation: first(generation, "lexical/*.pos").unlink(),
    "word index is garbage": lambda _, generation: overwrite(first(generation, "lexical/*.idx")),
    "vectors are gone": lambda _, generation: shutil.rmtree(generation / "chroma"),
    "vector database is garbage": lambda _, generation: overwrite(generation / "chroma" / "chroma.sqlite3"),
    "vector database is truncated": lambda _, generation: halve(generation / "chroma" / "chroma.sqlite3"),
    "vectors lack their graph": lambda _, generation: shutil.rmtree(next(generation.glob("chroma/*/"))),
    "graph lacks its header": lambda _, generation: first(generation, "chroma/*/header.bin").unlink(),
    "graph is garbage": lambda _, generation: overwrite(first(generation, "chroma/*/header.bin")),
    "manifest counts more": edit_manifest(passages=99),
    "vector database is empty": lambda _, generation: (generation / "chroma" / "chroma.sqlite3").write_bytes(b""),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A built index to be copied and damaged."""
    folder = tmp_path_factory.mktemp("damage")
    workshop = make_workshop(folder / "store", write_corpus(folder / "archive", THREE))
    build_index(workshop)
    return workshop


@pytest.fixture
def copy(built: Workshop, tmp_path: Path) -> Workshop:
    return replace(built, store=Path(shutil.copytree(built.store, tmp_path / "copy")))


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_named_with_advice_and_built_anew(damage: str, copy: Workshop) -> None:
    DAMAGE[damage](copy.store, copy.store / read_manifest(copy.store).generation)
    with pytest.raises(IndexDamaged, match="run `assistant build") as caught:
        open_index(copy)
    assert "\n" not in str(caught.value)
    manifest = build_index(copy)
    assert generations(copy) == [manifest.generation]
    assert hits(copy, "Who owns the mill?")[0][0].startswith("mill:")


def test_a_panic_of_the_vector_database_is_an_index_damaged(copy: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As Rust raises it through Python."""

    def panic(*_: object, **__: object) -> None:
        raise PanicException("called `Result::unwrap()` on an `Err` value")

    monkeypatch.setattr("chromadb.PersistentClient", panic)
    with pytest.raises(IndexDamaged, match="Result::unwrap"):
        open_index(copy)


def test_vectors_that_no_search_finds_are_damage(copy: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VectorStore, "reachable", lambda self, ids: set())
    with pytest.raises(IndexDamaged, match=r"are not found by search; run `assistant build --force`"):
        open_index(copy)


def test_first_rows_that_are_hidden_by_thousands_of_twins_are_no_damage(
    copy: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = iter([set[str](), {"mill:0-27"}])
    monkeypatch.setattr(VectorStore, "reachable", lambda self, ids: next(found))
    open_index(copy).close()
    assert list(found) == []


def test_an_interruption_is_not_taken_for_damage(copy: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chromadb.PersistentClient", interrupt)
    with pytest.raises(KeyboardInterrupt):
        open_index(copy)


# Failed builds


def no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


FULL_DISK: dict[str, tuple[str, Callable[..., None]]] = {
    "a folder": ("pathlib.Path.mkdir", no_space),
    "vectors": ("chromadb.api.models.Collection.Collection.upsert", no_space),
    "the manifest": ("os.fsync", no_space),
    "the switch": ("pathlib.Path.replace", no_space),
    "digests": ("pathlib.Path.write_text", no_space),
}


@pytest.mark.parametrize("place", FULL_DISK)
def test_a_full_disk_leaves_the_old_index(place: str, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = build_index(workshop)
    with monkeypatch.context() as patch:
        patch.setattr(*FULL_DISK[place])
        with pytest.raises(StoreError, match="No space left on device"):
            build_index(workshop, force=True)
    open_index(workshop).close()
    assert read_manifest(workshop.store) == manifest
    assert build_index(workshop) == manifest
    assert [path.name for path in workshop.store.iterdir() if path.name not in (".lock", "manifest.json")] == [
        manifest.generation
    ]


def test_a_full_disk_under_the_word_index_leaves_no_index(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullWriter:
        """A writer of tantivy on a full disk."""

        def __init__(self, writer: LexicalWriter) -> None:
            self.add_document = writer._writer.add_document

        def commit(self) -> None:
            raise ValueError("IoError: No space left on device")

    init = LexicalWriter.__init__

    def with_full_disk(self: Any, folder: Path, analyzer: Analyzer) -> None:  # noqa: ANN401 - gets a false writer
        init(self, folder, analyzer)
        self._writer = FullWriter(self)

    with monkeypatch.context() as patch:
        patch.setattr(LexicalWriter, "__init__", with_full_disk)
        with pytest.raises(StoreError, match=r"word index cannot be written .*No space left"):
            build_index(workshop)
    with pytest.raises(IndexMissing):
        open_index(workshop)
    current = build_index(workshop).generation
    assert generations(workshop) == [current]


def test_a_bad_source_leaves_the_old_index(workshop: Workshop) -> None:
    manifest = build_index(workshop)
    (workshop.corpus.root / "mill.txt").write_text("Other words.")
    with pytest.raises(CorpusError, match="mill"):
        build_index(replace(workshop, corpus=load_corpus(workshop.corpus.root)), force=True)
    assert (read_manifest(workshop.store), generations(workshop)) == (manifest, [manifest.generation])


def test_every_bad_source_is_named_before_anything_is_embedded(
    workshop: Workshop, embedding: RecordingEmbedding
) -> None:
    (workshop.corpus.root / "mill.txt").write_text("Other words.")
    (workshop.corpus.root / "harbour.txt").unlink()
    with pytest.raises(CorpusError, match=r"2 of 3 sources cannot be used:\n  harbour: .*\n  mill: "):
        build_index(workshop)
    assert embedding.seen == []


def test_a_source_that_changes_during_the_build_leaves_the_old_index(workshop: Workshop, folder: Path) -> None:
    manifest = build_index(workshop)

    def meddle(step: str, done: int, total: int) -> None:
        (folder / "mill.txt").write_text("Other words.")

    with pytest.raises(CorpusError, match="mill"):
        build_index(replace(workshop, corpus=load_corpus(folder)), force=True, progress=meddle)
    assert (read_manifest(workshop.store), generations(workshop)) == (manifest, [manifest.generation])


def test_a_failing_model_leaves_no_index(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.expected()

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError("model is away")

    monkeypatch.setattr(
        RecordingEmbedding, "_get_text_embeddings", lambda self, texts: fail() if len(texts) > 1 else [[0.0] * 256]
    )
    with pytest.raises(ModelError, match="model is away"):
        build_index(workshop)
    assert not generations(workshop)
    with pytest.raises(IndexMissing):
        open_index(workshop)


@pytest.mark.parametrize("place", ["a file/store", "/proc/store"])
def test_a_store_that_cannot_be_written_is_named(place: str, workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(StoreError, match=r"cannot write to .*store.*choose another store folder"):
        build_index(replace(workshop, store=tmp_path / place))


# Other processes


def test_a_second_writer_is_told_to_wait(workshop: Workshop, tmp_path: Path) -> None:
    workshop = make_workshop(workshop.store, workshop.corpus.root)
    program = (
        "import sys\nfrom pathlib import Path\nfrom tests.stores import *\nfrom assistant.index import build_index\n"
        "def wait(step, done, total):\n    if done == 1:\n        print('held', flush=True)\n        sys.stdin.read()\n"
        "build_index(make_workshop(Path(sys.argv[1]), Path(sys.argv[2])), progress=wait)\n"
    )
    command = [sys.executable, "-c", program, str(workshop.store), str(workshop.corpus.root)]
    with subprocess.Popen(
        command, env=child_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked, match=r"another process is building the index in .*; wait for it, or stop it"):
            build_index(workshop)
        other.communicate("")
    assert other.returncode == 0
    assert build_index(workshop) == read_manifest(workshop.store)
    open_index(workshop).close()


def test_a_reader_sees_what_another_process_rebuilt(workshop: Workshop, folder: Path) -> None:
    workshop = make_workshop(workshop.store, folder)
    build_index(workshop)
    with make_assistant(workshop) as assistant:
        before = assistant.ask("What did the harbour master do?")
        assert before.citations[0].source_id == "harbour"
        shutil.rmtree(folder)
        write_corpus(folder, CHANGED)
        command = run_assistant("--corpus", folder, "--store", workshop.store, "build")
        assert command.returncode == 0, command.stderr
        after = assistant.ask("When did the harbour freeze?")
        assert after.citations[0].quote == "The harbour froze in the winter of 1901."
        assert assistant.source("kiln").text == CHANGED["kiln"]
        assert assistant.ask("Who made red bricks?", sources=["kiln"]).citations
        assert after.trace.recipe != before.trace.recipe


def test_a_reader_of_an_index_that_became_stale_says_so(workshop: Workshop) -> None:
    build_index(workshop)
    with make_assistant(workshop) as assistant:
        assistant.ask("Who owns the mill?")
        build_index(replace(workshop, embedding=RecordingEmbedding(model_name="other")))
        with pytest.raises(IndexStale, match="embedding"):
            assistant.ask("Who owns the mill?")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[dict[str, str]]]]:
    """What became of the builds that `tests.killed_build` killed; both sorts run at once."""
    children = {}
    for when in ("first", "rebuild"):
        folder = tmp_path_factory.mktemp(when)
        write_corpus(folder / "old", THREE)
        write_corpus(folder / "new", CHANGED)
        children[when] = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_build", str(folder), when],
            env=child_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )

    def outcomes(when: str) -> list[dict[str, str]]:
        said, _ = children[when].communicate(timeout=300)
        assert children[when].returncode == 0
        return [json.loads(line) for line in said.splitlines()]

    yield outcomes
    for child in children.values():
        child.kill()
        child.communicate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the builds to be killed are forked")
@pytest.mark.parametrize(("when", "before"), [("first", "missing"), ("rebuild", "old")])
def test_a_build_that_is_killed_leaves_the_old_index_or_the_new_one_whole(
    when: str, before: str, killed: Callable[[str], list[dict[str, str]]]
) -> None:
    outcomes = killed(when)
    assert {outcome["found"] for outcome in outcomes} == {before, "new"}
    assert {outcome["left"] for outcome in outcomes} == {"nothing"}
    assert sum(outcome["build"] == "killed" for outcome in outcomes) > 12
    assert not [outcome for outcome in outcomes if outcome["build"] == "failed"]


def test_what_a_broken_build_left_is_swept_even_if_the_index_is_current(workshop: Workshop) -> None:
    manifest = build_index(workshop)
    (workshop.store / "generation-broken" / "chroma").mkdir(parents=True)
    (workshop.store / ".manifest.json.generation-broken").write_text("{")
    (workshop.store / "notes").mkdir()
    assert build_index(workshop) == manifest
    assert sorted(path.name for path in workshop.store.iterdir()) == [
        ".lock",
        manifest.generation,
        "manifest.json",
        "notes",
    ]


def test_digests_of_sources_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    assert read_source_digests(tmp_path) == {}


def test_every_error_of_the_index_is_ours() -> None:
    assert all(issubclass(error, AssistantError) for error in (IndexDamaged, IndexLocked, IndexMissing, IndexStale))


def test_closing_one_index_leaves_another_open(built: Workshop) -> None:
    one, other = open_index(built), open_index(built)
    one.close()
    assert isinstance(other, Index)
    assert len(other.vectors) == other.manifest.passages
    other.close()
