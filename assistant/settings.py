"""Settings from the environment; no other module reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import SettingsError
from assistant.paths import default_corpus, default_recipe, default_store

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ASSISTANT_LLM_KEY")
"""Variables that hold keys of language models; the last one is for ``openai-like`` servers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSettings:
    """What a language model is reached with; which one, if any, is said where the archive is opened."""

    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Keys by the name of their variable; never shown."""
    timeout_s: float = 120.0
    """Longest time that a reply may take."""
    context_tokens: int = 4_096
    """Window of a model that does not tell its own."""


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
    language: LanguageSettings = field(default_factory=LanguageSettings)


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
        threads=_whole_number(environment, "ASSISTANT_THREADS", min(os.cpu_count() or 1, 4), 1, 256),
        language=load_language_settings(environment),
    )


def load_language_settings(environment: Mapping[str, str] = os.environ) -> LanguageSettings:
    """The keys that are set, and ``ASSISTANT_LLM_TIMEOUT`` (seconds) and ``ASSISTANT_LLM_CONTEXT`` (tokens)."""
    return LanguageSettings(
        keys={name: environment[name] for name in KEYS if environment.get(name)},
        timeout_s=_whole_number(environment, "ASSISTANT_LLM_TIMEOUT", 120, 1, 86_400),
        context_tokens=_whole_number(environment, "ASSISTANT_LLM_CONTEXT", 4_096, 512, 10_000_000),
    )


def hush_gradio(folder: Path, environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what Gradio reads when it is imported: it calls nobody, and what visitors send lies in the given folder.

    Nor does it reckon up all questions since its start after each new one, for a page that is not served.
    """
    environment["GRADIO_ANALYTICS_ENABLED"] = "False"
    environment["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**9)
    environment["GRADIO_TEMP_DIR"] = str(folder)
    environment["HF_HUB_DISABLE_TELEMETRY"] = "1"


def _whole_number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    given = environment.get(name) or str(default)
    if not given.isdecimal() or not least <= int(given) <= most:
        raise SettingsError(f"{name} is {given!r}; give a whole number from {least} to {most}")
    return int(given)


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value).expanduser() if value else None
