"""Where readers put sources of their own: beside the archive for themselves or, if its owner lets them, into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from assistant.adding import add_and_build, is_added, read_upload, remove_from_archive
from assistant.domain import KINDS, Kind, SourceInfo
from assistant.errors import UploadError
from assistant.index import Progress
from assistant.session import Assistant
from assistant.web.documents import badge_html
from assistant.web.markup import escaped, tag
from assistant.web.visitors import Visitor

Leave: TypeAlias = Literal["none", "own", "archive"]
"""What readers may do: add nothing, add for themselves while their page is open, or add to the archive as well."""


class Shelf:
    """The sources that readers add and take away again."""

    def __init__(self, assistant: Assistant, leave: Leave) -> None:
        self._assistant = assistant
        self._leave = leave

    def add(
        self, visitor: Visitor, path: Path, name: str, kind: str, *, shared: bool, progress: Progress | None
    ) -> SourceInfo:
        """What is known of a file that has been added; the file that was sent is gone afterwards.

        Raises:
            UploadError: it cannot be used, or may not be added there; nothing has changed then.
        """
        with _fetched(path):
            if self._leave == "none" or (shared and self._leave != "archive"):
                raise UploadError(
                    "the owner of this page has not allowed that; ask him (`assistant serve --allow-upload`)"
                )
            of_kind: Kind = "background" if kind == KINDS[1] else "primary"
            if not shared:
                return visitor.own.add(path, name, of_kind, progress)
            return self._share(path, name, of_kind, progress)

    def remove(self, visitor: Visitor, source_id: str) -> None:
        """Take a source away that a reader has added.

        Raises:
            UploadError: nobody has added such a source, or it may not be taken away.
        """
        if source_id in {info.id for info in visitor.own.infos}:
            visitor.own.remove(source_id)
            return
        if self._leave != "archive":
            raise UploadError("only sources of your own can be taken away")
        remove_from_archive(self._assistant.corpus.root, source_id)
        self._assistant.build()

    def html(self, visitor: Visitor) -> str:
        """The sources that the visitor may take away again, each with a button."""
        infos = [*visitor.own.infos, *(self._shared() if self._leave == "archive" else [])]
        return tag("ul", "".join(_entry(info) for info in infos), class_="shelf") if infos else ""

    def _shared(self) -> list[SourceInfo]:
        """What readers have added to the archive."""
        return [info for info in self._assistant.sources() if is_added(info)]

    def _share(self, path: Path, name: str, kind: Kind, progress: Progress | None) -> SourceInfo:
        draft = replace(read_upload(path, name), kind=kind)
        return add_and_build(self._assistant.corpus.root, draft, lambda: self._assistant.build(progress=progress))


@contextmanager
def _fetched(path: Path) -> Iterator[None]:
    """A file that was sent, and is removed when it has been read."""
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _entry(info: SourceInfo) -> str:
    title = tag("a", escaped(info.title), href="#", data_open=info.id)
    remove = tag("button", "Remove", type="button", data_remove=info.id, aria_label=f"Remove {info.title}")
    return tag("li", badge_html(info.kind) + " " + title + " " + remove)
