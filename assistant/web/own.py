"""Stands in until readers can bring sources of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.conversation import Conversation
from assistant.corpus import Corpus
from assistant.domain import Kind, Source, SourceInfo, Turn
from assistant.session import Assistant, make_filter


class OwnSources:
    """The archive of an assistant."""

    def __init__(self, assistant: Assistant, folder: Path) -> None:
        self._assistant = assistant

    @property
    def infos(self) -> tuple[SourceInfo, ...]:
        """None yet."""
        return ()

    @property
    def corpus(self) -> Corpus:
        """The archive."""
        return self._assistant.corpus

    def source(self, source_id: str) -> Source:
        """A source with its text."""
        return self.corpus.source(source_id)

    def conversation(
        self, sources: Sequence[str] | None = None, kinds: Sequence[Kind] | None = None, turns: Sequence[Turn] = ()
    ) -> Conversation:
        """A conversation that goes on from given turns."""
        make_filter(self.corpus, sources, kinds)
        return Conversation(self._assistant, sources=sources, kinds=kinds, turns=turns)

    def close(self) -> None:
        """Nothing to remove yet."""
