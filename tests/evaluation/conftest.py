"""The sources that the tests of the evaluation share."""

from __future__ import annotations

import pytest

from assistant.domain import Source


@pytest.fixture(scope="session")
def shipped_sources(letter: Source, telegram: Source) -> tuple[Source, ...]:
    """The two documents that the gold is about."""
    return letter, telegram
