"""Answers, sources and checks as a person wants to read them in a terminal; text from sources is never markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.answering.extractive import without_nearest
from assistant.bibliography import Work, marked, written
from assistant.citation import byline, footnote
from assistant.corpus import Corpus
from assistant.doctor import Check
from assistant.domain import Answer, Citation, Source, SourceInfo, Span
from assistant.structure import locus

_WIDTH = 100
_AROUND = 400
"""Characters shown before and after a quote."""


def console(*, stderr: bool = False) -> Console:
    """A console that wraps at a comfortable width and colours only where it is read by a person."""
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=False)
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        width=min(made.width, _WIDTH) if made.is_terminal else _WIDTH,
    )


def visible(text: str) -> str:
    """The text with control characters other than line breaks and tabs made visible, so that none steers a terminal."""
    return "".join(c if c.isprintable() or _harmless(c) else f"\\x{ord(c):02x}" for c in text.replace("\r\n", "\n"))


def _harmless(character: str) -> bool:
    """Whether a character that is not printable only spaces or joins letters."""
    return character in "\n\t\u00ad\u200c\u200d" or unicodedata.category(character) == "Zs"


def render_answer(answer: Answer, corpus: Corpus) -> RenderableType:
    """The answer, its footnotes, or the nearest passages of a refusal."""
    if answer.refused:
        return render_refusal(answer, corpus)
    statements = [Padding(Text(visible(statement.text)), (0, 0, 1, 0)) for statement in answer.statements]
    return Group(*statements, render_notes(answer, corpus))


def render_refusal(answer: Answer, corpus: Corpus) -> RenderableType:
    """The words of a refusal, and the nearest passages."""
    said = Text(visible(without_nearest(answer.text)), style="bold")
    return Group(said, Text(), *_nearest(answer, corpus))


def render_notes(answer: Answer, corpus: Corpus) -> RenderableType:
    """The footnotes of an answer, with the quote where the answer itself is in other words."""
    return Group(*(part for citation in answer.citations for part in _note(citation, answer, corpus)))


def _note(citation: Citation, answer: Answer, corpus: Corpus) -> Iterable[RenderableType]:
    yield from (Text(visible(line), style="dim") for line in _notes(citation, corpus))
    if answer.trace.answerer == "generative" and f"“{citation.quote}”" not in answer.text:
        yield Padding(Text(visible(f"“{citation.quote}”")), (0, 0, 1, 4))


def render_citation(source: Source, citation: Citation) -> RenderableType:
    """A quote in its surroundings."""
    span, text = citation.span, source.text
    around = Text()
    around.append(visible(text[max(span.start - _AROUND, 0) : span.start]), style="dim")
    around.append(visible(citation.quote), style="bold")
    around.append(visible(text[span.end : span.end + _AROUND]), style="dim")
    return Group(Text(visible(footnote(citation)), style="dim"), Text(), around)


def _notes(citation: Citation, corpus: Corpus) -> Iterator[str]:
    """The footnote, and below it the references that a background source gives for the words quoted."""
    yield footnote(citation)
    if citation.source.kind == "background":
        text = corpus.source(citation.source_id).text
        yield from (f"    there {reference.written()}" for reference in marked(citation.quote, text))


def _nearest(answer: Answer, corpus: Corpus) -> Iterable[RenderableType]:
    for hit in answer.hits[:3]:
        source = corpus.source(hit.passage.source_id)
        yield Text(
            visible(f"Nearest: {byline(source.info)}, {locus(source.text, hit.passage.span)} [{source.info.kind}]"),
            style="dim",
        )
        yield Padding(Text(visible(" ".join(hit.passage.text.split())), style="dim"), (0, 0, 1, 2))


def render_sources(infos: Iterable[SourceInfo], works: Mapping[str, Sequence[str]] | None = None) -> RenderableType:
    """A table of the catalogue; below the title of a source stand the works that it refers to."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("id", "kind", "date", "title"):
        table.add_column(name, overflow="fold")
    for info in infos:
        title = Text(visible(info.title))
        if used := (works or {}).get(info.id):
            title.append(f"\n{', '.join(used)}", style="dim")
        table.add_row(*(Text(visible(value)) for value in (info.id, info.kind, info.date)), title)
    return table


def render_bibliography(works: Iterable[Work]) -> RenderableType:
    """The works, each under its id."""
    return Group(
        *(Group(Text(work.id, style="bold"), Padding(Text(visible(written(work))), (0, 0, 0, 4))) for work in works)
    )


def render_source(source: Source, span: Span | None) -> RenderableType:
    """A source with what is known of it; with a span, the words of that span and where they stand."""
    info = source.info
    facts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("title", "kind", "archive_reference", "publication", "translator", "edition_notes", "rights"):
        mark = " (not verified)" if name in info.unverified else ""
        facts.add_row(Text(name.replace("_", " "), style="dim"), Text(visible(getattr(info, name) + mark)))
    head = Text(visible(byline(info)), style="bold")
    if span is None:
        return Group(head, facts, Text(), Text(visible(source.text)))
    place = Text(visible(f"{locus(source.text, span)}, characters {span.start}–{span.end}"), style="dim")
    return Group(head, place, Text(), Text(visible(span.cut(source.text))))


def render_checks(checks: Iterable[Check]) -> RenderableType:
    """A line for each check."""
    return Group(*(Text(f"{'ok  ' if check.ok else 'BAD '} {check.name}: {visible(check.detail)}") for check in checks))
