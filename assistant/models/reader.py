"""The evidence reader: a small model of our own that reads a question with a passage and marks what answers.

MiniLM-L6 (Wang et al. 2020) trained on SQuAD 1.1 by `training/`, 8-bit ONNX, inside this package; its card lies beside
it. For every token it scores whether the answer starts there, ends there, and whether it belongs to a sentence that
answers; the first token stands for "not answered here" (Devlin et al. 2019; Kadlec et al. 2016 for the sentences).

Each passage is read alone: no padding, and no score depends on what else was read. Several are read at once, one thread
each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Span
from assistant.errors import ModelError
from assistant.models.layout import Layout, lay_out, load_tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

SHIPPED = Path(__file__).parent / "evidence_reader"
"""The folder of this project's own reader."""
UNREAD = -20.0
"""Log-odds of a sentence that was not read: it did not fit in."""
_LONGEST_ANSWER = 30
"""Tokens of the longest stretch that is looked for as the answer itself."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A passage to be read, and the sentences in it that are to be judged."""

    heading: str
    """Whose words these are."""
    text: str
    sentences: tuple[Span, ...]
    """Places in ``text``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the reader makes of one sentence; all scores are log-odds against "not answered in this passage"."""

    evidence: float
    """That the sentence answers."""
    answer: float
    """That the answer itself stands in it."""
    place: Span
    """Where in ``Excerpt.text`` the answer itself would stand."""


class Marker(Protocol):
    """Anything that marks the sentences of passages."""

    @property
    def identity(self) -> str:
        """Which model this is, in which version."""
        ...

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> tuple[tuple[Mark, ...], ...]:
        """One mark for each sentence of each excerpt."""
        ...


class EvidenceReader:
    """Reads passages; safe to share between threads, and the same passage always gets the same scores."""

    def __init__(self, folder: Path = SHIPPED, *, threads: int = 2) -> None:
        """Load the reader of a folder: ``reader.onnx``, ``tokenizer.json`` and their hashes in ``sha256.json``.

        Raises:
            ModelError: a file is missing or is not the one whose hash is given.
        """
        hashes = _verify(folder)
        self.identity = f"evidence-reader:{hashes['reader.onnx'][:12]}"
        self._folder = folder
        self._pool = ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix="reader")

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # passages are read side by side instead
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self._folder / "reader.onnx"), options, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return load_tokenizer(self._folder / "tokenizer.json")

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> tuple[tuple[Mark, ...], ...]:
        """One mark for each sentence of each excerpt."""
        _ = self._session, self._tokenizer  # loaded once, before threads ask for them
        return tuple(self._pool.map(lambda excerpt: self._read(question, excerpt), excerpts))

    def _read(self, question: str, excerpt: Excerpt) -> tuple[Mark, ...]:
        layout = lay_out(self._tokenizer, question, excerpt.heading, excerpt.text)
        ids = np.array([layout.ids], dtype=np.int64)
        types = np.array([layout.types], dtype=np.int64)
        feed = {"ids": ids, "types": types, "mask": np.ones(ids.shape, dtype=np.bool_)}
        (scores,) = self._session.run(["scores"], feed)
        return marks(layout, np.asarray(scores[0], dtype=np.float64), excerpt)


def marks(layout: Layout, scores: Scores, excerpt: Excerpt) -> tuple[Mark, ...]:
    """The marks of an excerpt's sentences, from token scores of shape (tokens, 3): start, end, evidence."""
    against = scores - scores[0]
    starts = np.array([start for start, _ in layout.places])
    return tuple(
        _mark(layout, against, np.flatnonzero((starts >= s.start) & (starts < s.end)), s) for s in excerpt.sentences
    )


def _mark(layout: Layout, against: Scores, tokens: NDArray[np.intp], sentence: Span) -> Mark:
    if not len(tokens):
        return Mark(evidence=UNREAD, answer=UNREAD, place=sentence)
    said = against[tokens]
    pairs = said[:, None, 0] + said[None, :, 1]
    pairs = np.where(np.triu(np.tri(len(tokens), k=_LONGEST_ANSWER)) > 0, pairs, -np.inf)
    first, last = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
    place = Span(start=layout.places[tokens[first]][0], end=layout.places[tokens[last]][1])
    evidence = float(np.logaddexp.reduce(said[:, 2]))
    return Mark(evidence=evidence, answer=float(pairs[first, last]), place=place)


def _verify(folder: Path) -> dict[str, str]:
    """The hash of each file, if it is the one that is given for it."""
    try:
        expected: dict[str, str] = json.loads((folder / "sha256.json").read_text(encoding="utf-8"))
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in expected}
    except (OSError, ValueError) as error:
        raise ModelError(f"no evidence reader in {folder} ({error}); install the package again") from error
    if changed := sorted(name for name in expected if found[name] != expected[name]):
        raise ModelError(
            f"{folder / changed[0]} is not the file that its hash in sha256.json is for; install the package again"
        )
    return found
