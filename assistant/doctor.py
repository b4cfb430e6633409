"""A health check of all that should agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from assistant.errors import AssistantError
from assistant.index import Index, Workshop, open_generation, read_source_digests
from assistant.manifest import Manifest, read_manifest

_SAMPLE = 2_000
"""Vectors searched for; all of them in a small archive, evenly spread in a big one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    """What was found; if not ok, also what to do."""


def examine(workshop: Workshop) -> tuple[Check, ...]:
    """Every check that can be made; a failed one does not stop the others that do not need it."""
    return tuple(_checks(workshop))


def _checks(workshop: Workshop) -> Iterator[Check]:
    yield _attempt("sources", lambda: _sources(workshop))
    try:
        manifest = read_manifest(workshop.store)
    except AssistantError as error:
        yield Check(name="manifest", ok=False, detail=str(error))
        return
    yield _attempt("manifest", lambda: _manifest(workshop, manifest))
    try:
        index = open_generation(workshop, manifest)
    except AssistantError as error:
        yield Check(name="index", ok=False, detail=str(error))
        return
    try:
        yield _attempt("vector rows", lambda: _count("vector rows", len(index.vectors), manifest.passages))
        yield _count("word index rows", len(index.lexical), manifest.passages)
        yield _attempt("vectors found by search", lambda: _reachable(index))
    finally:
        index.close()


def _attempt(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except AssistantError as error:
        return Check(name=name, ok=False, detail=str(error))


def _sources(workshop: Workshop) -> Check:
    workshop.corpus.verify()
    return Check(name="sources", ok=True, detail=f"{len(workshop.corpus)} files, hashes and UTF-8 verified")


def _manifest(workshop: Workshop, manifest: Manifest) -> Check:
    difference = manifest.makings.difference(workshop.expected())
    if difference is None:
        return Check(name="manifest", ok=True, detail=f"current, built {manifest.built}")
    before = read_source_digests(workshop.store / manifest.generation)
    after = workshop.corpus.digests()
    changed = sorted(id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_))
    sources = f"; sources changed: {', '.join(changed[:5])}{', …' if len(changed) > 5 else ''}" if changed else ""
    return Check(name="manifest", ok=False, detail=f"stale: {difference}{sources}; run `assistant build`")


def _count(name: str, found: int, expected: int) -> Check:
    ok = found == expected
    advice = "" if ok else f", the manifest says {expected}; run `assistant build --force`"
    return Check(name=name, ok=ok, detail=f"{found}{advice}")


def _reachable(index: Index) -> Check:
    step = max(1, len(index.vectors) // _SAMPLE)
    sample = list(islice(index.vectors.ids(), 0, None, step))
    lost = sorted(set(sample) - index.vectors.reachable(sample))
    of = f"{len(sample) - len(lost)} of {len(sample)}" + (" sampled" if step > 1 else "")
    advice = f"; lost: {', '.join(lost[:3])}; run `assistant build --force`" if lost else ""
    return Check(name="vectors found by search", ok=not lost, detail=of + advice)
