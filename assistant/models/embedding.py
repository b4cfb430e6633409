"""Embedding models: the default inside an installed package, and LlamaIndex's own integrations by name."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from assistant.errors import ModelError

if TYPE_CHECKING:
    from wordllama.inference import WordLlamaInference

Vectors = NDArray[np.float32]
DEFAULT = "wordllama"
_BATCH = 512
"""Texts tokenized together."""
_INTEGRATIONS = {
    "huggingface": ("llama_index.embeddings.huggingface", "HuggingFaceEmbedding"),
    "fastembed": ("llama_index.embeddings.fastembed", "FastEmbedEmbedding"),
    "ollama": ("llama_index.embeddings.ollama", "OllamaEmbedding"),
    "openai": ("llama_index.embeddings.openai", "OpenAIEmbedding"),
}


class WordLlamaEmbedding(BaseEmbedding):
    """Static word embeddings, averaged: 256 dimensions, weights inside the wordllama package, no network.

    Source: WordLlama (Miller 2024), token embeddings distilled from Llama models.
    """

    model_name: str = "wordllama/l2_supercat_256"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = embed_texts(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def embed_texts(texts: Sequence[str]) -> Vectors:
    """Unit vectors of texts by the default model, shape (texts, 256); a text without a known token gets zeros.

    The mean of the token vectors, as `WordLlamaInference.embed` makes it, but without its padding to equal lengths.
    """
    model = _wordllama()
    vectors = np.zeros((len(texts), model.embedding.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), _BATCH):
        encoded = model.tokenizer.encode_batch_fast(list(texts[start : start + _BATCH]), add_special_tokens=False)
        for row, tokens in enumerate(encoded, start=start):
            if tokens.ids:
                vectors[row] = model.embedding[tokens.ids].mean(axis=0)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


@lru_cache(maxsize=1)
def _wordllama() -> WordLlamaInference:
    package = find_spec("wordllama")
    if package is None or package.origin is None:
        raise ModelError("wordllama is not installed, and the default embedding lies in it; install the requirements")
    with _untouched_logging():
        from wordllama import WordLlama
    try:
        # Its own path look-up misses the tokenizer in its wheel; the package folder as cache finds both files.
        model = WordLlama.load(cache_dir=Path(package.origin).parent, disable_download=True)
    except FileNotFoundError as error:
        raise ModelError(
            f"wordllama {version('wordllama')} does not carry its weights ({error}); install 0.4"
        ) from error
    model.tokenizer.no_padding()
    return model


@contextmanager
def _untouched_logging() -> Iterator[None]:
    """Undo the handlers and level that wordllama gives the root logger when it is imported."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which model made the vectors, exactly enough to know whether they can be compared with others."""

    name: str
    dimension: int
    version: str
    """Version of the package that carries the weights; empty for models that other packages load."""


def identify(embedding: BaseEmbedding) -> ModelIdentity:
    """The identity of an embedding model, its dimension measured on a word."""
    default = isinstance(embedding, WordLlamaEmbedding)
    return ModelIdentity(
        name=embedding.model_name if default else f"{embedding.class_name()}/{embedding.model_name}",
        dimension=embed(embedding, ["dimension"]).shape[1],
        version=version("wordllama") if default else "",
    )


def embed(embedding: BaseEmbedding, texts: Sequence[str]) -> Vectors:
    """Vectors of texts, shape (texts, dimension).

    Raises:
        ModelError: the model failed, or its vectors are not finite numbers of one length.
    """
    if isinstance(embedding, WordLlamaEmbedding):
        return embed_texts(texts)
    return _checked(embedding, lambda: embedding.get_text_embedding_batch(list(texts)), len(texts))


def embed_question(embedding: BaseEmbedding, question: str) -> Vectors:
    """The vector of a question, shape (1, dimension).

    Raises:
        ModelError: as for `embed`.
    """
    if isinstance(embedding, WordLlamaEmbedding):
        return embed_texts([question])
    return _checked(embedding, lambda: [embedding.get_query_embedding(question)], 1)


def _checked(embedding: BaseEmbedding, call: Any, rows: int) -> Vectors:  # noqa: ANN401 - a thunk of nested lists
    name = embedding.model_name
    try:
        vectors = np.asarray(call(), dtype=np.float32)
    except Exception as error:
        raise ModelError(
            f"embedding model {name} failed ({type(error).__name__}: {error}); check that it runs"
        ) from error
    if vectors.ndim != 2 or len(vectors) != rows or not vectors.size or not np.isfinite(vectors).all():
        raise ModelError(f"embedding model {name} gave shape {vectors.shape} for {rows} texts, or numbers not finite")
    return vectors


def load_embedding(name: str) -> BaseEmbedding:
    """The embedding model of a name: ``wordllama``, or ``PROVIDER:MODEL`` for a LlamaIndex integration.

    Raises:
        ModelError: the name is unknown, the integration is not installed, or the model cannot be loaded.
    """
    if name == DEFAULT:
        return WordLlamaEmbedding()
    provider, _, model = name.partition(":")
    if provider not in _INTEGRATIONS or not model:
        known = ", ".join(f"{known}:MODEL" for known in _INTEGRATIONS)
        raise ModelError(f"no embedding model {name!r}; use {DEFAULT} or one of {known}")
    module, class_name = _INTEGRATIONS[provider]
    try:
        factory: type[BaseEmbedding] = getattr(import_module(module), class_name)
    except ImportError as error:
        package = module.replace("_", "-").replace(".", "-")
        raise ModelError(f"embedding {name!r} needs a package that is not installed: pip install {package}") from error
    try:
        return factory(model_name=model)
    except Exception as error:
        raise ModelError(f"embedding {name!r} cannot be loaded ({type(error).__name__}: {error})") from error


@lru_cache(maxsize=100_000)
def word_vector(word: str) -> tuple[Vectors, float]:
    """The unit vector of a word, shape (256,), by the default model, and its weight.

    The weight is the length of the word's longest token vector: in static embeddings trained for retrieval, frequent
    words are short and rare, telling ones long (measured here: the 1.5, say 6, war 14, Kennan 17). It serves where an
    archive is too small to count frequencies in.
    """
    model = _wordllama()
    ids = model.tokenizer.encode(word, add_special_tokens=False).ids
    if not ids:
        return np.zeros(model.embedding.shape[1], dtype=np.float32), 0.0
    rows = model.embedding[ids]
    mean = rows.mean(axis=0)
    weight = float(np.linalg.norm(rows, axis=1).max())
    return mean / max(float(np.linalg.norm(mean)), 1e-9), weight
