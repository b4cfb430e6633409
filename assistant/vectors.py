"""The vector store: one Chroma collection, in a folder or on a Chroma server.

A row is a passage's id, its vector, and what a stock LlamaIndex program needs to read it (`llama_metadata`). No
``documents``: Chroma would build a trigram index of them, which takes longer than all the rest, and nothing asks it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import NotFoundError

from assistant.domain import Filter, Passage, SourceInfo
from assistant.errors import IndexDamaged, StoreError
from assistant.models.embedding import Vectors
from assistant.recipe import Dense

_REGISTRY = Lock()
"""Held while a client is made or closed: Chroma counts the users of a folder in a table not safe for threads."""
_MOST_IDS = 500
"""Source ids in one filter; SQLite takes only so many variables."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage id and its score; higher is better."""

    id: str
    score: float


class VectorStore:
    """An open collection; close it when done."""

    def __init__(self, client: Client, name: str, dense: Dense | None = None) -> None:
        """Open the collection of a name, or create it with the given settings."""
        self._client = client
        try:
            with _reading() if dense is None else _writing():
                self._collection = (
                    client.get_collection(name, embedding_function=None)
                    if dense is None
                    else client.create_collection(name, embedding_function=None, configuration=_configuration(dense))
                )
                self._batch = client.get_max_batch_size()
                self._euclidean = (self._collection.configuration_json.get("hnsw") or {}).get("space") == "l2"
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Release the files."""
        with _REGISTRY:
            self._client.close()

    def __len__(self) -> int:
        with _reading():
            return self._collection.count()

    def add(self, passages: Sequence[Passage], infos: Sequence[SourceInfo], vectors: Vectors) -> None:
        """Add rows; an id that is there already is replaced."""
        for start in range(0, len(passages), self._batch):
            part = slice(start, start + self._batch)
            metadata: list[Mapping[str, Any]] = [
                llama_metadata(p, i) for p, i in zip(passages[part], infos[part], strict=True)
            ]
            with _writing():
                self._collection.upsert(
                    ids=[passage.id for passage in passages[part]], embeddings=vectors[part], metadatas=metadata
                )

    def write_at_once(self) -> None:
        """From the next time it is opened, write the graph to disk with every row."""
        with _writing():
            self._collection.modify(configuration={"hnsw": {"batch_size": 2, "sync_threshold": 2}})

    def touch(self) -> None:
        """Write a few rows again, as they are."""
        with _writing():
            rows = self._collection.get(limit=3, include=["embeddings", "metadatas"])
            self._collection.upsert(ids=rows["ids"], embeddings=rows["embeddings"], metadatas=rows["metadatas"])

    def vectors(self, ids: Sequence[str]) -> dict[str, Any]:
        """The stored vectors of those ids that are there, by id."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), _MOST_IDS):
            with _reading():
                rows = self._collection.get(ids=list(ids[start : start + _MOST_IDS]), include=["embeddings"])
            found.update(zip(rows["ids"], rows["embeddings"] if rows["embeddings"] is not None else (), strict=True))
        return found

    def ids(self) -> Iterator[str]:
        """The ids of all rows."""
        for start in range(0, len(self), self._batch):
            with _reading():
                rows = self._collection.get(limit=self._batch, offset=start, include=[])
            yield from rows["ids"]

    def search(self, vector: Vectors, limit: int, wanted: Filter = Filter()) -> list[Found]:  # noqa: B008 - frozen
        """The nearest passages to a vector of shape (1, dimension), best first; ties by id.

        The score is the cosine similarity or inner product; in an l2 space, one that falls from 1 towards 0.
        """
        found = [hit for where in _conditions(wanted) for hit in self._query(vector, limit, where)]
        return sorted(found, key=lambda hit: (-hit.score, hit.id))[:limit]

    def _query(self, vector: Vectors, limit: int, where: dict[str, Any] | None) -> list[Found]:
        most = min(limit, len(self))
        if not most:
            return []
        with _reading():
            rows = self._collection.query(query_embeddings=vector, n_results=most, where=where, include=["distances"])
        distances = rows["distances"] or [[]]
        return [Found(id_, self._score(distance)) for id_, distance in zip(rows["ids"][0], distances[0], strict=True)]

    def _score(self, distance: float) -> float:
        return 1.0 / (1.0 + distance) if self._euclidean else 1.0 - distance

    def reachable(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that a search for their own vector finds, or finds ten twins of."""
        stored = self.vectors(ids)
        if not stored:
            return set()
        most = min(10, len(self))
        with _reading():
            rows = self._collection.query(
                query_embeddings=np.array(list(stored.values())), n_results=most, include=["distances"]
            )
        results = zip(stored, rows["ids"], rows["distances"] or (), strict=True)
        return {id_ for id_, ids, distances in results if id_ in ids or max(distances, default=1.0) < 1e-5}


@contextmanager
def _reading() -> Iterator[None]:
    """Faults of the vector store as `IndexDamaged`."""
    with _faults_as(IndexDamaged, "read", "run `assistant build --force` or, if it is a server, see that it runs"):
        yield


@contextmanager
def _writing() -> Iterator[None]:
    """Faults of the vector store as `StoreError`."""
    with _faults_as(StoreError, "written", "see that the disk has room or, if it is a server, that it runs"):
        yield


@contextmanager
def _faults_as(kind: type[StoreError], done: str, advice: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # Chroma raises its own errors, those of SQLite and HTTP below it and, on a damaged file, a panic of Rust,
        # which is no Exception and cannot be imported.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise kind(f"the vector store cannot be {done} ({error}); {advice}") from error


def settle(folder: Path, name: str) -> None:
    """Have Chroma write the whole graph of a finished collection to its folder.

    It writes only every so many rows, and rebuilds the rest from its log whenever it is opened: 15 s for 68,000 rows
    (measured). A lower threshold, which only a new client heeds, and three rows written again, make it write them now.
    """
    store = VectorStore(connect(folder, None), name)
    store.write_at_once()
    store.close()
    store = VectorStore(connect(folder, None), name)
    store.touch()
    store.close()


def _configuration(dense: Dense) -> Any:  # noqa: ANN401 - Chroma's TypedDict of optional keys
    hnsw = {
        "space": dense.space,
        "ef_construction": dense.ef_construction,
        "max_neighbors": dense.max_neighbors,
        "ef_search": dense.ef_search,
        "batch_size": 1_000,
        "sync_threshold": 5_000,
    }
    return {"hnsw": hnsw}


def _conditions(wanted: Filter) -> Iterator[dict[str, Any] | None]:
    """Chroma conditions, any of which admits a passage; one ``None`` if all are admitted."""
    kinds = {"kind": {"$in": list(wanted.kinds)}} if wanted.kinds is not None else None
    if wanted.sources is None:
        yield kinds
        return
    for start in range(0, len(wanted.sources), _MOST_IDS):
        sources = {"source_id": {"$in": list(wanted.sources[start : start + _MOST_IDS])}}
        yield {"$and": [kinds, sources]} if kinds else sources


def llama_metadata(passage: Passage, info: SourceInfo) -> dict[str, str]:
    """The two fields that filters need, and the node as LlamaIndex's ``ChromaVectorStore`` reads it.

    As little as will do: every field and every character costs Chroma a row and an index entry.
    """
    fields = {"source_id": passage.source_id, "kind": info.kind}
    node = {
        "id_": passage.id,
        "text": passage.text,
        "metadata": fields,
        "start_char_idx": passage.span.start,
        "end_char_idx": passage.span.end,
    }
    return {**fields, "_node_content": json.dumps(node, ensure_ascii=False)}


def connect(folder: Path, url: str | None) -> Client:
    """A Chroma client on a folder or, if a URL is given, on a server.

    Raises:
        StoreError: the folder cannot be written, or the server does not answer.
    """
    settings = ChromaSettings(anonymized_telemetry=False)
    if url is None:
        with _REGISTRY, _faults_as(StoreError, f"opened in {folder}", "see that the folder can be written"):
            return cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
    with (
        _REGISTRY,
        _faults_as(StoreError, f"reached at {url}", "see that the server runs, or unset ASSISTANT_CHROMA_URL"),
    ):
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("an address such as http://localhost:8000 is expected")
        secure = address.scheme == "https"
        port = address.port or (443 if secure else 8000)
        return cast("Client", chromadb.HttpClient(address.hostname, port, ssl=secure, settings=settings))


def delete_collection(url: str, name: str) -> None:
    """Remove a collection from a server, if it is there.

    Raises:
        StoreError: the server does not answer.
    """
    client = connect(Path(), url)
    try:
        with _writing(), suppress(NotFoundError):
            client.delete_collection(name)
    finally:
        with _REGISTRY:
            client.close()
