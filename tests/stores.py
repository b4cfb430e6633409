"""Workshops with stores of their own, an embedding that tells what it was asked, second processes and their ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from assistant import Assistant
from assistant.corpus import load_corpus
from assistant.index import Index, Workshop
from assistant.models.embedding import WordLlamaEmbedding, embed_texts
from assistant.models.llm import LanguageModel
from assistant.paths import data_root, default_corpus, default_recipe
from assistant.reading import load_reader
from assistant.recipe import Recipe, load_recipe

THREE = {
    "bridge": "# Bridge\n\nThe old bridge over the river was built of oak in 1820. It burned down in 1874.",
    "harbour": "# Harbour\n\nThe harbour master counts every ship. Herring is landed at dawn.",
    "mill": "# Mill\n\nThe mill grinds rye and barley. Its owner is Anna Berg.\n\n停战谈判在三八线举行。",
}
"""Texts of a small archive, by id."""


class RecordingEmbedding(BaseEmbedding):
    """The default model's vectors under another name, with a list of all passages that were embedded."""

    model_name: str = "recording"
    _seen: list[str] = PrivateAttr(default_factory=list)

    @property
    def seen(self) -> list[str]:
        """The passages embedded so far, without the word on which `identify` measures the dimension."""
        return [text for text in self._seen if text != "dimension"]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self._seen.extend(texts)
        vectors: list[list[float]] = embed_texts(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        vectors: list[list[float]] = embed_texts([query]).tolist()
        return vectors[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def make_workshop(
    store: Path,
    corpus: Path | None = None,
    *,
    recipe: Recipe | None = None,
    embedding: BaseEmbedding | None = None,
    chroma_url: str | None = None,
) -> Workshop:
    """A workshop of a corpus folder, by default the shipped one, that heeds no setting of the environment."""
    return Workshop(
        corpus=load_corpus(corpus or default_corpus()),
        recipe=recipe or load_recipe(default_recipe()),
        embedding=embedding or WordLlamaEmbedding(),
        store=store,
        chroma_url=chroma_url,
    )


def make_assistant(workshop: Workshop, model: LanguageModel | None = None) -> Assistant:
    """An assistant on a workshop, with the default reader; its index is neither opened nor built."""
    return Assistant(workshop, load_reader(workshop.recipe.reader, workshop.analyzer(), threads=2), model)


def rows(index: Index) -> dict[str, tuple[float, ...]]:
    """All vectors of an index by passage id."""
    vectors = index.vectors.vectors(list(index.vectors.ids()))
    return {id_: tuple(map(float, vector)) for id_, vector in sorted(vectors.items())}


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def child_environment(**settings: str) -> Mapping[str, str]:
    """The environment of a child process that imports the project from this checkout."""
    return {**os.environ, "PYTHONPATH": str(data_root()), **settings}


def run_assistant(*arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command ``assistant``, run to its end in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        env=child_environment(**settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
