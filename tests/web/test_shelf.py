"""Readers' own sources, for themselves or for the archive, as its owner allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.errors import UploadError
from assistant.web.examples import Example
from assistant.web.limits import Limits
from assistant.web.own import OwnSources
from assistant.web.shelf import Leave, Shelf
from assistant.web.talking import Desk, Upload
from assistant.web.visitors import Visitor
from tests.specimens import write_corpus
from tests.stores import THREE, make_assistant, make_workshop
from tests.web.reading import Read, text_of

DIARY = "The old oak bridge at Elmsford burned down in 1874."


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    made = make_assistant(make_workshop(tmp_path / "store", write_corpus(tmp_path / "corpus", THREE)))
    made.build()
    with made:
        yield made


@pytest.fixture
def visitor(assistant: Assistant, tmp_path: Path) -> Iterator[Visitor]:
    with OwnSources(assistant, tmp_path) as own:
        yield Visitor(id="ann", own=own)


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., Upload]:
    def made(text: str = DIARY, name: str = "diary.txt") -> Upload:
        (tmp_path / "sent").write_text(text, encoding="utf-8")
        return Upload(path=tmp_path / "sent", name=name)

    return made


def desk_of(assistant: Assistant, leave: Leave, tmp_path: Path) -> Desk:
    return Desk(Limits(100, 1), Shelf(assistant, leave), [Example(question="Who?")], tmp_path / "feedback")


def shelf_of(html: str | None) -> list[str]:
    return [a["data-remove"] for a, _ in Read(html or "").all("button")]


def test_an_own_source_opens_is_asked_and_is_removed(
    assistant: Assistant, visitor: Visitor, send: Callable[..., Upload], tmp_path: Path
) -> None:
    desk, file = desk_of(assistant, "own", tmp_path), send()
    view = desk.add_source(visitor, file, "background", shared=False, progress=None)
    assert text_of(str(view.reader)) == DIARY
    assert not file.path.exists(), "what was sent is not left lying"
    (source_id,) = shelf_of(view.shelf)
    assert view.corpus is not None
    assert view.corpus.info(source_id).kind == "background"
    assert source_id not in {info.id for info in assistant.sources()}
    list(desk.ask(visitor, "When did the oak bridge at Elmsford burn down?", (), ()))
    assert visitor.turns[0].answer.citations[0].source_id == source_id
    gone = desk.remove_source(visitor, source_id)
    assert (gone.shelf, visitor.turns, visitor.own.infos) == ("", (), ())


def test_what_is_not_allowed_is_refused_and_not_kept(
    assistant: Assistant, visitor: Visitor, send: Callable[..., Upload], tmp_path: Path
) -> None:
    for leave, shared in (("none", False), ("own", True)):
        file, desk = send(), desk_of(assistant, "none" if leave == "none" else "own", tmp_path)
        with pytest.raises(UploadError, match="has not allowed that"):
            desk.add_source(visitor, file, "primary", shared=shared, progress=None)
        assert not file.path.exists()
    with pytest.raises(UploadError, match="only sources of your own"):
        desk_of(assistant, "own", tmp_path).remove_source(visitor, "bridge")


def test_a_shared_source_is_found_by_everybody_and_can_be_taken_out(
    assistant: Assistant, visitor: Visitor, send: Callable[..., Upload], tmp_path: Path
) -> None:
    desk = desk_of(assistant, "archive", tmp_path)
    view = desk.add_source(visitor, send(), "primary", shared=True, progress=None)
    (source_id,) = shelf_of(view.shelf)
    assert assistant.source(source_id).text == DIARY
    assert assistant.ask("When did the oak bridge at Elmsford burn down?").citations[0].source_id == source_id
    assert shelf_of(desk.remove_source(visitor, source_id).shelf) == []
    assert source_id not in {info.id for info in assistant.sources()}
    with pytest.raises(UploadError):
        desk.remove_source(visitor, "bridge")


def test_a_source_that_cannot_be_indexed_is_not_left_in_the_archive(
    assistant: Assistant, visitor: Visitor, send: Callable[..., Upload], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise UploadError("no room")

    monkeypatch.setattr(assistant, "build", broken)
    before = (tmp_path / "corpus" / "catalogue.toml").read_bytes()
    with pytest.raises(UploadError, match="no room"):
        desk_of(assistant, "archive", tmp_path).add_source(visitor, send(), "primary", shared=True, progress=None)
    assert (tmp_path / "corpus" / "catalogue.toml").read_bytes() == before
