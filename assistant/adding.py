"""Draft -> a source of an archive, and out again.

What is added lies in the folder ``added`` of the archive, and only that is ever taken out. The catalogue is replaced in
one step, under a lock, after the text is on disk: a kill at any moment leaves the archive as it was or as it is to be,
and at worst a file that no entry names.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from assistant.catalogue import Form, with_entry, without_entry
from assistant.corpus import CatalogueEntry, find_catalogue, parse_catalogue
from assistant.domain import UNKNOWN, SourceInfo
from assistant.drafts import Draft, UploadLimits, free_id, read_upload
from assistant.errors import CorpusError, UploadError
from assistant.paths import is_packed

__all__ = [
    "Draft",
    "UploadLimits",
    "add_and_build",
    "add_to_archive",
    "is_added",
    "read_upload",
    "remove_from_archive",
]

_FOLDER = "added"
"""Folder of an archive for what was added to it."""
_PATIENCE_S = 10.0
"""How long another writer is waited for."""
_SAFE_ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""Ids that can be the name of a file, and of no file elsewhere."""


def add_to_archive(corpus_folder: Path, draft: Draft) -> SourceInfo:
    """What the catalogue of a folder now says of a draft; `assistant.session.Assistant.build` then makes it findable.

    A folder without a catalogue gets one.

    Raises:
        UploadError: the archive cannot be written to, or a field of the draft is not as it should be.
        CorpusError: the catalogue has faults.
    """
    with _writing(corpus_folder):
        catalogue = find_catalogue(corpus_folder) or corpus_folder / "catalogue.toml"
        before = _read(catalogue)
        infos = parse_catalogue(catalogue, before) if before else []
        info = _info(draft, _free_id(corpus_folder, draft, infos))
        after = _checked(catalogue, with_entry(before, asdict(info), _form(catalogue)), [*infos, info])
        text = corpus_folder / info.file
        text.parent.mkdir(exist_ok=True)
        try:
            _write(text, draft.text)
            _replace(catalogue, after)
        except BaseException:
            text.unlink(missing_ok=True)
            raise
    return info


def add_and_build(corpus_folder: Path, draft: Draft, build: Callable[[], object]) -> SourceInfo:
    """What the catalogue now says of a draft that has been added and, once it is built, is found; else nothing changes.

    Raises:
        UploadError, CorpusError: as for `add_to_archive`; and whatever ``build`` raises.
    """
    info = add_to_archive(corpus_folder, draft)
    try:
        build()
    except BaseException:
        remove_from_archive(corpus_folder, info.id)
        raise
    return info


def remove_from_archive(corpus_folder: Path, source_id: str) -> None:
    """Take out a source that was added; the rest of the catalogue stays as it is, byte for byte.

    Raises:
        UploadError: there is no such source, it was not added in this way, or the archive cannot be written to.
        CorpusError: the catalogue has faults.
    """
    with _writing(corpus_folder):
        catalogue = find_catalogue(corpus_folder) or corpus_folder / "catalogue.toml"
        before = _read(catalogue)
        infos = parse_catalogue(catalogue, before) if before else []
        info = _added(infos, source_id)
        after = without_entry(before, source_id, _form(catalogue))
        if after is None:
            raise UploadError(f"the entry of {source_id!r} was changed by hand; take it out of the catalogue by hand")
        if after.strip():
            _replace(catalogue, _checked(catalogue, after, [one for one in infos if one.id != source_id]))
        else:
            catalogue.unlink()
        (corpus_folder / info.file).unlink(missing_ok=True)


def is_added(info: SourceInfo) -> bool:
    """Whether a source was added in this way, and does not belong to the archive's editors."""
    return info.file.startswith(f"{_FOLDER}/")


def _added(infos: Sequence[SourceInfo], source_id: str) -> SourceInfo:
    """A source that was added, and does not belong to the archive's editors."""
    info = next((one for one in infos if one.id == source_id), None)
    if info is None:
        raise UploadError(f"no source {source_id!r} in this archive; `assistant sources` lists all")
    if not is_added(info):
        raise UploadError(f"{source_id!r} was not added with `assistant add`; take it out of the catalogue by hand")
    return info


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """The leave to write to an archive, for one at a time."""
    if is_packed(folder):
        raise UploadError("the shipped archive is part of the installed package; name a folder of your own (--corpus)")
    if not folder.is_dir():
        raise UploadError("there is no such archive folder; make it, or name another one (--corpus)")
    try:
        with FileLock(folder / ".catalogue.lock", timeout=_PATIENCE_S):
            yield
    except Timeout as error:
        raise UploadError("someone else is changing this archive; try again when they are done") from error
    except OSError as error:
        raise UploadError(f"the archive cannot be written to ({error.strerror or error}); see to its folder") from error


def _form(catalogue: Path) -> Form:
    return ".toml" if catalogue.suffix == ".toml" else ".jsonl"


def _read(catalogue: Path) -> str:
    """Its text with its own line ends; empty if there is none yet."""
    try:
        return catalogue.read_bytes().decode("utf-8") if catalogue.exists() else ""
    except UnicodeDecodeError as error:
        raise CorpusError(f"{catalogue} is not UTF-8 at byte {error.start}; convert it") from error


def _checked(catalogue: Path, text: str, expected: Sequence[SourceInfo]) -> str:
    """The new text of a catalogue, if it says just what it should."""
    try:
        found = parse_catalogue(catalogue, text)
    except CorpusError as error:
        raise UploadError(f"the catalogue cannot be changed by a program; change it by hand ({error})") from error
    if found != list(expected):
        raise UploadError("the catalogue cannot be changed by a program; change it by hand")
    return text


def _free_id(folder: Path, draft: Draft, infos: Sequence[SourceInfo]) -> str:
    """An id that neither a source nor a left-over file has."""
    if not _SAFE_ID.fullmatch(draft.id):
        raise UploadError(f"{draft.id!r} cannot be an id; use small letters and digits, parted by hyphens")
    files = {path.stem for path in (folder / _FOLDER).glob("*")}
    return free_id(draft.id, files | {info.id for info in infos})


def _info(draft: Draft, source_id: str) -> SourceInfo:
    """The catalogue's entry of a draft."""
    values = {name: UNKNOWN for name, field in CatalogueEntry.model_fields.items() if field.annotation is str}
    values |= {
        "id": source_id,
        "title": draft.title,
        "kind": draft.kind,
        "form": draft.form,
        "author": draft.author,
        "date": draft.date,
        "date_certainty": UNKNOWN if draft.date == UNKNOWN else "stated",
        "date_note": "",
        "edition_notes": draft.edition_notes,
        "file": f"{_FOLDER}/{source_id}{draft.suffix}",
        "sha256": hashlib.sha256(draft.text.encode("utf-8")).hexdigest(),
    }
    try:
        return CatalogueEntry.model_validate({**values, "unverified": draft.unverified}).info()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UploadError(f"{first['loc'][0]}: {first['msg']}, found {first['input']!r:.60}; correct it") from error


def _write(path: Path, text: str) -> None:
    """A new file, on disk when this returns."""
    with path.open("xb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, text: str) -> None:
    """A file with another text, all of it or none; its mode stays."""
    real = path.resolve()
    aside = real.with_name(f".{real.name}.new")
    aside.unlink(missing_ok=True)  # what a killed writer left
    try:
        _write(aside, text)
        if real.exists():
            shutil.copymode(real, aside)
        aside.replace(real)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
