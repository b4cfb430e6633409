"""catalogue + files -> Corpus: typed, verified, read when needed.

The catalogue is ``catalogue.toml`` (``[[source]]`` tables, for people) or, for large archives, ``catalogue.jsonl`` (one
object a line); both have the fields of `CatalogueEntry`.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.domain import UNKNOWN, Certainty, Filter, Kind, Source, SourceInfo
from assistant.errors import CorpusError, UnknownSource
from assistant.recipe import digest

_Words = Annotated[str, Field(min_length=1, pattern=r"\S")]
_HEAD = re.compile(r"\s*\[\[\s*[\"']?source[\"']?\s*\]\]")
_READ_AHEAD = 256
"""Sources whose text is kept in memory."""


class CatalogueEntry(BaseModel):
    """A source as the catalogue file states it; `SourceInfo` says what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$")]
    title: _Words
    kind: Kind
    form: _Words
    author: _Words
    addressee: _Words
    date: Annotated[str, Field(pattern=r"^(\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?|unknown)$")]
    date_certainty: Certainty
    date_note: str
    place: _Words
    language: _Words
    translated_from: _Words
    translator: _Words
    archive_reference: _Words
    publication: _Words
    rights: _Words
    edition_notes: _Words
    unverified: tuple[str, ...]
    file: _Words
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @field_validator("date")
    @classmethod
    def _is_in_the_calendar(cls, value: str) -> str:
        if value != UNKNOWN:
            datetime.fromisoformat(value + "0001-01-01"[len(value) :])
        return value

    @field_validator("unverified")
    @classmethod
    def _names_fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if strangers := sorted(set(value) - set(cls.model_fields)):
            raise ValueError(f"names no field: {', '.join(strangers)}")
        return value

    @model_validator(mode="after")
    def _date_agrees(self) -> CatalogueEntry:
        if (self.date == UNKNOWN) != (self.date_certainty == UNKNOWN):
            raise ValueError("date and date_certainty must both be unknown, or neither")
        return self

    def info(self) -> SourceInfo:
        """The domain's form of this entry."""
        return SourceInfo(**self.model_dump())


class Corpus:
    """The sources of an archive, by id; a text is read, and its hash verified, when it is first asked for."""

    def __init__(self, root: Path, infos: Sequence[SourceInfo], elsewhere: Mapping[str, Path] | None = None) -> None:
        """Sources that lie in other folders are named with them, by id."""
        self.root = root
        self._infos = {info.id: info for info in infos}
        self._elsewhere = dict(elsewhere or {})
        self._read = lru_cache(maxsize=_READ_AHEAD)(self._read_source)

    def __len__(self) -> int:
        return len(self._infos)

    def __iter__(self) -> Iterator[SourceInfo]:
        return iter(self._infos.values())

    def __contains__(self, source_id: object) -> bool:
        return source_id in self._infos

    def info(self, source_id: str) -> SourceInfo:
        """What the catalogue knows of a source.

        Raises:
            UnknownSource: no source of that id.
        """
        if source_id not in self._infos:
            known = ", ".join(list(self._infos)[:5]) + (", …" if len(self._infos) > 5 else "")
            raise UnknownSource(f"no source {source_id!r}; known are {known}; `assistant sources` lists all")
        return self._infos[source_id]

    def source(self, source_id: str) -> Source:
        """A source with its text.

        Raises:
            UnknownSource: no source of that id.
            CorpusError: its file is missing, changed, empty or not UTF-8.
        """
        return self._read(self.info(source_id))

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of source that the archive has."""
        return frozenset(info.kind for info in self)

    def select(self, wanted: Filter) -> tuple[SourceInfo, ...]:
        """The sources that a filter admits, in the catalogue's order.

        Raises:
            UnknownSource: the filter names a source that is not here.
        """
        for source_id in wanted.sources or ():
            self.info(source_id)
        return tuple(info for info in self if wanted.admits(info))

    def beside(self, other: Corpus) -> Corpus:
        """The sources of this archive, then those of another one.

        Raises:
            CorpusError: an id stands in both.
        """
        if shared := [info.id for info in other if info.id in self]:
            raise CorpusError(f"both archives have a source {shared[0]!r}; give one of them another id")
        return Corpus(self.root, (*self, *other), self._elsewhere | {info.id: other.root for info in other})

    def digests(self) -> dict[str, str]:
        """A digest of each source's text and of what of its catalogue entry the index holds."""
        return {info.id: digest([info.sha256, info.kind]) for info in self}

    def verify(self) -> None:
        """Read every source.

        Raises:
            CorpusError: naming every source that is missing, changed, empty or not UTF-8.
        """
        problems = [problem for info in self if (problem := self._problem(info)) is not None]
        if problems:
            raise CorpusError(f"{len(problems)} of {len(self)} sources cannot be used:\n" + "\n".join(problems))

    def _problem(self, info: SourceInfo) -> str | None:
        try:
            self._read_source(info)
        except CorpusError as error:
            return f"  {error}"
        return None

    def _read_source(self, info: SourceInfo) -> Source:
        root = self._elsewhere.get(info.id, self.root)
        try:
            path = (root / info.file).resolve()
        except (RuntimeError, ValueError) as error:  # links in a circle; a NUL in the name
            raise CorpusError(f"{info.id}: file {info.file!r} is no path ({error}); correct it") from error
        if not path.is_relative_to(root.resolve()):
            raise CorpusError(f"{info.id}: file {info.file!r} lies outside the corpus folder; move it inside")
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CorpusError(f"{info.id}: cannot read {path} ({error.strerror}); restore it") from error
        found = hashlib.sha256(data).hexdigest()
        if found != info.sha256:
            raise CorpusError(
                f"{info.id}: {info.file} has SHA-256 {found}, the catalogue says {info.sha256}; "
                "restore the file or, if the change is meant, put the new hash into the catalogue"
            )
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CorpusError(f"{info.id}: {info.file} is not UTF-8 at byte {error.start}; convert it") from error
        if not text.strip():
            raise CorpusError(f"{info.id}: {info.file} holds no text; remove its entry or restore the file")
        return Source(info=info, text=text)


def load_corpus(root: Path) -> Corpus:
    """The corpus of a folder that holds ``catalogue.toml`` or ``catalogue.jsonl``; texts are read later.

    Raises:
        CorpusError: no catalogue, or one with faults: every fault is named with its line.
    """
    path = find_catalogue(root)
    if path is None:
        raise CorpusError(f"no catalogue.toml or catalogue.jsonl in {root}; name a folder that has one")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot read {path}: {error}") from error
    return Corpus(root, parse_catalogue(path, text))


def find_catalogue(root: Path) -> Path | None:
    """The catalogue of a folder; None if it has none."""
    return next((path for path in (root / "catalogue.toml", root / "catalogue.jsonl") if path.is_file()), None)


def parse_catalogue(path: Path, text: str) -> list[SourceInfo]:
    """The sources that the text of a catalogue lists; its path tells its form, and stands in messages.

    Raises:
        CorpusError: the text has faults: every fault is named with its line.
    """
    tables = _toml_tables(path, text) if path.suffix == ".toml" else _jsonl_tables(path, text)
    return _validate(path, tables)


class _Table:
    """One entry as found: its values and the lines it stands on."""

    def __init__(self, values: object, first_line: int, lines: Sequence[str] = ()) -> None:
        self.values = values
        self.first_line = first_line
        self.lines = lines

    def line_of(self, name: str) -> int:
        """The line of a field, or of the entry's head if the field is not there."""
        pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        offsets = (number for number, line in enumerate(self.lines) if pattern.match(line))
        return self.first_line + next(offsets, 0)


def _toml_tables(path: Path, text: str) -> list[_Table]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CorpusError(f"{path} is not TOML: {error}") from error
    entries = document.get("source")
    if not isinstance(entries, list) or not entries or set(document) != {"source"}:
        raise CorpusError(f"{path} must hold [[source]] tables and nothing else; found {sorted(document) or 'nothing'}")
    lines = text.split("\n")
    heads = [number for number, line in enumerate(lines) if _HEAD.match(line)]
    ends = [*heads[1:], len(lines)]
    places = [(head + 1, lines[head:end]) for head, end in zip(heads, ends, strict=False)]
    places += [(1, [])] * (len(entries) - len(places))
    return [_Table(values, first, part) for values, (first, part) in zip(entries, places, strict=False)]


def _jsonl_tables(path: Path, text: str) -> list[_Table]:
    tables, problems = [], []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            tables += [_Table(json.loads(line), number)] if line.strip() else []
        except ValueError as error:
            problems.append(f"  line {number}: not JSON: {error}")
    if problems:
        raise CorpusError(f"{path} has {len(problems)} lines to mend:\n" + "\n".join(problems))
    if not tables:
        raise CorpusError(f"{path} lists no source; add one object a line")
    return tables


def _validate(path: Path, tables: Sequence[_Table]) -> list[SourceInfo]:
    infos, problems = [], []
    for table in tables:
        try:
            infos.append(CatalogueEntry.model_validate(table.values).info())
        except ValidationError as error:
            problems += [_describe(table, dict(fault)) for fault in error.errors()]
    problems += _duplicates(tables)
    if problems:
        raise CorpusError(f"{path} has {len(problems)} faults:\n" + "\n".join(problems))
    return infos


def _describe(table: _Table, fault: dict[str, Any]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else "entry"
    found = "" if fault["type"] == "missing" else f", found {str(fault['input'])[:60]!r}"
    return f"  line {table.line_of(name)}: {name}: {fault['msg']}{found}"


def _duplicates(tables: Sequence[_Table]) -> list[str]:
    ids = [table.values.get("id") if isinstance(table.values, dict) else None for table in tables]
    repeated = {source_id for source_id, count in Counter(map(str, ids)).items() if count > 1} - {"None"}
    return [
        f"  line {table.line_of('id')}: id: {source_id!r} stands more than once"
        for table, source_id in zip(tables, ids, strict=True)
        if str(source_id) in repeated
    ]
