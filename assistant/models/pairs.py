"""Other readers by name: cross-encoders that score a question and a text as a pair, for those who have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module

from assistant.errors import ModelError
from assistant.models.reader import EvidenceReader, Excerpt, Mark, Marker

DEFAULT = "evidence-reader"
Score = Callable[[str, Sequence[str]], Iterable[float]]
"""(question, texts) -> one score each, higher is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReader:
    """Marks each sentence by the score of question and sentence, read after its heading; it cannot tell the place."""

    identity: str
    """Provider and name of the model."""
    score: Score

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> tuple[tuple[Mark, ...], ...]:
        """See `assistant.models.reader.Marker`."""
        return tuple(self._read(question, excerpt) for excerpt in excerpts)

    def _read(self, question: str, excerpt: Excerpt) -> tuple[Mark, ...]:
        texts = [f"{excerpt.heading}: {span.cut(excerpt.text)}" for span in excerpt.sentences]
        scores = map(float, self.score(question, texts))
        return tuple(
            Mark(evidence=score, answer=score, place=span)
            for score, span in zip(scores, excerpt.sentences, strict=True)
        )


def load_marker(name: str, *, threads: int) -> Marker:
    """The model of a name: ``evidence-reader``, ``huggingface:MODEL`` or ``fastembed:MODEL``.

    Raises:
        ModelError: no such name, its package is missing, or it cannot be loaded.
    """
    if name == DEFAULT:
        return EvidenceReader(threads=threads)
    provider, _, model = name.partition(":")
    if provider not in _PROVIDERS or not model:
        known = ", ".join(f"{provider}:MODEL" for provider in _PROVIDERS)
        raise ModelError(f"no evidence reader {name!r}; use {DEFAULT}, overlap, or one of {known}")
    module, load = _PROVIDERS[provider]
    try:
        import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise ModelError(f"reader {name!r} needs a package that is not installed: pip install {package}") from error
    try:
        return PairReader(identity=name, score=load(model))
    except Exception as error:
        raise ModelError(f"reader {name!r} cannot be loaded ({type(error).__name__}: {error})") from error


def _huggingface(model: str) -> Score:
    encoder = import_module("sentence_transformers").CrossEncoder(model)
    return lambda question, texts: encoder.predict([(question, text) for text in texts])


def _fastembed(model: str) -> Score:
    encoder = import_module("fastembed.rerank.cross_encoder").TextCrossEncoder(model)
    return lambda question, texts: encoder.rerank(question, list(texts))


_PROVIDERS: dict[str, tuple[str, Callable[[str], Score]]] = {
    "huggingface": ("sentence_transformers", _huggingface),
    "fastembed": ("fastembed.rerank.cross_encoder", _fastembed),
}
