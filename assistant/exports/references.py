"""The cited sources for reference managers: CSL-JSON and BibTeX, each with its quotes and their selectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assistant.bibliography import Bibliography, Name, Work
from assistant.citation import MONTHS
from assistant.corpus import Corpus
from assistant.domain import Citation, SourceInfo, Turn
from assistant.exports.anchors import selectors
from assistant.exports.parts import citations_of, date_parts, given, people, sources_of

_KINDS = {"book": "book", "chapter": "incollection", "article-journal": "article", "article-magazine": "article"}
_WITHIN = {"chapter": "booktitle", "article-journal": "journal", "article-magazine": "journal"}
_LATEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "\n": " ", "\r": " "}
)
_IN_BRACES = str.maketrans({"{": "\\u007b", "}": "\\u007d"})


def to_csl(turns: Sequence[Turn], corpus: Corpus, works: Iterable[Work] = ()) -> str:
    """The cited sources, then the works, as a CSL-JSON list; quotes stand in each item's ``custom``."""
    items = [csl_item(info) | {"custom": {"quotes": _quotes(info, turns, corpus)}} for info in sources_of(turns)]
    return json.dumps([*items, *Bibliography(tuple(works)).as_csl()], ensure_ascii=False, indent=1) + "\n"


def csl_item(info: SourceInfo) -> dict[str, Any]:
    """A source as a CSL-JSON item (citation style language 1.0.2)."""
    sent = info.kind == "primary" and bool(given(info.addressee))
    names = {"author": people(info.author), "recipient": people(info.addressee), "translator": people(info.translator)}
    item: dict[str, Any] = {
        "id": info.id,
        "type": "personal_communication" if sent else "document",
        "title": info.title,
        "genre": given(info.form),
        **{role: [{"literal": name} for name in people] for role, people in names.items() if people},
        "issued": {"date-parts": [date_parts(info)]} if date_parts(info) else {},
        "archive_location": given(info.archive_reference),
        "event-place": given(info.place),
        "language": given(info.language),
        "note": "; ".join(part for part in (given(info.publication), _doubts(info)) if part),
    }
    return {name: value for name, value in item.items() if value}


def _doubts(info: SourceInfo) -> str:
    return f"not verified: {', '.join(info.unverified)}" if info.unverified else ""


def _quotes(info: SourceInfo, turns: Sequence[Turn], corpus: Corpus) -> list[dict[str, Any]]:
    return [{"locus": str(c.locus), "selector": selectors(c, corpus)} for c in _cited(info, turns)]


def _cited(info: SourceInfo, turns: Sequence[Turn]) -> list[Citation]:
    """The citations of a source, each place once."""
    return list({c.span: c for c in citations_of(turns) if c.source_id == info.id}.values())


def to_bibtex(turns: Sequence[Turn], corpus: Corpus, works: Iterable[Work] = ()) -> str:
    """The cited sources, then the works, as BibTeX; the selectors stand in a field of their own."""
    entries = [_source_entry(info, turns, corpus) for info in sources_of(turns)]
    return "\n\n".join([*entries, *map(_work_entry, works)]) + "\n"


def _source_entry(info: SourceInfo, turns: Sequence[Turn], corpus: Corpus) -> str:
    parts = date_parts(info)
    cited = _cited(info, turns)
    quotes = "; ".join(f"{c.locus}: “{' '.join(c.quote.split())}”" for c in cited)
    anchored = json.dumps([selectors(c, corpus) for c in cited], ensure_ascii=False).translate(_IN_BRACES)
    fields = {
        "author": " and ".join(f"{{{latex(name)}}}" for name in people(info.author)),
        "title": f"{{{latex(info.title)}}}",
        "year": str(parts[0]) if parts else "",
        "month": MONTHS[parts[1] - 1][:3].lower() if len(parts) > 1 else "",
        "day": str(parts[2]) if len(parts) > 2 else "",
        "howpublished": latex(given(info.publication)),
        "note": latex("; ".join(part for part in (given(info.archive_reference), _doubts(info)) if part)),
        "language": latex(given(info.language)),
        "annotation": latex(quotes),
        "selectors": anchored,
    }
    return _entry("misc", info.id, fields)


def _work_entry(work: Work) -> str:
    fields = {
        "author": " and ".join(map(_name, work.author)),
        "editor": " and ".join(map(_name, work.editor)),
        "title": f"{{{latex(work.title)}}}",
        _WITHIN.get(work.type, "howpublished"): latex(work.container_title),
        "volume": latex(work.volume),
        "number": latex(work.issue),
        "pages": latex(work.page),
        "publisher": latex(work.publisher),
        "address": latex(work.publisher_place),
        "year": str(work.issued.date_parts[0][0]) if work.issued.date_parts else latex(work.issued.literal),
        "isbn": latex(work.isbn),
        "note": latex(work.note),
    }
    return _entry(_KINDS.get(work.type, "misc"), work.id, fields)


def _name(person: Name) -> str:
    if person.literal or not person.given:
        return f"{{{latex(person.literal or person.family)}}}"
    return f"{latex(person.family)}, {latex(person.given)}"


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def latex(text: str) -> str:
    r"""The text with what LaTeX would take for commands made plain.

    >>> latex("Tom & Jerry, 100%")
    'Tom \\& Jerry, 100\\%'
    """
    return text.translate(_LATEX)
