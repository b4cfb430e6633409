"""The sources that the tests of the evaluation share."""

from __future__ import annotations

import pytest

from assistant.corpus import Corpus
from assistant.domain import Source


@pytest.fixture(scope="session")
def shipped_sources(letter: Source, telegram: Source) -> tuple[Source, ...]:
    """The two documents that most of the gold is about."""
    return letter, telegram


@pytest.fixture(scope="session")
def all_sources(corpus: Corpus) -> tuple[Source, ...]:
    """The two documents and the background."""
    return tuple(corpus.source(info.id) for info in corpus)
