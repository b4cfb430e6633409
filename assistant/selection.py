"""Which passages are read for a question: all of a small archive, of a large one those that retrieval found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.chunking import chunk
from assistant.corpus import Corpus
from assistant.domain import Filter, Hit, Passage, Source
from assistant.recipe import Recipe


def select_passages(hits: Sequence[Hit], corpus: Corpus, wanted: Filter, recipe: Recipe) -> tuple[Passage, ...]:
    """The passages of the hits, best first, and behind them the rest of an archive that can be read whole.

    Retrieval goes by words and their neighbours; a reader that sees all also finds what was said quite otherwise.
    """
    found = [hit.passage for hit in hits]
    known = {passage.id for passage in found}
    return (*found, *(passage for passage in _whole(corpus, wanted, recipe) if passage.id not in known))


def _whole(corpus: Corpus, wanted: Filter, recipe: Recipe) -> tuple[Passage, ...]:
    """All passages that a filter admits, if the reader can read so many for one question; else none."""
    limit = recipe.reader.passages
    infos = corpus.select(wanted)
    if len(infos) > limit:  # each has one passage at the least
        return ()
    passages = tuple(passage for info in infos for passage in _passages(corpus.source(info.id), recipe))
    return passages if len(passages) <= limit else ()


@lru_cache(maxsize=64)
def _passages(source: Source, recipe: Recipe) -> tuple[Passage, ...]:
    return chunk(source, recipe.chunking)
