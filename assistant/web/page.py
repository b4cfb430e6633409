"""The page's components, laid out; `wiring` connects them, and nothing here knows what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.corpus import Corpus
from assistant.domain import FORMATS, KINDS
from assistant.drafts import LIMITS
from assistant.session import MAX_QUESTION
from assistant.web.answers import Talk, conversation_html
from assistant.web.catalogue import catalogue_html, source_choices
from assistant.web.documents import empty_reader_html
from assistant.web.examples import Example
from assistant.web.results import results_html
from assistant.web.shelf import Leave

TITLE = "The research assistant that cannot misquote"
_TYPES = (".txt", ".md", ".markdown", ".pdf")
_HERE = Path(__file__).parent
_MESSENGER = """
element.addEventListener('tell', event => trigger('click', event.detail));
element.addEventListener('ask', event => trigger('submit', event.detail));
"""
"""Gradio's way from the page's own buttons to Python; `page.js` dispatches the events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where a visitor reads: the conversation and the document."""

    conversation: gr.HTML
    reader: gr.HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Where a visitor asks, and what can be done with a question."""

    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    retry: gr.Button
    edit: gr.Button
    clear: gr.Button
    anew: gr.Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which sources a question is put to."""

    kinds: gr.CheckboxGroup
    sources: gr.Dropdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """How the conversation is taken home."""

    form: gr.Dropdown
    save: gr.Button
    file: gr.JSON
    """Carries name and text to the browser, which makes the file; it is never shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """The catalogue."""

    search: gr.Textbox
    found: gr.HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Sources that the reader brings along."""

    file: gr.File
    kind: gr.Radio
    shared: gr.Checkbox
    add: gr.Button
    shelf: gr.HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All components that do something."""

    tabs: gr.Tabs
    messenger: gr.HTML
    reading: Reading
    asking: Asking
    narrowing: Narrowing
    adding: Adding
    saving: Saving
    browsing: Browsing


def lay_out(corpus: Corpus, examples: Sequence[Example], results: Path, leave: Leave) -> Parts:
    """The components of the page, within the Blocks that are open."""
    _html(f"<header><h1>{TITLE}</h1><p>Read the answer beside the document.</p></header>", "masthead")
    messenger = gr.HTML("<span></span>", elem_id="messenger", js_on_load=_MESSENGER)
    with gr.Tabs(elem_id="tabs") as tabs:
        with gr.Tab("Ask and read", id="read"), gr.Row(elem_id="room"):
            with gr.Column(scale=5, min_width=320, elem_id="left"):
                welcome = conversation_html(Talk(verdicts={}), corpus, examples)
                conversation = _html(welcome, "conversation")
                asking, narrowing, adding, saving = _asking(), _narrowing(corpus), _adding(leave), _saving()
            with gr.Column(scale=7, min_width=320, elem_id="right"):
                reader = _html(empty_reader_html(), "reader")
        with gr.Tab("Sources", id="sources"):
            browsing = _browsing(corpus)
        with gr.Tab("How well it answers", id="results"):
            _html(results_html(results), "results")
    return Parts(
        tabs=tabs,
        messenger=messenger,
        reading=Reading(conversation=conversation, reader=reader),
        asking=asking,
        narrowing=narrowing,
        adding=adding,
        saving=saving,
        browsing=browsing,
    )


def turns(at_once: int) -> dict[str, Any]:
    """What makes events that ask wait their turn in Gradio's one queue for them, where waiting costs no thread."""
    return {"concurrency_id": "asking", "concurrency_limit": at_once}


def _html(value: str, name: str) -> gr.HTML:
    """HTML of ours, in the look of `style.css` alone; what it does is in `page.js`."""
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=None)


def look() -> dict[str, Any]:
    """What Gradio's `launch` needs to give the page its look and behaviour, all of it from this package."""
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    theme = gr.themes.Base(font=[gr.themes.Font("sans-serif")], font_mono=[gr.themes.Font("monospace")])
    return {"theme": theme, "css_paths": [_HERE / "style.css"], "head": f"<script>{script}</script>"}


def _asking() -> Asking:
    question = gr.Textbox(
        label="Your question",
        placeholder="Ask the archive …",
        lines=1,
        max_lines=8,
        max_length=MAX_QUESTION,
        elem_id="question",
    )
    with gr.Row(elem_id="acts"):
        send = gr.Button("Ask", variant="primary", elem_id="send")
        stop = gr.Button("Stop", variant="stop", visible=False, elem_id="stop")
        retry, edit, clear, anew = (
            gr.Button(words, elem_id=name)
            for name, words in (("retry", "Retry"), ("edit", "Edit last"), ("clear", "Clear"), ("anew", "New"))
        )
    return Asking(question=question, send=send, stop=stop, retry=retry, edit=edit, clear=clear, anew=anew)


def _narrowing(corpus: Corpus) -> Narrowing:
    with gr.Accordion("Which sources to ask", open=False, elem_id="filters"):
        kinds = gr.CheckboxGroup(
            [("primary sources", "primary"), ("background sources", "background")],
            value=list(KINDS),
            label="Kinds",
            elem_id="kinds",
        )
        sources = gr.Dropdown(
            source_choices(corpus),
            multiselect=True,
            label="Only these sources",
            info="None named: all of them.",
            elem_id="only",
        )
    return Narrowing(kinds=kinds, sources=sources)


def _adding(leave: Leave) -> Adding:
    with gr.Accordion("Sources of your own", open=False, elem_id="adding", visible=leave != "none"):
        _html("<p>You alone can read and ask them, and they go when you close the page.</p>", "adding-words")
        file = gr.File(
            label=f"Text, Markdown or PDF, up to {LIMITS.bytes // 1_000_000} MB",
            file_types=list(_TYPES),
            height=120,
            elem_id="file",
        )
        with gr.Row():
            kind = gr.Radio(list(KINDS), value=KINDS[0], label="It is a source of this kind", elem_id="kind")
            shared = gr.Checkbox(
                label="Put it into the archive, for everybody and for good",
                visible=leave == "archive",
                elem_id="shared",
            )
            add = gr.Button("Add", elem_id="add")
        shelf = _html("", "shelf")
    return Adding(file=file, kind=kind, shared=shared, add=add, shelf=shelf)


def _saving() -> Saving:
    with gr.Accordion("Take the conversation home", open=False, elem_id="saving"), gr.Row():
        form = gr.Dropdown(list(FORMATS), value=FORMATS[0], label="Form", elem_id="form")
        save = gr.Button("Save", elem_id="save")
        file = gr.JSON(visible=False)
    return Saving(form=form, save=save, file=file)


def _browsing(corpus: Corpus) -> Browsing:
    search = gr.Textbox(label="Find a source", placeholder="a title, a person, a year, primary …", elem_id="search")
    found = _html(catalogue_html(corpus, ""), "catalogue")
    return Browsing(search=search, found=found)
