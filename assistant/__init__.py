"""A research assistant that cannot misquote.

>>> from assistant import Assistant  # doctest: +SKIP
>>> with Assistant.open() as assistant:  # doctest: +SKIP
...     print(assistant.ask("What were Mao's conditions for an armistice?").text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain import (
    Answer,
    Citation,
    Evidence,
    Filter,
    Hit,
    Locus,
    Passage,
    Source,
    SourceInfo,
    Span,
    Statement,
    Trace,
    Turn,
    Verified,
)
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.session import Assistant

__all__ = [
    "Answer",
    "Assistant",
    "AssistantError",
    "Citation",
    "Evidence",
    "Filter",
    "Hit",
    "Locus",
    "Passage",
    "Source",
    "SourceInfo",
    "Span",
    "Statement",
    "Trace",
    "Turn",
    "Verified",
]


def __getattr__(name: str) -> object:
    """`Assistant`, loaded when first asked for: it brings LlamaIndex and Chroma with it."""
    if name != "Assistant":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from assistant.session import Assistant

    return Assistant
