"""Which passages are read for a question: all of a small archive, of a large one those that retrieval found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.chunking import chunk
from assistant.corpus import Corpus
from assistant.domain import KINDS, Filter, Hit, Passage, Source
from assistant.recipe import Recipe


def select_passages(hits: Sequence[Hit], corpus: Corpus, wanted: Filter, recipe: Recipe) -> tuple[Passage, ...]:
    """At most as many passages as the recipe lets be read: the hits, best first, and what else is read whole.

    The sources of a kind are read whole if they are few: retrieval goes by words and their neighbours, and a reader
    that sees all also finds what was said quite otherwise.
    """
    whole = {passage.id: passage for passage in _whole(corpus, wanted, recipe)}
    room = recipe.reader.passages - len(whole)
    others = [hit.passage.id for hit in hits if hit.passage.id not in whole][:room]
    kept = {*others, *whole}
    found = {hit.passage.id: hit.passage for hit in hits if hit.passage.id in kept}
    return tuple((found | {id_: passage for id_, passage in whole.items() if id_ not in found}).values())


def _whole(corpus: Corpus, wanted: Filter, recipe: Recipe) -> Iterator[Passage]:
    """All passages of the kinds that are small enough for their share of what is read."""
    kinds = [kind for kind in KINDS if kind in corpus.kinds and kind in (wanted.kinds or KINDS)]
    for kind in kinds:
        share = recipe.reader.passages // len(kinds)
        infos = corpus.select(replace(wanted, kinds=(kind,)))
        if len(infos) > share:  # each has one passage at the least
            continue
        passages = [passage for info in infos for passage in _passages(corpus.source(info.id), recipe)]
        if len(passages) <= share:
            yield from passages


@lru_cache(maxsize=64)
def _passages(source: Source, recipe: Recipe) -> tuple[Passage, ...]:
    return chunk(source, recipe.chunking)
