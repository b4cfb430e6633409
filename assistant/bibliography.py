"""bibliography.json -> Bibliography: the works that background sources rest on, and each source's references to them.

The file is CSL-JSON, as Zotero, pandoc and other programs read and write it. A background source ends with a section
``## References`` of numbered lines ``3. frus-1951-7-1, doc. 312, pp. 483–486.``: the first word is the id of a work.
"""

from __future__ import annotations

import json
import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from assistant.corpus import Corpus
from assistant.domain import Source, Span
from assistant.errors import CorpusError

FILE = "bibliography.json"

_Words = Annotated[str, Field(pattern=r"\S")]
_SECTION = re.compile(r"^## References[^\S\n]*$(?![\s\S]*^#{1,6}[^\S\n])", re.MULTILINE)
_ITEM = re.compile(r"^(?P<number>\d+)\. (?P<work>[a-z0-9-]+)(?:[.,:;] *(?P<place>.*))?\r?$", re.MULTILINE)
_MARKER = re.compile(r"\[(\d+)\]")


class _Record(BaseModel):
    """Field names have hyphens in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"))


class Name(_Record):
    """A person, or a name that is not to be taken apart."""

    family: str = ""
    given: str = ""
    literal: str = ""

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Name:
        if bool(self.family) == bool(self.literal):
            raise ValueError("a name has either family or literal")
        return self

    def written(self, *, turned: bool) -> str:
        """The name for print; turned, the family name stands first."""
        if self.literal or not self.given:
            return self.literal or self.family
        return f"{self.family}, {self.given}" if turned else f"{self.given} {self.family}"


class Issued(_Record):
    """When a work appeared: a date as far as it is known, or words."""

    date_parts: tuple[tuple[int, ...], ...] = ()
    literal: str = ""

    def written(self) -> str:
        """The words, or the first date, the day before the month."""
        year, *rest = self.date_parts[0] if self.date_parts else (self.literal,)
        month = [month_name[number] for number in rest[:1]]
        return " ".join(map(str, [*rest[1:], *month, year]))


class Work(_Record):
    """An item of the bibliography; the names of the fields are those of CSL-JSON."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    type: Literal[
        "article",
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "book",
        "chapter",
        "collection",
        "entry-encyclopedia",
        "hearing",
        "personal_communication",
        "report",
        "treaty",
        "webpage",
    ]
    title: _Words
    author: tuple[Name, ...] = ()
    editor: tuple[Name, ...] = ()
    translator: tuple[Name, ...] = ()
    container_title: str = ""
    volume: str = ""
    issue: str = ""
    page: str = ""
    publisher: str = ""
    publisher_place: str = ""
    issued: Issued = Issued()
    isbn: str = Field(default="", alias="ISBN")
    note: str = ""
    """What of the entry was not checked against a copy, and how much of the work was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A numbered line under a source's References."""

    number: int
    """The number that stands in brackets where the source leans on it."""
    work: str
    """Id of a work in the bibliography."""
    place: str
    """Where in the work; may be empty."""

    def written(self) -> str:
        """The reference in one line: ``[3] frus-1951-7-1, doc. 312, pp. 483–486``."""
        return f"[{self.number}] " + ", ".join(part.rstrip(".") for part in (self.work, self.place) if part)


class Bibliography:
    """The works of an archive by id, in the order of the file; an archive need not have any."""

    def __init__(self, works: Sequence[Work] = ()) -> None:
        self._works = {work.id: work for work in works}

    def __len__(self) -> int:
        return len(self._works)

    def __iter__(self) -> Iterator[Work]:
        return iter(self._works.values())

    def __contains__(self, work_id: object) -> bool:
        return work_id in self._works

    def work(self, work_id: str) -> Work:
        """A work.

        Raises:
            CorpusError: no work of that id.
        """
        if work_id not in self._works:
            raise CorpusError(f"no work {work_id!r} in {FILE}; add it, or correct the reference")
        return self._works[work_id]

    def works_of(self, source: Source) -> tuple[Work, ...]:
        """The works that a source refers to, each once, in the order of its references.

        Raises:
            CorpusError: a reference names a work that is not here.
        """
        return tuple(self.work(work_id) for work_id in dict.fromkeys(ref.work for ref in references(source.text)))

    def as_csl(self) -> list[dict[str, object]]:
        """The works as CSL-JSON, for other programs."""
        return [work.model_dump(mode="json", by_alias=True, exclude_defaults=True) for work in self]


def load_bibliography(root: Path) -> Bibliography:
    """The bibliography of a corpus folder; an empty one if the folder has no ``bibliography.json``.

    Raises:
        CorpusError: the file cannot be read or has faults: every fault is named with its work.
    """
    path = root / FILE
    if not path.is_file():
        return Bibliography()
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"cannot read {path}: {error}; it must be CSL-JSON") from error
    return Bibliography(_validate(path, items))


def _validate(path: Path, items: object) -> tuple[Work, ...]:
    try:
        works = TypeAdapter(tuple[Work, ...]).validate_python(items)
    except ValidationError as error:
        faults = [f"  {_where(items, fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise CorpusError(f"{path} has {len(faults)} faults; mend these:\n" + "\n".join(faults)) from error
    ids = [work.id for work in works]
    if repeated := sorted({work_id for work_id in ids if ids.count(work_id) > 1}):
        raise CorpusError(f"{path} names works more than once: {', '.join(repeated)}; keep one of each")
    return works


def _where(items: object, place: Sequence[int | str]) -> str:
    """The work and field of a fault."""
    if not (isinstance(items, list) and place and isinstance(place[0], int)):
        return FILE
    item = items[place[0]]
    name = item.get("id") if isinstance(item, dict) else None
    return ".".join(map(str, [name or f"item {place[0] + 1}", *place[1:]]))


def references(text: str) -> tuple[Reference, ...]:
    r"""The numbered lines of a text's last section, if that is ``## References``; else none.

    >>> references("# Talks\n\nThey met [1].\n\n## References\n\n1. hermes-1966, ch. 2.")
    (Reference(number=1, work='hermes-1966', place='ch. 2.'),)
    """
    heading = _SECTION.search(text)
    items = _ITEM.finditer(text, heading.end()) if heading else ()
    return tuple(
        Reference(number=int(item["number"]), work=item["work"], place=(item["place"] or "").strip()) for item in items
    )


def body(source: Source) -> Span | None:
    """All of a source before its references; None if it is a primary document, or has no references or nothing else."""
    heading = _SECTION.search(source.text) if references(source.text) and source.info.kind == "background" else None
    return Span(start=0, end=heading.start()) if heading and heading.start() > 0 else None


def marked(words: str, text: str) -> tuple[Reference, ...]:
    """The references of a text whose numbers stand in brackets in the given words of it."""
    numbers = {int(number) for number in _MARKER.findall(words)}
    return tuple(reference for reference in references(text) if reference.number in numbers)


def works_used(corpus: Corpus, bibliography: Bibliography) -> dict[str, tuple[str, ...]]:
    """The ids of the works that each source refers to; only background sources have any.

    Raises:
        CorpusError: a reference names no work of the bibliography, or a source cannot be read.
    """
    return {
        info.id: tuple(work.id for work in bibliography.works_of(corpus.source(info.id)))
        if bibliography and info.kind == "background"
        else ()
        for info in corpus
    }


def written(work: Work) -> str:
    """A work as a bibliography prints it: names, title, where it appeared, what was not checked."""
    parts = (_people(work), work.title, _container(work), _imprint(work), work.note)
    return " ".join(part if part.endswith(("?", ".")) else f"{part}." for part in parts if part)


def _people(work: Work) -> str:
    names = [name.written(turned=index == 0) for index, name in enumerate(work.author)]
    return " and ".join(names)


def _container(work: Work) -> str:
    """What the work stands in, with its editors and translators."""
    numbers = f"{work.volume}:{work.issue}" if work.volume and work.issue else work.volume or work.issue
    within = f"{'In ' if work.type == 'chapter' else ''}{work.container_title} {numbers}".strip()
    roles = (("Edited by", work.editor), ("Translated by", work.translator))
    people = [f"{role} {', '.join(name.written(turned=False) for name in names)}" for role, names in roles if names]
    return ". ".join(part for part in (within, *people) if part)


def _imprint(work: Work) -> str:
    """Place, publisher, date and pages."""
    house = f"{work.publisher_place}: {work.publisher}" if work.publisher_place else work.publisher
    pages = ("pp. " if re.search(r"[-,–]", work.page) else "p. ") + work.page if work.page else ""
    return ", ".join(part for part in (house, work.issued.written(), pages) if part)
