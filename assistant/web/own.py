"""A visitor's own sources beside the archive: found and quoted as those of the archive are, and by nobody else.

They are an archive of their own, with its own index in a folder of this machine, which is gone when the visitor is. A
question is put to both, and answered from the one whose sources answer it best.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from assistant.adding import add_and_build, read_upload, remove_from_archive
from assistant.answering.findings import Findings
from assistant.conversation import Conversation
from assistant.corpus import Corpus
from assistant.domain import Answer, Kind, Source, SourceInfo, Turn, Verified
from assistant.errors import UploadError
from assistant.followup import Exchange
from assistant.index import Progress
from assistant.session import Assistant, make_filter

_OWN = "own."
"""How ids of visitors' sources begin; no file's name gives an id with a full stop, so that none clashes with these."""
MOST_SOURCES = 20
MOST_CHARACTERS = 4_000_000
"""Of all texts of one visitor together."""


class OwnSources:
    """The archive and one visitor's own sources; an `assistant.conversation.Answerer`. Close it when he leaves."""

    def __init__(
        self,
        assistant: Assistant,
        folder: Path | None = None,
        *,
        most_sources: int = MOST_SOURCES,
        most_characters: int = MOST_CHARACTERS,
    ) -> None:
        """Beside an open archive; files come into a new folder within the given one, or the system's for such."""
        self._archive = assistant
        self._within = folder
        self._most_sources = most_sources
        self._most_characters = most_characters
        self._lock = Lock()  # of changes; questions are answered meanwhile
        self._folder: Path | None = None
        self._own: Assistant | None = None
        self._joined: tuple[tuple[Corpus, Corpus], Corpus] | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, path: Path, name: str, kind: Kind = "primary", progress: Progress | None = None) -> SourceInfo:
        """What is known of a file that has been added, and is now found.

        Raises:
            UploadError: the file cannot be used, or the visitor has too many; nothing has changed then.
        """
        draft = read_upload(path, name)
        with self._lock:
            self._check_room(len(draft.text))
            folder = self._corpus_folder()
            own = replace(draft, id=f"{_OWN}{draft.id}", kind=kind)
            return add_and_build(folder, own, lambda: self._build(folder, progress))

    def remove(self, source_id: str) -> None:
        """Take one of the visitor's sources away.

        Raises:
            UploadError: it is none of his.
        """
        with self._lock:
            if source_id not in {info.id for info in self.infos}:
                raise UploadError(f"{source_id!r} is none of your own sources; only these can be removed")
            folder = self._corpus_folder()
            remove_from_archive(folder, source_id)
            if len(self.infos) == 1:
                self._discard()
            else:
                self._build(folder, None)

    def close(self) -> None:
        """Remove every file; the archive stays open."""
        with self._lock:
            self._closed = True
            self._discard()

    @property
    def infos(self) -> tuple[SourceInfo, ...]:
        """The visitor's own sources."""
        own = self._own
        return () if own is None else own.sources()

    @property
    def corpus(self) -> Corpus:
        """The archive's sources and the visitor's own."""
        archive, own = self._archive.corpus, self._own
        if own is None:
            return archive
        parts, joined = (archive, own.corpus), self._joined
        if joined is None or joined[0] != parts:
            joined = self._joined = (parts, archive.beside(own.corpus))
        return joined[1]

    def source(self, source_id: str) -> Source:
        """A source with its text, the visitor's own or the archive's.

        Raises:
            UnknownSource: no source of that id.
        """
        return self.corpus.source(source_id)

    def conversation(
        self,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        turns: Sequence[Turn] = (),
    ) -> Conversation:
        """A conversation about all sources, or the given ones, that goes on from earlier turns."""
        make_filter(self.corpus, sources, kinds)
        return Conversation(self, sources=sources, kinds=kinds, turns=turns)

    def find(
        self,
        question: str,
        *,
        sources: Sequence[str] | None = None,
        kinds: Sequence[Kind] | None = None,
        standalone: str | None = None,
    ) -> Findings:
        """What the archive or the visitor's own sources have on a question, whichever answers it better.

        Raises:
            QuestionError, UnknownSource: as for `assistant.session.Assistant.find`.
        """
        wanted = make_filter(self.corpus, sources, kinds)
        found = []
        for side in filter(None, (self._archive, self._own)):
            admitted = [info.id for info in side.corpus if wanted.admits(info)]
            if admitted:
                asked = None if sources is None else admitted
                found.append(side.find(question, sources=asked, kinds=kinds, standalone=standalone))
        return max(found, key=lambda findings: findings.judgement.answered)

    def respond(self, findings: Findings) -> Iterator[Verified | Answer]:
        """The answer that findings allow: statements as they are verified and, last, the answer."""
        return self._archive.respond(findings)

    def restate(self, question: str, earlier: Sequence[Exchange]) -> str | None:
        """A follow-up made standalone by the language model, if there is one."""
        return self._archive.restate(question, earlier)

    def _check_room(self, characters: int) -> None:
        if self._closed:
            raise UploadError("this page has been closed; open it anew")
        if len(self.infos) >= self._most_sources:
            raise UploadError(f"you have {self._most_sources} sources of your own, which is the most; remove one")
        used = sum(len(self.source(info.id).text) for info in self.infos)
        if used + characters > self._most_characters:
            raise UploadError(
                f"this file has {characters:,} characters and your others {used:,}; "
                f"{self._most_characters:,} are allowed together; remove one"
            )

    def _corpus_folder(self) -> Path:
        """The folder of the visitor's archive, made when it is first needed and readable by this user alone."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="own-sources-", dir=self._within))
            (self._folder / "corpus").mkdir()
        return self._folder / "corpus"

    def _build(self, folder: Path, progress: Progress | None) -> None:
        own = self._own or self._archive.beside(folder, folder.with_name("store"))
        own.build(progress=progress)
        self._own = own

    def _discard(self) -> None:
        """Remove the folder with all that is in it."""
        if self._own is not None:
            self._own.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._own, self._folder, self._joined = None, None, None


def is_own(source_id: str) -> bool:
    """Whether an id is that of a visitor's own source."""
    return source_id.startswith(_OWN)
