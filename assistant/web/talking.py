"""What a visitor does, and what of the page changes by it. Pure of Gradio: `page` wires it to the components."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from assistant.corpus import Corpus
from assistant.domain import FORMATS, KINDS, Kind, Turn, Verified
from assistant.errors import AssistantError, QuestionError
from assistant.exports.writing import export
from assistant.index import Progress
from assistant.session import check_question
from assistant.web.answers import conversation_html
from assistant.web.documents import document_html, empty_reader_html, open_at_quote, open_at_span, trouble_html
from assistant.web.examples import Example
from assistant.web.feedback import Verdict, record
from assistant.web.limits import Limits
from assistant.web.links import read_question, read_target
from assistant.web.shelf import Shelf
from assistant.web.visitors import Visitor

OUR_FAULT = "Something went wrong here, and it has been noted. Try again; your conversation is kept."
_LOG = logging.getLogger(__name__)
Tab = Literal["read", "sources", "results"]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What of the page is to change; None leaves a part as it is."""

    conversation: str | None = None
    reader: str | None = None
    question: str | None = None
    """What is to stand in the box."""
    busy: bool | None = None
    """Whether a question is being answered."""
    tab: Tab | None = None
    shelf: str | None = None
    """The sources that the visitor has added."""
    corpus: Corpus | None = None
    """What there is to read, where that has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that a reader has sent."""

    path: Path
    """Where it lies."""
    name: str
    """What the reader calls it."""


class Desk:
    """Where visitors ask, read and leave their word; one for all of them."""

    def __init__(self, limits: Limits, shelf: Shelf, examples: Sequence[Example], feedback: Path) -> None:
        self._limits = limits
        self._shelf = shelf
        self._examples = tuple(examples)
        self._feedback = feedback

    def arrive(self, visitor: Visitor, parameters: Mapping[str, str]) -> View:
        """The page as its address asks for it: a document at a place, a question in the box."""
        reader, question = empty_reader_html(), ""
        visitor.trouble, visitor.pending = "", None
        try:
            if target := read_target(parameters, visitor.own.corpus):
                reader = document_html(open_at_span(visitor.own.source(target.source_id), target.span))
        except AssistantError as error:
            reader = trouble_html(str(error))
        try:
            question = read_question(parameters)
        except AssistantError as error:
            visitor.trouble = str(error)
        shown = replace(self._view(visitor), reader=reader, question=question, tab="read")
        return replace(shown, shelf=self._shelf.html(visitor), corpus=visitor.own.corpus)

    def ask(self, visitor: Visitor, question: str, sources: Sequence[str], kinds: Sequence[str]) -> Iterator[View]:
        """The page while a question is answered, and when it is; after `edit`, it takes the last one's place."""
        return self._ask(visitor, question, sources, kinds, replacing=visitor.editing)

    def retry(self, visitor: Visitor, sources: Sequence[str], kinds: Sequence[str]) -> Iterator[View]:
        """The page while the last question is answered anew."""
        if visitor.pending is not None or not visitor.turns:
            return iter([self._trouble(visitor, "There is no question yet that could be asked again.")])
        return self._ask(visitor, visitor.turns[-1].question, sources, kinds, replacing=True)

    def _ask(
        self, visitor: Visitor, question: str, sources: Sequence[str], kinds: Sequence[str], *, replacing: bool
    ) -> Iterator[View]:
        try:
            with self._limits.admit(visitor.id):
                earlier = visitor.turns[:-1] if replacing else visitor.turns
                yield from self._answer(visitor, earlier, check_question(question), (sources, kinds))
        except AssistantError as error:
            yield self._trouble(visitor, str(error), question)
        except Exception:  # noqa: BLE001 - a visitor sees a friendly line, the log has the rest
            _LOG.exception("a question could not be answered")
            yield self._trouble(visitor, OUR_FAULT, question)

    def _answer(
        self, visitor: Visitor, earlier: tuple[Turn, ...], question: str, narrowed: tuple[Sequence[str], Sequence[str]]
    ) -> Iterator[View]:
        talk = visitor.own.conversation(list(narrowed[0]) or None, _kinds(narrowed[1]), earlier)
        ticket = visitor.begin(question, earlier)
        yield replace(self._view(visitor), question="", busy=True)
        try:
            for piece in talk.ask_stream(question):
                if visitor.ticket != ticket:
                    return  # stopped, or begun anew
                if isinstance(piece, Verified):
                    visitor.hear(piece)
                    yield self._view(visitor)
        except Exception:
            visitor.give_up()
            raise
        visitor.turns, visitor.pending = talk.turns, None
        yield replace(self._view(visitor), reader=self._first_quote(visitor), busy=False)

    def stop(self, visitor: Visitor) -> View:
        """The page without the answer that was on its way; its question is back in the box."""
        stopped = visitor.give_up()
        view = replace(self._view(visitor), busy=False)
        if stopped is None:
            return view
        shown = replace(visitor.talk, pending=replace(stopped, stopped=True))
        page = conversation_html(shown, visitor.own.corpus, self._examples)
        return replace(view, conversation=page, question=stopped.question)

    def edit(self, visitor: Visitor) -> View:
        """The page with the last question back in the box; when it is sent, it takes that one's place."""
        if visitor.pending is not None:
            return self.stop(visitor)
        if not visitor.turns:
            return self._trouble(visitor, "There is no question yet that could be changed.")
        visitor.editing = True
        visitor.trouble = "Change your last question below; the answer takes the old one's place."
        return replace(self._view(visitor), question=visitor.turns[-1].question)

    def clear(self, visitor: Visitor) -> View:
        """The page with an empty box; a change that was begun is given up."""
        visitor.editing, visitor.trouble = False, ""
        return replace(self._view(visitor), question="")

    def begin_anew(self, visitor: Visitor) -> View:
        """The page at the beginning of a new conversation."""
        visitor.restart()
        return replace(self._view(visitor), reader=empty_reader_html(), question="", busy=False)

    def open_quote(self, visitor: Visitor, turn: int, number: int) -> View:
        """The page with the source of a quote open at it."""
        if visitor.pending is not None and turn > len(visitor.turns):
            raise QuestionError("That quote opens when its answer is complete.")
        answer = _at(visitor.turns, turn).answer
        citation = next((citation for citation in answer.citations if citation.number == number), None)
        if citation is None:
            raise QuestionError("That answer has no such quote.")
        source = visitor.own.source(citation.source_id)
        return View(reader=document_html(open_at_quote(source, answer, turn, number)), tab="read")

    def open_place(self, visitor: Visitor, parameters: Mapping[str, str]) -> View:
        """The page with a source open, at a span if one is named."""
        target = read_target(parameters, visitor.own.corpus)
        if target is None:
            raise QuestionError("No source was named.")
        return View(reader=document_html(open_at_span(visitor.own.source(target.source_id), target.span)), tab="read")

    def judge(self, visitor: Visitor, turn: int, verdict: str, word: str) -> View:
        """The page after a reader has called an answer right or wrong."""
        if verdict not in get_args(Verdict):
            raise QuestionError("An answer is right or wrong.")
        record(_at(visitor.turns, turn).answer, "right" if verdict == "right" else "wrong", word, self._feedback)
        visitor.verdicts[turn] = verdict
        return self._view(visitor)

    def add_source(self, visitor: Visitor, file: Upload, kind: str, *, shared: bool, progress: Progress | None) -> View:
        """The page with one more source to ask, open in the reader."""
        info = self._shelf.add(visitor, file.path, file.name, kind, shared=shared, progress=progress)
        opened = document_html(open_at_span(visitor.own.source(info.id), None))
        return replace(self._shelved(visitor), reader=opened)

    def remove_source(self, visitor: Visitor, source_id: str) -> View:
        """The page without a source that a reader had added, and without the answers that quote it."""
        self._shelf.remove(visitor, source_id)
        visitor.restart()
        return replace(self._shelved(visitor), reader=empty_reader_html())

    def _shelved(self, visitor: Visitor) -> View:
        return replace(self._view(visitor), shelf=self._shelf.html(visitor), corpus=visitor.own.corpus)

    def guarded(self, visitor: Visitor, act: Callable[[], View]) -> View:
        """What an act makes of the page, or a friendly line if it fails."""
        try:
            visitor.trouble = ""
            return act()
        except AssistantError as error:
            return self._trouble(visitor, str(error))
        except Exception:  # noqa: BLE001 - a visitor sees a friendly line, the log has the rest
            _LOG.exception("something that a visitor did has failed")
            return self._trouble(visitor, OUR_FAULT)

    def _view(self, visitor: Visitor) -> View:
        return View(conversation=conversation_html(visitor.talk, visitor.own.corpus, self._examples))

    def _trouble(self, visitor: Visitor, message: str, question: str | None = None) -> View:
        """The page with a friendly line; a question that was not answered is back in the box."""
        visitor.trouble = message
        return replace(self._view(visitor), question=question, busy=visitor.pending is not None)

    def _first_quote(self, visitor: Visitor) -> str | None:
        """The reader at the first quote of the last answer; as it is if that has none."""
        turn, answer = len(visitor.turns), visitor.turns[-1].answer
        if not answer.citations:
            return None
        source = visitor.own.source(answer.citations[0].source_id)
        return document_html(open_at_quote(source, answer, turn, answer.citations[0].number))


def written_out(visitor: Visitor, form: str) -> tuple[str, str]:
    """The name of a file and the conversation that is to stand in it.

    Raises:
        QuestionError: nothing has been asked yet.
        ConversationError: no such form.
    """
    if not visitor.turns:
        raise QuestionError("There is nothing to write out yet; ask something first.")
    endings = dict(zip(FORMATS, ("md", "txt", "bib", "csl.json", "json"), strict=True))
    return f"conversation.{endings.get(form, form)}", export(visitor.turns, form, visitor.own.corpus)


def _at(turns: Sequence[Turn], number: int) -> Turn:
    if not 1 <= number <= len(turns):
        raise QuestionError("That answer is not in this conversation any more.")
    return turns[number - 1]


def _kinds(chosen: Sequence[str]) -> tuple[Kind, ...] | None:
    """The chosen kinds of source; None for all, or none chosen."""
    kinds = tuple(kind for kind in KINDS if kind in chosen)
    return kinds if 0 < len(kinds) < len(KINDS) else None
