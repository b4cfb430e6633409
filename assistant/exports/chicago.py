"""Notes and bibliography in the manner of the Chicago Manual of Style (17th ed., 14.111 and 14.229-231).

Written here and not left to a CSL processor: what Chicago asks of an archival letter (who to whom, date, shelf-mark) is
what CSL styles do least well, and a reader who wants another style has the CSL-JSON (design/exports.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from assistant.bibliography import Work, written
from assistant.corpus import Corpus
from assistant.domain import Citation, SourceInfo, Turn
from assistant.exports.anchors import anchors
from assistant.exports.parts import (
    Note,
    american_date,
    given,
    parts_of,
    people,
    references_of,
    sources_of,
    title_of,
    understood,
)

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_chicago(turns: Sequence[Turn], corpus: Corpus, works: Sequence[Work] = ()) -> str:
    """The questions and answers, numbered notes, a bibliography, and the anchors, as plain text."""
    notes: list[Citation] = []
    lines = [] if len(turns) == 1 else [title_of(turns)]
    for turn in turns:
        lines += list(_turn(turn, notes))
    lines += ["Notes", *_notes(notes, corpus)]
    lines += ["Bibliography", *sorted([*map(entry, sources_of(turns)), *map(written, works)])]
    labelled = [(str(number), citation) for number, citation in enumerate(notes, start=1)]
    lines += ["Anchors", json.dumps(anchors(labelled, corpus), ensure_ascii=False, indent=1)]
    return "\n\n".join(lines) + "\n"


def _turn(turn: Turn, notes: list[Citation]) -> Iterator[str]:
    """The paragraphs of a turn; its citations are added to the notes."""
    meant = understood(turn)
    yield " ".join(turn.question.split()) + (f" (Understood as: {meant})" if meant else "")
    if turn.answer.refused:
        yield turn.answer.text
    for statement in turn.answer.statements:
        said = ""
        for part in parts_of(statement, turn.answer.citations):
            if isinstance(part, Note):
                notes.append(part.citation)
                said = said.rstrip() + str(len(notes)).translate(_SUPERSCRIPTS)
            else:
                said = f"{said} {part.text}"
        yield " ".join(said.split())


def _notes(citations: Sequence[Citation], corpus: Corpus) -> Iterator[str]:
    seen: set[str] = set()
    for number, citation in enumerate(citations, start=1):
        shown = short_note(citation.source) if citation.source_id in seen else full_note(citation.source)
        seen.add(citation.source_id)
        quote = " ".join(citation.quote.split())
        leaning = "; ".join(reference.written() for reference in references_of(citation, corpus))
        yield f"{number}. {shown}, {citation.locus}: “{quote}”" + (f" (there {leaning})" if leaning else "")


def full_note(info: SourceInfo) -> str:
    """The first note on a source.

    >>> from tests.specimens import make_info
    >>> full_note(make_info(form="telegram", archive_reference="APRF, fond 45"))
    'Ada Author to Bo Reader, telegram, June 13, 1951, APRF, fond 45'
    """
    form = given(info.form)
    what = [form] if _is_sent(info) else [f"“{info.title},”", form]
    parts = [_who(info), *what, american_date(info), _translated(info), _archive(info), given(info.publication)]
    return _joined(parts)


def short_note(info: SourceInfo) -> str:
    """A later note on the same source: who to whom, or the title, and the date."""
    title = "" if _is_sent(info) else f"“{info.title},”"
    return _joined([_who(info), title, american_date(info)])


def entry(info: SourceInfo) -> str:
    """A source in the bibliography."""
    what = f"{_capital(info.form)} to {info.addressee}." if _is_sent(info) else f"“{info.title}.”"
    parts = [american_date(info), _capital(_translated(info)), _archive(info), given(info.publication)]
    author = given(info.author)
    head = [_capital(f"{author.rstrip('.')}."), what] if author else [what]
    return " ".join([*head, *(f"{part.rstrip('.')}." for part in parts if part)])


def _joined(parts: Sequence[str]) -> str:
    """The parts of a note, a comma after each that does not bring its own."""
    return _capital(", ".join(part for part in parts if part).replace(",”, ", ",” "))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_sent(info: SourceInfo) -> bool:
    """Whether a source is a document that somebody wrote to somebody."""
    return info.kind == "primary" and bool(given(info.author) and given(info.addressee) and given(info.form))


def _who(info: SourceInfo) -> str:
    return f"{info.author} to {info.addressee}" if _is_sent(info) else " and ".join(people(info.author))


def _translated(info: SourceInfo) -> str:
    return f"trans. {given(info.translator)}" if given(info.translator) else ""


def _archive(info: SourceInfo) -> str:
    unverified = " (reference not verified)" if "archive_reference" in info.unverified else ""
    return f"{info.archive_reference}{unverified}" if given(info.archive_reference) else ""
