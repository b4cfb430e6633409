"""The archive for programs: ``ask``, ``sources`` and ``source`` as endpoints and, where asked for, as MCP tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api

from assistant.errors import AssistantError
from assistant.session import Assistant
from assistant.web.limits import Limits
from assistant.web.page import turns


def offer(assistant: Assistant, limits: Limits, at_once: int) -> None:
    """Add the endpoints to the Blocks that are open."""

    def ask(  # noqa: D417 - the request is none of the caller's business, and this text is what he reads
        question: str, request: gr.Request, sources: list[str] | None = None, kinds: list[str] | None = None
    ) -> dict[str, Any]:
        """Ask the archive. The answer stands on verbatim quotes, or says that the sources do not answer.

        Args:
            question: What is asked, in plain words.
            sources: Ids of the sources to ask; none: all.
            kinds: Kinds of source to ask, "primary" or "background"; none: both.

        Returns:
            text with [1] markers, refused, and citations, each with quote, source_id and span {start, end}.
        """
        with _told(), limits.admit(request.session_hash or ""):
            return assistant.ask(question, sources=sources or None, kinds=kinds or None).to_dict()  # type: ignore[arg-type]

    def sources() -> list[dict[str, Any]]:
        """List the sources of the archive: id, title, kind, who speaks, to whom, when, in which edition."""
        return [asdict(info) for info in assistant.sources()]

    def source(source_id: str) -> dict[str, Any]:
        """Read a source of the archive in full.

        Args:
            source_id: Its id, as `sources` lists it.

        Returns:
            info, what the catalogue knows of it, and text.
        """
        with _told():
            return asdict(assistant.source(source_id))

    api(ask, api_name="ask", **turns(at_once))
    api(sources, api_name="sources")
    api(source, api_name="source")


@contextmanager
def _told() -> Iterator[None]:
    """Errors of ours as Gradio passes them on; others stay in the log."""
    try:
        yield
    except AssistantError as error:
        raise gr.Error(str(error), print_exception=False) from error
