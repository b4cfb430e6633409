"""The recipe: how sources become an index and evidence an answer, typed, and known by its fingerprint."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import RecipeError


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Chunking(_Table):
    """How sources are cut into passages."""

    chunk_tokens: int = Field(ge=16, le=4096)
    """Most tokens (tiktoken, cl100k_base) in a passage; a longer sentence stands alone and whole."""
    overlap_sentences: int = Field(ge=0, le=5)
    """Whole sentences that a passage repeats from the one before it in the same section."""


class Embedding(_Table):
    """Which model turns text into vectors."""

    model: str = Field(min_length=1)


class Dense(_Table):
    """The vector index (HNSW, Malkov and Yashunin 2018)."""

    space: Literal["cosine", "ip", "l2"]
    ef_construction: int = Field(ge=8, le=2000)
    max_neighbors: int = Field(ge=4, le=256)
    ef_search: int = Field(ge=10, le=10_000)


class Lexical(_Table):
    """The word index (BM25, Robertson and Zaragoza 2009)."""

    language: str = Field(min_length=1)
    """Snowball stemmer, e.g. ``english``; ``none`` for no stemming."""


class Retrieval(_Table):
    """How the two lists become one (reciprocal rank fusion, Cormack et al. 2009)."""

    candidates: int = Field(ge=1, le=1000)
    """Length of each list before fusion."""
    hits: int = Field(ge=1, le=1000)
    """Length of the fused list."""
    rrf_k: float = Field(gt=0)
    dense_weight: float = Field(ge=0)
    lexical_weight: float = Field(ge=0)


class ReaderSettings(_Table):
    """Which model reads the passages, and how its marks and the words of a sentence are weighed."""

    model: str = Field(min_length=1)
    passages: int = Field(ge=1, le=1000)
    """Most passages that the model reads for a question."""
    evidence: float
    """Weight of the model's log-odds that a sentence answers."""
    answer: float
    """Weight of its log-odds that the answer itself stands in the sentence."""
    overlap: float
    """Weight of the word overlap, 0 to 1."""
    bias: float
    background_penalty: float
    """Taken from the log-odds of background sentences where primary ones were read beside them."""
    slope: float = Field(gt=0)
    """Steepness of the logistic curve that turns the best log-odds into the probability of being answered."""
    centre: float
    """Best log-odds at which that probability is one half."""


class Answering(_Table):
    """When the sources answer, and how much is quoted."""

    threshold: float = Field(ge=0, le=1)
    """Least probability of being answered at which the program answers."""
    max_quotes: int = Field(ge=1, le=20)
    keep_ratio: float = Field(ge=0, le=1)
    """A further sentence is quoted if it scores at least this share of the best one."""


class Recipe(_Table):
    """Everything that decides what is found and what is answered, apart from the sources."""

    chunking: Chunking
    embedding: Embedding
    dense: Dense
    lexical: Lexical
    retrieval: Retrieval
    reader: ReaderSettings
    answering: Answering

    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change with any setting."""
        return digest(self.model_dump())

    def index_fingerprint(self) -> str:
        """The same for the settings that shape the index; changing the others needs no rebuild."""
        return digest(self.model_dump(include={"chunking", "embedding", "dense", "lexical"}))


def digest(value: object) -> str:
    """Twelve hexadecimal digits of the SHA-256 of a value's canonical JSON."""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def load_recipe(path: Path) -> Recipe:
    """The recipe of a TOML file.

    Raises:
        RecipeError: the file is missing, is not TOML, or has a wrong, missing or unknown setting; all are named.
    """
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RecipeError(f"no readable recipe at {path} ({error.strerror}); restore it or pass another") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        problems = "\n".join(f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RecipeError(f"{path} has settings that cannot be used; mend these:\n{problems}") from error
