"""The first reader: how much of the question a sentence's words and meaning cover.

Soft word overlap after MaxSim (Khattab and Zaharia 2020), over static word vectors: each content word of the question
is matched with the word of the sentence nearest to it, and counts by its weight. Words that name the source's speaker,
addressee or date count as matched by all its sentences. To this are added the cosine of question and sentence, and a
little if the sentence holds the kind of thing asked for. The best score is what the belief in an answer rests on: it
tells questions about other matters, not a mention from an answer; a trained reader can.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.analysis import Analyzer, is_function_word, words
from assistant.citation import byline
from assistant.domain import SourceInfo
from assistant.evidence import Candidate, Reading
from assistant.models.embedding import embed_texts, word_vector
from assistant.questions import Expected, expects, supplies

_NEAR = 0.2
"""Cosine of two word vectors from which they begin to count as related."""
_SPEAKER_MATCH = 1.0
"""What a word of the source's byline counts in each of its sentences."""
_COSINE_SHARE = 0.2
"""Share of the sentence cosine in the score; the rest is word overlap."""
_SLOPE, _CENTRE = 20.0, 0.19
"""The belief in an answer as a logistic curve over the best score: its steepness, and the score at one half."""
_KIND_BONUS = {
    Expected.TIME: 0.15,
    Expected.NUMBER: 0.15,
    Expected.NAME: 0.15,
    Expected.PLACE: 0.05,
    Expected.CAUSE: 0.05,
}
"""What holding the kind of thing asked for adds; in proportion to weights fitted on 3,000 questions of SQuAD 1.0."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlapReader:
    """Scores sentences by weighted soft word overlap and sentence cosine; deterministic, no model of its own."""

    analyzer: Analyzer

    @property
    def identity(self) -> str:
        """See `assistant.evidence.Reader`."""
        return "overlap"

    def score(self, question: str, candidates: Sequence[Candidate]) -> Reading:
        """See `assistant.evidence.Reader`."""
        asked = content_words(question)
        if not asked or not candidates:
            return Reading(scores=(0.0,) * len(candidates), answered=0.0)
        weights = np.array([word_vector(word)[1] for word in asked], dtype=np.float32)
        weights /= max(float(weights.sum()), 1e-9)
        matches = self._matches(asked, candidates)
        cosines = _embed_many(tuple(c.text for c in candidates)) @ embed_texts([question])[0]
        scores = (1 - _COSINE_SHARE) * (matches @ weights) + _COSINE_SHARE * cosines
        answered = 1 / (1 + math.exp(-_SLOPE * (float(scores.max()) - _CENTRE)))
        scores += _kind_bonus(question, candidates)
        return Reading(
            scores=tuple(float(score) for score in np.clip(scores / (1 + max(_KIND_BONUS.values())), 0, 1)),
            answered=answered,
        )

    def _matches(self, asked: Sequence[str], candidates: Sequence[Candidate]) -> Matrix:
        """How well each candidate matches each word asked for, shape (candidates, words), 0 to 1."""
        vectors = np.stack([word_vector(word)[0] for word in asked])
        stems = [self.analyzer.stem(word) for word in asked]
        return np.stack([self._match(candidate, vectors, stems) for candidate in candidates])

    def _match(self, candidate: Candidate, vectors: Matrix, stems: Sequence[str]) -> Matrix:
        said, said_vectors = _said(self.analyzer, candidate.text)
        speaker = _speaker(self.analyzer, candidate.source.info)
        near = (vectors @ said_vectors.T).max(axis=1, initial=0.0)
        soft = np.clip((near - _NEAR) / (1 - _NEAR), 0, 1)
        sure = [1.0 if stem in said else _SPEAKER_MATCH if stem in speaker else 0.0 for stem in stems]
        return np.asarray(np.maximum(soft, sure), dtype=np.float32)


def _kind_bonus(question: str, candidates: Sequence[Candidate]) -> Matrix:
    expected = expects(question)
    bonus = _KIND_BONUS.get(expected, 0.0)
    return np.array([bonus * supplies(c.text, expected, question) for c in candidates], dtype=np.float32)


def content_words(text: str) -> list[str]:
    """The words of a text that carry matter, folded; all its words if none does."""
    found = words(text)
    return [word for word in found if not is_function_word(word)] or found


@lru_cache(maxsize=4_096)
def _said(analyzer: Analyzer, text: str) -> tuple[frozenset[str], Matrix]:
    """The stems and the word vectors, shape (words, 256), of a sentence."""
    said = content_words(text)
    stems = frozenset(analyzer.stem(word) for word in said)
    return stems, np.stack([word_vector(word)[0] for word in said]) if said else np.zeros((0, 256), dtype=np.float32)


@lru_cache(maxsize=1_024)
def _speaker(analyzer: Analyzer, info: SourceInfo) -> frozenset[str]:
    """The terms that name a source's speaker, addressee, date and title."""
    return frozenset(analyzer.terms(f"{byline(info)} {info.title}"))


@lru_cache(maxsize=64)
def _embed_many(texts: tuple[str, ...]) -> Matrix:
    return embed_texts(texts)
