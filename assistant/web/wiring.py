"""What happens when a component of the page is used: each event is a method of `Desk`, and its view is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr

from assistant.errors import AssistantError, UploadError
from assistant.index import Progress
from assistant.web.catalogue import catalogue_html, source_choices
from assistant.web.page import Parts, turns
from assistant.web.talking import Desk, Upload, View, written_out
from assistant.web.visitors import Visitor, Visitors

_DOWNLOAD = "file => window.archive.download(file)"
_READY = "() => window.archive.ready()"
_PRIVATE: dict[str, Any] = {"api_name": False, "api_visibility": "private"}
"""No program is offered the page's own handlers, and none is called by a name of the API."""
_QUIET = _PRIVATE | {"show_progress": "hidden"}
_PROGRESS = gr.Progress()
_Updates: TypeAlias = list[Any]
"""A value, or one of Gradio's updates, for each output."""


class Wiring:
    """The events of a page."""

    def __init__(self, parts: Parts, desk: Desk, visitors: Visitors, at_once: int) -> None:
        self._parts = parts
        self._desk = desk
        self._visitors = visitors
        self._at_once = at_once

    def connect(self, page: gr.Blocks) -> None:
        """Connect every component, within the Blocks that are open."""
        asking, saving, browsing = self._parts.asking, self._parts.saving, self._parts.browsing
        page.load(self.arrive, None, self._shown, **_QUIET).then(None, None, None, js=_READY, **_QUIET)
        page.unload(self.leave)
        self._connect_questions()
        asking.edit.click(self.edit, None, self._shown, **_QUIET)
        asking.clear.click(self.clear, None, self._shown, **_QUIET)
        saving.save.click(self.save, saving.form, saving.file, **_QUIET).then(
            None, saving.file, None, js=_DOWNLOAD, **_QUIET
        )
        self._parts.messenger.click(self.told, None, self._shown, trigger_mode="multiple", **_QUIET)
        adding = self._parts.adding
        adding.add.click(
            self.add,
            [adding.file, adding.kind, adding.shared],
            [adding.file, *self._shown],
            show_progress="full",
            show_progress_on=adding.shelf,
            concurrency_limit=1,
            **_PRIVATE,
        )
        browsing.search.change(self.search, browsing.search, browsing.found, trigger_mode="always_last", **_QUIET)

    def _connect_questions(self) -> None:
        """The events that ask, and those that stop one that is under way."""
        asking, narrowed = self._parts.asking, [self._parts.narrowing.sources, self._parts.narrowing.kinds]
        how = _QUIET | turns(self._at_once)
        asked = [asking.question, *narrowed]
        under_way = [
            gr.on([asking.send.click, asking.question.submit], self.ask, asked, self._shown, **how),
            asking.retry.click(self.retry, narrowed, self._shown, **how),
            self._parts.messenger.submit(self.ask_example, narrowed, self._shown, **how),
        ]
        asking.stop.click(self.stop, None, self._shown, cancels=under_way, **_QUIET)
        asking.anew.click(self.begin_anew, None, self._shown, cancels=under_way, **_QUIET)

    @property
    def _shown(self) -> list[Any]:
        """The components that a view fills, in the order of `_updates`."""
        reading, asking = self._parts.reading, self._parts.asking
        left = [self._parts.tabs, reading.conversation, reading.reader, asking.question, asking.send, asking.stop]
        return [*left, self._parts.adding.shelf, self._parts.narrowing.sources, self._parts.browsing.found]

    def arrive(self, request: gr.Request) -> _Updates:
        """The page as its address asks for it."""
        return _updates(self._desk.arrive(self._visitor(request), dict(request.query_params)))

    def leave(self, request: gr.Request) -> None:
        """The page has been closed."""
        self._visitors.leave(request.session_hash or "")

    def ask(self, question: str, sources: list[str], kinds: list[str], request: gr.Request) -> Iterator[_Updates]:
        """A question is sent."""
        yield from map(_updates, self._desk.ask(self._visitor(request), question, sources, kinds))

    def retry(self, sources: list[str], kinds: list[str], request: gr.Request) -> Iterator[_Updates]:
        """The last question is asked again."""
        yield from map(_updates, self._desk.retry(self._visitor(request), sources, kinds))

    def stop(self, request: gr.Request) -> _Updates:
        """The question under way is stopped."""
        return _updates(self._desk.stop(self._visitor(request)))

    def edit(self, request: gr.Request) -> _Updates:
        """The last question is to be changed."""
        return _updates(self._desk.edit(self._visitor(request)))

    def clear(self, request: gr.Request) -> _Updates:
        """The box is emptied."""
        return _updates(self._desk.clear(self._visitor(request)))

    def begin_anew(self, request: gr.Request) -> _Updates:
        """A new conversation begins."""
        return _updates(self._desk.begin_anew(self._visitor(request)))

    def ask_example(
        self, sources: list[str], kinds: list[str], event: gr.EventData, request: gr.Request
    ) -> Iterator[_Updates]:
        """One of the questions that the page offers is chosen."""
        yield from self.ask(_strings(event).get("question", ""), sources, kinds, request)

    def told(self, event: gr.EventData, request: gr.Request) -> _Updates:
        """One of the buttons and links within the conversation, the reader or the catalogue is used."""
        visitor, told = self._visitor(request), _strings(event)
        return _updates(self._desk.guarded(visitor, lambda: self._act(visitor, told)))

    def _act(self, visitor: Visitor, told: dict[str, str]) -> View:
        if told.get("act") == "quote":
            return self._desk.open_quote(visitor, _number(told.get("turn")), _number(told.get("quote")))
        if told.get("act") == "remove":
            return self._desk.remove_source(visitor, told.get("source", ""))
        if told.get("act") == "verdict":
            return self._desk.judge(visitor, _number(told.get("turn")), told.get("verdict", ""), told.get("word", ""))
        return self._desk.open_place(visitor, told)

    def add(
        self, file: str | None, kind: str, shared: bool, request: gr.Request, progress: gr.Progress = _PROGRESS
    ) -> _Updates:
        """A source of the reader's own is added."""
        visitor = self._visitor(request)

        def act() -> View:
            if not file:
                raise UploadError("Choose a file first.")
            upload = Upload(path=Path(file), name=Path(file).name)
            return self._desk.add_source(visitor, upload, kind, shared=shared, progress=_steps(progress))

        return [None, *_updates(self._desk.guarded(visitor, act))]

    def search(self, words: str, request: gr.Request) -> str:
        """The catalogue is searched."""
        return catalogue_html(self._visitor(request).own.corpus, words[:200])

    def save(self, form: str, request: gr.Request) -> dict[str, str]:
        """The conversation is taken home; the browser makes the file."""
        try:
            name, text = written_out(self._visitor(request), form)
        except AssistantError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return {"name": name, "text": text}

    def _visitor(self, request: gr.Request) -> Visitor:
        return self._visitors.of(request.session_hash or "")


def _updates(view: View) -> _Updates:
    """A view as Gradio takes it."""
    return [
        gr.skip() if view.tab is None else gr.Tabs(selected=view.tab),
        gr.skip() if view.conversation is None else view.conversation,
        gr.skip() if view.reader is None else view.reader,
        gr.skip() if view.question is None else view.question,
        gr.skip() if view.busy is None else gr.Button(visible=not view.busy),
        gr.skip() if view.busy is None else gr.Button(visible=view.busy),
        gr.skip() if view.shelf is None else view.shelf,
        gr.skip() if view.corpus is None else gr.Dropdown(choices=source_choices(view.corpus)),
        gr.skip() if view.corpus is None else catalogue_html(view.corpus, ""),
    ]


def _steps(progress: gr.Progress) -> Progress:
    """The steps of an index that is built, as a bar in the page."""
    return lambda step, done, total: progress((done, total), desc=step)


def _strings(event: gr.EventData) -> dict[str, str]:
    """What the browser told, as text by name; whatever else it sent is left out."""
    data = event._data if isinstance(event._data, dict) else {}  # noqa: SLF001 - Gradio has no public name for it
    return {name: value for name, value in data.items() if isinstance(name, str) and isinstance(value, str)}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
