"""What an index was made from: the one file whose appearance makes a built index current."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.errors import IndexDamaged, IndexMissing
from assistant.models.embedding import ModelIdentity
from assistant.recipe import Recipe, digest

FORMAT = 1
_NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Makings:
    """Everything that decides what an index holds; two indexes of the same makings are the same."""

    format: int
    """Version of the index's own layout."""
    recipe: str
    """Fingerprint of the recipe's index settings."""
    embedding: ModelIdentity
    corpus: str
    """Digest of all source ids, texts and kinds."""
    chroma: str
    """Major and minor version of Chroma; others may not read its folder."""

    def difference(self, other: Makings) -> str | None:
        """The first field that differs, with both values; None if none does."""
        mine, theirs = asdict(self), asdict(other)
        return next(
            (f"{name}: {mine[name]} against {theirs[name]}" for name in mine if mine[name] != theirs[name]), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A built index: its makings, its size, and the folder that holds it."""

    generation: str
    """Name of the folder, inside the store, that holds this index."""
    makings: Makings
    sources: int
    passages: int
    built: str
    """ISO 8601 time, UTC."""


def makings(recipe: Recipe, embedding: ModelIdentity, digests: dict[str, str]) -> Makings:
    """The makings of an index built now from these parts."""
    return Makings(
        format=FORMAT,
        recipe=recipe.index_fingerprint(),
        embedding=embedding,
        corpus=digest(digests),
        chroma=".".join(version("chromadb").split(".")[:2]),
    )


def now() -> str:
    """The time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_manifest(store: Path) -> Manifest:
    """The manifest of the current index.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: it cannot be read.
    """
    path = store / _NAME
    try:
        return TypeAdapter(Manifest).validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError as error:
        raise IndexMissing(f"no index in {store}; run `assistant build`") from error
    except OSError as error:
        raise IndexDamaged(f"{path} cannot be read ({error.strerror}); run `assistant build`") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise IndexDamaged(f"{path} is not a manifest ({faults}); run `assistant build`") from error


def write_manifest(store: Path, manifest: Manifest) -> None:
    """Make an index current: from this moment readers see it, and before it they see the old one or none."""
    aside = store / f".{_NAME}.{manifest.generation}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=2, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(store / _NAME)
    folder = os.open(store, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stamp(store: Path) -> tuple[int, int]:
    """Something that changes whenever another index becomes current; (0, 0) if there is none."""
    try:
        status = (store / _NAME).stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)
