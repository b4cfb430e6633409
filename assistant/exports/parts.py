"""What all forms of export share: answers taken apart into words and notes, and the sources that are cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.bibliography import Bibliography, Reference, Work, load_bibliography, marked
from assistant.citation import MONTHS
from assistant.corpus import Corpus
from assistant.domain import UNKNOWN, Citation, SourceInfo, Statement, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A stretch of a statement's text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A place in a statement at which a citation is marked."""

    citation: Citation


def parts_of(statement: Statement, citations: Iterable[Citation]) -> list[Words | Note]:
    """A statement's words and notes, in order; a source's own ``[3]`` within a quote is words."""
    cited = {citation.number: citation for citation in citations}
    text, found = statement.text, list[Words | Note]()
    for number in reversed(statement.citations):
        marker = f"[{number}]"
        at = text.rfind(marker)
        if at >= 0 and number in cited:
            found = [Note(citation=cited[number]), Words(text=text[at + len(marker) :]), *found]
            text = text[:at]
    return [part for part in (Words(text=text), *found) if not (isinstance(part, Words) and not part.text)]


def citations_of(turns: Iterable[Turn]) -> Iterator[Citation]:
    """Every citation of a conversation, in order."""
    for turn in turns:
        yield from turn.answer.citations


def sources_of(turns: Iterable[Turn]) -> tuple[SourceInfo, ...]:
    """Every source that is cited, once, in the order of its first citation."""
    return tuple({citation.source_id: citation.source for citation in citations_of(turns)}.values())


def works_of(turns: Iterable[Turn], corpus: Corpus) -> tuple[Work, ...]:
    """The works of the bibliography on which quotes from background sources lean, in the order of the quotes."""
    cited = [reference.work for citation in citations_of(turns) for reference in references_of(citation, corpus)]
    bibliography = load_bibliography(corpus.root) if cited else Bibliography()
    return tuple(bibliography.work(work_id) for work_id in dict.fromkeys(cited))


def references_of(citation: Citation, corpus: Corpus) -> tuple[Reference, ...]:
    """The references that a background source gives for the words quoted."""
    if citation.source.kind != "background":
        return ()
    return marked(citation.quote, corpus.source(citation.source_id).text)


def given(value: str) -> str:
    """A catalogue value; empty where nothing is known or there is none."""
    return "" if value in (UNKNOWN, "none") else value


def people(value: str) -> list[str]:
    """The names in an author or addressee."""
    return [name.strip() for name in given(value).split(" and ") if name.strip()]


def date_parts(info: SourceInfo) -> list[int]:
    """Year, month and day of a source, as far as they are known."""
    return [int(part) for part in given(info.date).partition("T")[0].split("-") if part]


def american_date(info: SourceInfo) -> str:
    """The date as Chicago writes it, ``June 13, 1951``, in brackets where the document does not state it."""
    parts = date_parts(info)
    if not parts:
        return "undated"
    year, *rest = parts
    month = f"{MONTHS[rest[0] - 1]} " if rest else ""
    day = f"{rest[1]}, " if len(rest) > 1 else ""
    written = f"{month}{day}{year}"
    return written if info.date_certainty == "stated" else f"[{written}?]"


def understood(turn: Turn) -> str:
    """How a question was understood; empty if as it was asked."""
    meant = " ".join(turn.answer.standalone.split())
    return "" if meant == " ".join(turn.question.split()) else meant


def title_of(turns: Sequence[Turn]) -> str:
    """The head of an export: the question, if there is only one."""
    return " ".join(turns[0].question.split()) if len(turns) == 1 else "A conversation with the archive"
