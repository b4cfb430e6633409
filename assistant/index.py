"""Build and open the index: a Chroma collection and a word index over the same passages, and their manifest.

A build goes into a folder of its own and becomes current by one rename of the manifest, so that a kill at any moment
leaves the old index or none. One writer at a time; readers notice a new manifest and open it. Vectors of unchanged
sources are taken over from the index before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
from filelock import FileLock, Timeout
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.analysis import Analyzer
from assistant.chunking import chunk
from assistant.corpus import Corpus
from assistant.domain import Passage
from assistant.errors import IndexDamaged, IndexLocked, IndexMissing, IndexStale, StoreError
from assistant.lexical import LexicalIndex, LexicalWriter
from assistant.manifest import Makings, Manifest, makings, now, read_manifest, write_manifest
from assistant.models.embedding import Vectors, embed, identify
from assistant.recipe import Recipe
from assistant.vectors import VectorStore, connect, delete_collection, settle

if TYPE_CHECKING:
    from chromadb.api.client import Client

Progress = Callable[[str, int, int], None]
"""Told of each step: what is being done, how many sources are done, of how many."""

_BATCH = 2_000
"""Passages embedded and written together."""
_SAMPLE = 100
"""Rows that are looked for when the first ones are not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What an index is built from and where it is kept."""

    corpus: Corpus
    recipe: Recipe
    embedding: BaseEmbedding
    store: Path
    chroma_url: str | None = None
    """Address of a Chroma server that holds the vectors; None: in the store's folder."""

    def expected(self) -> Makings:
        """The makings of an index that would be built now."""
        return makings(self.recipe, identify(self.embedding), self.corpus.digests())

    def analyzer(self) -> Analyzer:
        """The term maker of the recipe's language."""
        return Analyzer(self.recipe.lexical.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An open index; close it when done."""

    manifest: Manifest
    vectors: VectorStore
    lexical: LexicalIndex

    def close(self) -> None:
        """Release the files."""
        self.vectors.close()


def open_index(workshop: Workshop) -> Index:
    """The current index.

    Raises:
        IndexMissing: there is none.
        IndexStale: it was built from something else; the message names the field.
        IndexDamaged: its parts cannot be read.
    """
    manifest = read_manifest(workshop.store)
    difference = manifest.makings.difference(workshop.expected())
    if difference is not None:
        raise IndexStale(f"the index in {workshop.store} is stale ({difference}); run `assistant build`")
    return _open_sound(workshop, manifest)


def _open_sound(workshop: Workshop, manifest: Manifest) -> Index:
    """The index of a manifest, if its rows are there and a search finds some of them; `doctor` looks at them all."""
    index = open_generation(workshop, manifest)
    try:
        rows = (len(index.vectors), len(index.lexical))
        if rows != (manifest.passages, manifest.passages):
            raise IndexDamaged(
                f"the index in {workshop.store} has {rows[0]} vectors and {rows[1]} rows of words, "
                f"its manifest says {manifest.passages}; run `assistant build --force`"
            )
        if not _found_by_search(index.vectors):
            raise IndexDamaged(
                f"the vectors in {workshop.store} are not found by search; run `assistant build --force`"
            )
    except StoreError:
        index.close()
        raise
    return index


def _found_by_search(vectors: VectorStore) -> bool:
    """Whether a search finds some row: the first ones or, for many twins can hide a few others, any of a sample."""
    step = max(1, len(vectors) // _SAMPLE)
    samples = (islice(vectors.ids(), 10), islice(vectors.ids(), 0, None, step))
    return any(vectors.reachable(list(sample)) for sample in samples)


def open_generation(workshop: Workshop, manifest: Manifest) -> Index:
    """The index of a manifest, whether or not it is current and whole.

    Raises:
        IndexDamaged: its parts cannot be read.
    """
    folder = workshop.store / manifest.generation
    if not folder.is_dir():
        raise IndexDamaged(f"{folder} is missing though the manifest names it; run `assistant build --force`")
    lexical = LexicalIndex(folder / "lexical", workshop.analyzer())
    vectors = VectorStore(_reconnect(workshop, folder), _collection(manifest.generation))
    return Index(manifest=manifest, vectors=vectors, lexical=lexical)


def _reconnect(workshop: Workshop, folder: Path) -> Client:
    """A client on vectors that were written before: a folder that cannot be opened again is damaged."""
    try:
        return connect(folder / "chroma", workshop.chroma_url)
    except StoreError as error:
        if workshop.chroma_url is not None:
            raise
        raise IndexDamaged(f"{error}; or run `assistant build --force`") from error


def _collection(generation: str) -> str:
    return f"passages-{generation}"


def build_index(workshop: Workshop, *, progress: Progress | None = None, force: bool = False) -> Manifest:
    """The manifest of an index that is current for the workshop; built only if it is not, or if forced.

    Raises:
        CorpusError: a source cannot be used; every such source is named.
        IndexLocked: another process is building.
        StoreError: the folder cannot be written.
    """
    with _lock(workshop.store):
        current = _current(workshop)
        expected = workshop.expected()
        _sweep(workshop, keep=current)
        if current is not None and current.makings == expected and not force:
            return current
        workshop.corpus.verify()
        manifest = _build_generation(workshop, expected, None if force else current, progress or _silent)
        write_manifest(workshop.store, manifest)
        return manifest


def _silent(step: str, done: int, total: int) -> None:
    """No report."""


@contextmanager
def _lock(store: Path) -> Iterator[None]:
    try:
        store.mkdir(parents=True, exist_ok=True)
        with FileLock(store / ".lock", blocking=False):
            yield
    except Timeout as error:
        raise IndexLocked(f"another process is building the index in {store}; wait for it, or stop it") from error
    except OSError as error:
        raise StoreError(f"cannot write to {store} ({error.strerror or error}); choose another store folder") from error


def _current(workshop: Workshop) -> Manifest | None:
    """The manifest of the index in place, if it and its folder are usable."""
    with suppress(IndexMissing, IndexDamaged):
        manifest = read_manifest(workshop.store)
        _open_sound(workshop, manifest).close()
        return manifest
    return None


def _sweep(workshop: Workshop, keep: Manifest | None) -> None:
    """Remove what broken and earlier builds left; readers may still be using the current one."""
    for folder in workshop.store.glob("generation-*"):
        if keep is None or folder.name != keep.generation:
            _discard(workshop, folder)
    for aside in workshop.store.glob(".manifest.json.*"):
        aside.unlink(missing_ok=True)


def _discard(workshop: Workshop, folder: Path) -> None:
    """Remove a generation; its collection on a server first, for only the folder tells that the collection is ours."""
    if workshop.chroma_url is not None:
        delete_collection(workshop.chroma_url, _collection(folder.name))
    shutil.rmtree(folder, ignore_errors=True)


def _build_generation(workshop: Workshop, expected: Makings, old: Manifest | None, progress: Progress) -> Manifest:
    generation = f"generation-{uuid4().hex[:12]}"
    folder = workshop.store / generation
    folder.mkdir()
    try:
        passages = _fill(workshop, folder, _Reuse.of(workshop, old, expected), progress)
    except BaseException:
        with suppress(StoreError):  # what is left, the next build sweeps
            _discard(workshop, folder)
        raise
    return Manifest(
        generation=generation, makings=expected, sources=len(workshop.corpus), passages=passages, built=now()
    )


def _fill(workshop: Workshop, folder: Path, reuse: _Reuse, progress: Progress) -> int:
    """Write all passages into a new folder, and return their number."""
    client = connect(folder / "chroma", workshop.chroma_url)
    vectors = VectorStore(client, _collection(folder.name), workshop.recipe.dense)
    lexical = LexicalWriter(folder / "lexical", workshop.analyzer())
    count = 0
    try:
        for batch in _batches(workshop, progress):
            infos = [workshop.corpus.info(passage.source_id) for passage in batch]
            vectors.add(batch, infos, reuse.vectors(batch, workshop.embedding))
            lexical.add(batch, infos)
            count += len(batch)
        lexical.commit()
        progress("writing", len(workshop.corpus), len(workshop.corpus))
    finally:
        vectors.close()
        reuse.close()
    if workshop.chroma_url is None:
        settle(folder / "chroma", _collection(folder.name))
    (folder / "sources.json").write_text(json.dumps(workshop.corpus.digests()), encoding="utf-8")
    return count


def _batches(workshop: Workshop, progress: Progress) -> Iterator[list[Passage]]:
    batch: list[Passage] = []
    for done, info in enumerate(workshop.corpus):
        progress("indexing", done, len(workshop.corpus))
        batch.extend(chunk(workshop.corpus.source(info.id), workshop.recipe.chunking))
        while len(batch) >= _BATCH:
            yield batch[:_BATCH]
            batch = batch[_BATCH:]
    if batch:
        yield batch


class _Reuse:
    """Vectors of the index before, for sources that have not changed since."""

    def __init__(self, store: VectorStore | None, unchanged: frozenset[str]) -> None:
        self._store = store
        self._unchanged = unchanged

    @classmethod
    def of(cls, workshop: Workshop, old: Manifest | None, expected: Makings) -> _Reuse:
        """What can be taken over: nothing if recipe, model or layout have changed."""
        if old is None or replace(old.makings, corpus=expected.corpus) != expected:
            return cls(None, frozenset())
        before = read_source_digests(workshop.store / old.generation)
        unchanged = frozenset(id_ for id_, value in workshop.corpus.digests().items() if before.get(id_) == value)
        return cls(open_generation(workshop, old).vectors, unchanged)

    def vectors(self, passages: Sequence[Passage], embedding: BaseEmbedding) -> Vectors:
        """One vector for each passage, shape (passages, dimension); only those not known are computed."""
        known = self._store.vectors([p.id for p in passages if p.source_id in self._unchanged]) if self._store else {}
        fresh = [passage for passage in passages if passage.id not in known]
        computed = embed(embedding, [passage.text for passage in fresh]) if fresh else ()
        known.update(zip((passage.id for passage in fresh), computed, strict=True))
        return np.stack([known[passage.id] for passage in passages])

    def close(self) -> None:
        """Release the old index."""
        if self._store:
            self._store.close()


def read_source_digests(folder: Path) -> dict[str, str]:
    """The digest of each source of a built index, by id; empty if the list cannot be read."""
    try:
        digests: dict[str, str] = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return digests
