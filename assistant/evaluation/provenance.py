"""What a run was made with and on, so that its figures can be traced and made again."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant.domain import Source
from assistant.evaluation.results import Question
from assistant.recipe import digest

_DISTRIBUTION = "armistice-assistant"
_LIBRARIES = ("chromadb", "llama-index-core", "tantivy", "wordllama", "onnxruntime", "ir-measures", "numpy")


def provenance(
    *, gold: Sequence[Question], sources: Iterable[Source], recipe: str, models: Sequence[str], command: str
) -> dict[str, str]:
    """Code version, fingerprints of recipe, corpus and gold, models, library versions, the command; no time of day."""
    return {
        "code": code_version(),
        "recipe": recipe,
        "corpus": corpus_digest(sources),
        "gold": digest([asdict(question) for question in gold]),
        "questions": str(len(gold)),
        "models": ", ".join(models),
        "libraries": ", ".join(f"{name} {found}" for name in _LIBRARIES if (found := _version(name))),
        "python": platform.python_version(),
        "command": command,
    }


def corpus_digest(sources: Iterable[Source]) -> str:
    """A digest of the ids and texts of sources."""
    return digest({source.id: sha256(source.text.encode()).hexdigest() for source in sources})


def code_version() -> str:
    """The distribution's version and, in a checkout, the commit (``-dirty`` if files have changed since)."""
    git, root = shutil.which("git"), Path(__file__).resolve().parents[2]
    released = _version(_DISTRIBUTION) or "not installed"
    if git is None or not (root / ".git").exists():
        return released
    command = [git, "-C", str(root), "describe", "--always", "--dirty", "--exclude", "*"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return f"{released} {found.stdout.strip()}".strip()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
