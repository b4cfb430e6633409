"""Readers of other makers: by name, with the package to install named when it is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

import pytest

from assistant.domain import Span
from assistant.errors import ModelError
from assistant.models.pairs import PairReader, load_marker
from assistant.models.reader import EvidenceReader, Excerpt, Mark

EXCERPT = Excerpt(heading="Head", text="We wait. They come.", sentences=(Span(start=0, end=8), Span(start=9, end=19)))


def test_each_sentence_is_scored_with_the_question_after_its_heading() -> None:
    seen: list[tuple[str, list[str]]] = []

    def score(question: str, texts: Sequence[str]) -> Iterator[float]:
        seen.append((question, list(texts)))
        return iter([0.5, -1.0])

    found = PairReader(identity="test", score=score).read("Who waits?", [EXCERPT])
    assert seen == [("Who waits?", ["Head: We wait.", "Head: They come."])]
    assert found == (
        (
            Mark(evidence=0.5, answer=0.5, place=Span(start=0, end=8)),
            Mark(evidence=-1.0, answer=-1.0, place=Span(start=9, end=19)),
        ),
    )


def test_the_shipped_reader_is_loaded_by_its_name() -> None:
    assert isinstance(load_marker("evidence-reader", threads=1), EvidenceReader)


@pytest.mark.parametrize("name", ["", "huggingface:", "openai:x", "fastembed"])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(ModelError, match=r"no evidence reader .* huggingface:MODEL, fastembed:MODEL"):
        load_marker(name, threads=1)


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("huggingface:some/model", "sentence_transformers", "sentence-transformers"),
        ("fastembed:some/model", "fastembed", "fastembed"),
    ],
)
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, name: str, module: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModelError, match=f"needs a package that is not installed: pip install {package}"):
        load_marker(name, threads=1)


class Encoder:
    """Stands for either library's cross-encoder: a pair's score is the length of its text."""

    def __init__(self, model: str) -> None:
        if model == "broken":
            raise OSError("no such file")

    def predict(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [float(len(text)) for _, text in pairs]

    def rerank(self, question: str, texts: Sequence[str]) -> list[float]:
        return [float(len(text)) for text in texts]


@pytest.fixture
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("sentence_transformers", "fastembed", "fastembed.rerank", "fastembed.rerank.cross_encoder")
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["sentence_transformers"], "CrossEncoder", Encoder, raising=False)
    monkeypatch.setattr(sys.modules[names[-1]], "TextCrossEncoder", Encoder, raising=False)


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("provider", ["huggingface", "fastembed"])
def test_a_model_of_another_maker_marks_sentences(provider: str) -> None:
    (found,) = load_marker(f"{provider}:some/model", threads=1).read("Who waits?", [EXCERPT])
    assert [mark.evidence for mark in found] == [len("Head: We wait."), len("Head: They come.")]


@pytest.mark.usefixtures("libraries")
@pytest.mark.parametrize("provider", ["huggingface", "fastembed"])
def test_a_model_that_cannot_be_loaded_is_reported(provider: str) -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded \(OSError: no such file\)"):
        load_marker(f"{provider}:broken", threads=1)
