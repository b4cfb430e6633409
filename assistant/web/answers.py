"""A conversation as HTML: statements with numbered chips, notes, refusals with the nearest passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.extractive import without_nearest
from assistant.citation import byline
from assistant.corpus import Corpus
from assistant.domain import Answer, Citation, Hit, Statement, Turn, Verified
from assistant.exports.parts import Note, parts_of, understood
from assistant.structure import locus
from assistant.web.documents import badge_html, trouble_html
from assistant.web.examples import Example
from assistant.web.links import link_to
from assistant.web.markup import escaped, tag

_NEAREST = 3
_WORD = 500
"""Characters of the longest word of feedback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A question that is being answered, and what of its answer is verified already."""

    question: str
    pieces: tuple[Verified, ...] = ()
    stopped: bool = False
    """Whether its reader has stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """All that the left half of the page shows."""

    turns: tuple[Turn, ...] = ()
    pending: Pending | None = None
    trouble: str = ""
    """A friendly line on what could not be done; empty if nothing is wrong."""
    verdicts: Mapping[int, str]
    """What the reader said of an answer, by the number of its turn."""


def conversation_html(talk: Talk, corpus: Corpus, examples: Sequence[Example]) -> str:
    """The conversation so far, with a follow-up to go on with if it began with an example; or a welcome."""
    parts = [_turn(number, turn, corpus, talk.verdicts.get(number)) for number, turn in enumerate(talk.turns, start=1)]
    if talk.pending is not None:
        parts.append(_pending(talk.pending, len(parts) + 1))
    elif parts:
        parts += [_then(example.then) for example in examples if example.then and example.question == _last(talk)]
    else:
        parts.append(_welcome(examples))
    return "".join(parts) + (trouble_html(talk.trouble) if talk.trouble else "")


def _last(talk: Talk) -> str:
    return talk.turns[-1].question


def _then(question: str) -> str:
    return tag("div", "Go on with: " + _example(question), class_="then examples")


def _example(question: str) -> str:
    return tag("button", escaped(question), type="button", data_example=question)


def _welcome(examples: Sequence[Example]) -> str:
    buttons = "".join(tag("li", _example(example.question)) for example in examples)
    heading = tag("h2", "Ask the archive")
    words = tag("p", "Every quote is cut from a source, never typed. Where the sources do not answer, you are told so.")
    listed = tag("p", "To begin with:", class_="quiet") + tag("ul", buttons, class_="examples") if examples else ""
    return tag("section", heading + words + listed, class_="welcome")


def _turn(number: int, turn: Turn, corpus: Corpus, verdict: str | None) -> str:
    answer = turn.answer
    meant = understood(turn)
    body = (
        tag("h2", escaped(turn.question), class_="question")
        + (tag("p", "understood as: " + tag("q", escaped(meant)), class_="understood") if meant else "")
        + (_refusal(answer, corpus) if answer.refused else _statements(number, answer))
        + "".join(tag("p", escaped(f"Note: {note}"), class_="remark") for note in answer.trace.notes)
        + _feedback(number, verdict)
    )
    return tag("section", body, class_="turn", data_turn=number, data_refused="" if answer.refused else None)


def _pending(pending: Pending, number: int) -> str:
    citations = tuple(citation for piece in pending.pieces for citation in piece.citations)
    said = "".join(_statement(number, piece.statement, citations) for piece in pending.pieces)
    state = (
        tag("p", "Stopped.", class_="remark") if pending.stopped else tag("p", "Reading the sources …", class_="busy")
    )
    head = tag("h2", escaped(pending.question), class_="question")
    return tag("section", head + said + state, class_="turn pending", data_turn=number)


def _statements(number: int, answer: Answer) -> str:
    said = "".join(_statement(number, statement, answer.citations) for statement in answer.statements)
    notes = "".join(_note(number, citation, answer) for citation in answer.citations)
    return said + tag("details", tag("summary", _count(len(answer.citations))) + tag("ol", notes), class_="notes")


def _count(quotes: int) -> str:
    return "1 note" if quotes == 1 else f"{quotes} notes"


def _statement(turn: int, statement: Statement, citations: Sequence[Citation]) -> str:
    parts = [
        _chip(turn, part.citation) if isinstance(part, Note) else escaped(part.text)
        for part in parts_of(statement, citations)
    ]
    return tag("p", "".join(parts), class_="statement")


def _chip(turn: int, citation: Citation) -> str:
    """The number of a quote; a link to its place, which the page follows without leaving."""
    return tag(
        "a",
        str(citation.number),
        class_=f"chip {citation.source.kind}",
        href=link_to(citation.source_id, citation.span),
        title=f"{byline(citation.source)}, {citation.locus}",
        aria_label=f"Quote {citation.number}: {byline(citation.source)}",
        data_turn=turn,
        data_quote=citation.number,
    )


def _note(turn: int, citation: Citation, answer: Answer) -> str:
    own_words = f"“{citation.quote}”" not in answer.text
    quote = tag("blockquote", f"“{escaped(citation.quote)}”") if own_words else ""
    words = f" {escaped(byline(citation.source))}, {escaped(str(citation.locus))} "
    return tag("li", _chip(turn, citation) + words + badge_html(citation.source.kind) + quote)


def _refusal(answer: Answer, corpus: Corpus) -> str:
    said = tag("p", escaped(without_nearest(answer.text)), class_="statement refusal")
    there = [hit for hit in answer.hits if hit.passage.source_id in corpus]  # a source may have been taken away since
    nearest = "".join(_nearest(hit, corpus) for hit in there[:_NEAREST])
    head = tag("p", "The nearest passages, which do not answer it:", class_="quiet")
    return said + (head + tag("ul", nearest, class_="nearest") if nearest else "")


def _nearest(hit: Hit, corpus: Corpus) -> str:
    passage = hit.passage
    source = corpus.source(passage.source_id)
    link = tag(
        "a",
        escaped(f"{byline(source.info)}, {locus(source.text, passage.span)}"),
        href=link_to(source.id, passage.span),
        data_open=source.id,
        data_from=passage.span.start,
        data_to=passage.span.end,
    )
    quoted = tag("blockquote", escaped(" ".join(passage.text.split())))
    return tag("li", link + " " + badge_html(source.info.kind) + quoted)


def _feedback(number: int, verdict: str | None) -> str:
    if verdict is not None:
        return tag("p", f"Noted as {escaped(verdict)}. Thank you.", class_="remark")
    box = f'<input type="text" maxlength="{_WORD}" aria-label="A word on this answer, if you like">'
    buttons = "".join(
        tag("button", word.capitalize(), type="button", data_verdict=word, data_turn=number)
        for word in ("right", "wrong")
    )
    asked = tag("summary", "Right or wrong?")
    return tag("details", asked + tag("div", box + buttons, class_="row"), class_="feedback")
