"""Settings from the environment; no other module reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError
from assistant.paths import default_corpus, default_recipe, default_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which archive, recipe and store to use."""

    corpus: Path
    recipe: Path
    store: Path
    chroma_url: str | None = None
    """Address of a Chroma server; None: an embedded store."""
    threads: int = 2
    """Passages that the evidence reader reads at the same time."""


def load_settings(
    corpus: Path | None = None,
    recipe: Path | None = None,
    store: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The given paths, else those of ``ASSISTANT_CORPUS``, ``_RECIPE`` and ``_STORE``, else defaults."""
    chosen = corpus or _path(environment, "ASSISTANT_CORPUS") or default_corpus()
    return Settings(
        corpus=chosen,
        recipe=recipe or _path(environment, "ASSISTANT_RECIPE") or default_recipe(),
        store=store or _path(environment, "ASSISTANT_STORE") or default_store(chosen),
        chroma_url=environment.get("ASSISTANT_CHROMA_URL") or None,
        threads=_threads(environment),
    )


def _threads(environment: Mapping[str, str]) -> int:
    given = environment.get("ASSISTANT_THREADS") or str(min(os.cpu_count() or 1, 4))
    if not given.isdecimal() or not 1 <= int(given) <= 256:
        raise SettingsError(f"ASSISTANT_THREADS is {given!r}; give a whole number from 1 to 256")
    return int(given)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value).expanduser() if value else None
