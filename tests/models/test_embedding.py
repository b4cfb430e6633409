"""The embedded model, and any other through LlamaIndex's base class."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.errors import ModelError
from assistant.models import embedding as module
from assistant.models.embedding import (
    ModelIdentity,
    WordLlamaEmbedding,
    embed,
    embed_question,
    embed_texts,
    identify,
    load_embedding,
    word_vector,
)
from tests.specimens import texts


class LetterEmbedding(BaseEmbedding):
    """Counts of five letters: a meaningful embedding that a reader can check."""

    model_name: str = "letters"
    output: Any = None
    """What to give, or raise, instead."""

    def _get_text_embedding(self, text: str) -> list[float]:
        if isinstance(self.output, Exception):
            raise self.output
        return self.output if self.output is not None else [float(text.count(letter)) for letter in "aeiou"]

    def _get_query_embedding(self, query: str) -> list[float]:
        return [value + 1 for value in self._get_text_embedding(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


@settings(max_examples=60)
@given(st.lists(texts, min_size=1, max_size=4))
def test_every_vector_is_of_unit_length_or_zero(many: list[str]) -> None:
    vectors = embed_texts(many)
    assert vectors.shape == (len(many), 256)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-4) | (lengths == 0))


@settings(max_examples=60)
@given(texts, texts)
def test_a_vector_does_not_depend_on_its_neighbours(text: str, other: str) -> None:
    alone, again = embed_texts([text]), embed_texts([text])
    assert np.array_equal(alone, again)
    assert np.allclose(embed_texts([other * 3, text])[1], alone[0], atol=1e-5)


def test_blank_text_gives_zeros_and_no_text_no_rows() -> None:
    assert not embed_texts(["", " \n"])[0].any()
    assert embed_texts([]).shape == (0, 256)


def test_near_meanings_lie_nearer_than_far_ones() -> None:
    talks, negotiations, potatoes = embed_texts(["peace talks", "negotiations", "potatoes"])
    assert talks @ negotiations > talks @ potatoes


def test_all_ways_into_the_default_model_give_the_same_vectors() -> None:
    model = WordLlamaEmbedding()
    text = "Conditions for the armistice"
    expected = embed_texts([text])
    assert np.allclose(embed(model, [text]), expected)
    assert np.allclose(embed_question(model, text), expected)
    assert np.allclose(model.get_text_embedding_batch([text, text])[1], expected[0])
    assert np.allclose(model.get_text_embedding(text), expected[0])
    assert np.allclose(model.get_query_embedding(text), expected[0])


async def _query(model: BaseEmbedding) -> list[float]:
    return await model.aget_query_embedding("armistice")


def test_the_default_model_answers_without_waiting() -> None:
    coroutine = _query(WordLlamaEmbedding())
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert np.allclose(stopped.value.value, embed_texts(["armistice"])[0])


def test_models_are_identified() -> None:
    assert identify(WordLlamaEmbedding()) == ModelIdentity(
        name="wordllama/l2_supercat_256", dimension=256, version=version("wordllama")
    )
    identity = identify(LetterEmbedding())
    assert (identity.dimension, identity.version) == (5, "")
    assert identity.name.endswith("/letters")


def test_any_llama_index_embedding_works() -> None:
    assert embed(LetterEmbedding(), ["a tea", "you"]).tolist() == [[2, 1, 0, 0, 0], [0, 0, 0, 1, 1]]
    assert embed_question(LetterEmbedding(), "you").tolist() == [[1, 1, 1, 2, 2]]


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (ConnectionError("refused"), r"failed \(ConnectionError: refused\); check that it runs"),
        ([float("nan"), 1.0], "numbers not finite"),
        ([float("inf"), 1.0], "numbers not finite"),
        ([], r"gave shape \(1, 0\) for 1 texts"),
        (["x"], r"failed \((ValidationError|TypeError)"),
    ],
)
def test_a_model_that_fails_is_named(output: object, words: str) -> None:
    model = LetterEmbedding(output=output)
    with pytest.raises(ModelError, match=f"embedding model letters .*{words}"):
        embed(model, ["text"])
    with pytest.raises(ModelError, match=f"embedding model letters .*{words}"):
        embed_question(model, "text")


class RaggedEmbedding(LetterEmbedding):
    """Gives one vector less than asked for, or vectors of several lengths."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[1.0] * (index + 1) for index in range(len(texts))] if self.output else [[1.0]] * (len(texts) - 1)


@pytest.mark.parametrize("output", [True, False])
def test_a_model_whose_vectors_do_not_fit_is_named(output: bool) -> None:
    with pytest.raises(ModelError, match="embedding model letters "):
        embed(RaggedEmbedding(output=output), ["one", "two", "three"])


def test_the_default_name_gives_the_default_model() -> None:
    assert isinstance(load_embedding("wordllama"), WordLlamaEmbedding)


@pytest.mark.parametrize("name", ["", "word2vec", "openai:", "acme:model", "wordllama:big"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ModelError, match=f"no embedding model '{name}'; use wordllama or one of huggingface:MODEL, "):
        load_embedding(name)


@pytest.mark.parametrize("provider", ["huggingface", "fastembed", "ollama", "openai"])
def test_a_missing_integration_is_named_by_its_package(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(module, "import_module", missing)
    with pytest.raises(ModelError, match=f"pip install llama-index-embeddings-{provider}$"):
        load_embedding(f"{provider}:model")


def test_an_installed_integration_is_loaded_with_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_module", lambda name: SimpleNamespace(OllamaEmbedding=LetterEmbedding))
    loaded = load_embedding("ollama:nomic:latest")
    assert isinstance(loaded, LetterEmbedding)
    assert loaded.model_name == "nomic:latest"


def test_a_model_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(model_name: str) -> BaseEmbedding:
        raise OSError("no weights")

    monkeypatch.setattr(module, "import_module", lambda name: SimpleNamespace(OllamaEmbedding=broken))
    with pytest.raises(ModelError, match=r"'ollama:x' cannot be loaded \(OSError: no weights\)"):
        load_embedding("ollama:x")


def test_importing_wordllama_leaves_the_root_logger_untouched() -> None:
    script = (
        "import logging; root = logging.getLogger(); before = (root.handlers[:], root.level)\n"
        "from assistant.models.embedding import embed_texts; embed_texts(['text'])\n"
        "import sys; assert 'wordllama' in sys.modules\n"
        "assert (root.handlers, root.level) == before, (root.handlers, root.level)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_logging_is_restored_even_after_a_failed_import() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    with suppress(ImportError), module._untouched_logging():
        root.addHandler(logging.NullHandler())
        root.setLevel(logging.CRITICAL)
        importlib.import_module("no_such_module")
    assert (root.handlers, root.level) == before


def test_a_missing_wordllama_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="wordllama is not installed"):
        module._wordllama.__wrapped__()


def test_a_wordllama_without_weights_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from wordllama import WordLlama

    def load(**settings: object) -> None:
        raise FileNotFoundError("weights")

    monkeypatch.setattr(WordLlama, "load", load)
    with pytest.raises(ModelError, match=rf"wordllama {version('wordllama')} does not carry its weights \(weights\)"):
        module._wordllama.__wrapped__()


def test_a_word_has_a_unit_vector_and_telling_words_weigh_more() -> None:
    vector, weight = word_vector("armistice")
    assert vector.shape == (256,)
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-5)
    assert weight > word_vector("say")[1] > word_vector("the")[1] > 0


def test_an_empty_word_has_no_vector_and_no_weight() -> None:
    vector, weight = word_vector("")
    assert not vector.any()
    assert weight == 0
