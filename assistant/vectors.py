"""The vector store: one Chroma collection, in a folder or on a Chroma server.

A row is a passage's id, its vector, and what a stock LlamaIndex program needs to read it (`llama_metadata`). No
``documents``: Chroma would build a trigram index of them, which takes longer than all the rest, and nothing asks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from assistant.domain import Filter, Passage, SourceInfo
from assistant.errors import IndexDamaged, StoreError
from assistant.models.embedding import Vectors
from assistant.recipe import Dense

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
            self._collection = (
                client.get_collection(name, embedding_function=None)
                if dense is None
                else client.create_collection(name, embedding_function=None, configuration=_configuration(dense))
            )
        except (ChromaError, ValueError) as error:
            client.close()
            raise IndexDamaged(
                f"the vector store has no usable collection {name} ({error}); run `assistant build`"
            ) from error
        self._batch = client.get_max_batch_size()

    def close(self) -> None:
        """Release the files."""
        self._client.close()

    def __len__(self) -> int:
        return self._collection.count()

    def add(self, passages: Sequence[Passage], infos: Sequence[SourceInfo], vectors: Vectors) -> None:
        """Add rows; an id that is there already is replaced."""
        for start in range(0, len(passages), self._batch):
            part = slice(start, start + self._batch)
            self._collection.upsert(
                ids=[passage.id for passage in passages[part]],
                embeddings=vectors[part],
                metadatas=[llama_metadata(p, i) for p, i in zip(passages[part], infos[part], strict=True)],
            )

    def vectors(self, ids: Sequence[str]) -> dict[str, Any]:
        """The stored vectors of those ids that are there, by id."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), _MOST_IDS):
            rows = self._collection.get(ids=list(ids[start : start + _MOST_IDS]), include=["embeddings"])
            found.update(zip(rows["ids"], rows["embeddings"] if rows["embeddings"] is not None else (), strict=True))
        return found

    def ids(self) -> Iterator[str]:
        """The ids of all rows."""
        for start in range(0, len(self), self._batch):
            yield from self._collection.get(limit=self._batch, offset=start, include=[])["ids"]

    def search(self, vector: Vectors, limit: int, wanted: Filter = Filter()) -> list[Found]:  # noqa: B008 - frozen
        """The nearest passages to a vector of shape (1, dimension), best first; ties by id.

        The score is the cosine similarity (or the negated distance, for other spaces).
        """
        found = [hit for where in _conditions(wanted) for hit in self._query(vector, limit, where)]
        return sorted(found, key=lambda hit: (-hit.score, hit.id))[:limit]

    def _query(self, vector: Vectors, limit: int, where: dict[str, Any] | None) -> list[Found]:
        try:
            rows = self._collection.query(
                query_embeddings=vector, n_results=min(limit, len(self)), where=where, include=["distances"]
            )
        except ChromaError as error:
            raise IndexDamaged(
                f"the vector store cannot be searched ({error}); run `assistant build --force`"
            ) from error
        distances = rows["distances"] or [[]]
        return [Found(id_, 1.0 - distance) for id_, distance in zip(rows["ids"][0], distances[0], strict=True)]

    def reachable(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that a search for their own vector finds, or finds ten twins of."""
        stored = self.vectors(ids)
        if not stored:
            return set()
        rows = self._collection.query(
            query_embeddings=np.array(list(stored.values())), n_results=min(10, len(self)), include=["distances"]
        )
        results = zip(stored, rows["ids"], rows["distances"] or (), strict=True)
        return {id_ for id_, ids, distances in results if id_ in ids or max(distances, default=1.0) < 1e-5}


def _configuration(dense: Dense) -> Any:  # noqa: ANN401 - Chroma's TypedDict of optional keys
    hnsw = {
        "space": dense.space,
        "ef_construction": dense.ef_construction,
        "max_neighbors": dense.max_neighbors,
        "ef_search": dense.ef_search,
        "batch_size": 5_000,
        "sync_threshold": 100_000,
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


def llama_metadata(passage: Passage, info: SourceInfo) -> dict[str, str | int]:
    """Flat metadata for filters, with the node as LlamaIndex's ``ChromaVectorStore`` reads it."""
    from llama_index.core.schema import TextNode

    flat: dict[str, str | int] = {
        "source_id": passage.source_id,
        "kind": info.kind,
        "start": passage.span.start,
        "end": passage.span.end,
    }
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=dict(flat),
        start_char_idx=passage.span.start,
        end_char_idx=passage.span.end,
    )
    return {**flat, "_node_content": node.to_json(), "_node_type": "TextNode"}


def connect(folder: Path, url: str | None) -> Client:
    """A Chroma client on a folder or, if a URL is given, on a server.

    Raises:
        StoreError: the folder cannot be written, or the server does not answer.
    """
    settings = ChromaSettings(anonymized_telemetry=False)
    try:
        if url is None:
            return cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
        address = urlsplit(url)
        secure = address.scheme == "https"
        port = address.port or (443 if secure else 8000)
        host = address.hostname or "localhost"
        return cast("Client", chromadb.HttpClient(host, port, ssl=secure, settings=settings))
    except Exception as error:
        raise StoreError(
            f"cannot open Chroma at {url or folder} ({error}); check the path, its rights, or the server"
        ) from error
