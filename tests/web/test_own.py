"""A visitor's own sources: found beside the archive, by him alone, and gone when he is."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from assistant import Answer, Assistant
from assistant.domain import FORMATS, Turn
from assistant.errors import IndexLocked, QuestionError, UnknownSource, UploadError
from assistant.exports.writing import export
from assistant.index import Progress
from assistant.manifest import Manifest
from assistant.web.own import OwnSources

TAIWAN = "What does Mao say about Taiwan?"
BRIDGE = "When did the old oak bridge at Elmsford burn down?"
DIARY = "# Diary of Anna Berg\n\nThe old oak bridge at Elmsford burned down in 1874. Nobody was hurt.\n"
MILL = "The mill at Elmsford grinds rye and barley. Its owner is Anna Berg.\n"


@pytest.fixture
def own(archive: Assistant, tmp_path: Path) -> Iterator[OwnSources]:
    (tmp_path / "visitors").mkdir()
    with OwnSources(archive, tmp_path / "visitors") as sources:
        yield sources


def write(folder: Path, text: str, name: str = "upload") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def ask(own: OwnSources, question: str, sources: list[str] | None = None) -> Answer:
    return own.conversation(sources=sources).ask(question)


def test_without_own_sources_it_is_the_archive(own: OwnSources, archive: Assistant, tmp_path: Path) -> None:
    assert own.infos == ()
    assert own.corpus is archive.corpus
    assert ask(own, TAIWAN).citations == archive.ask(TAIWAN).citations
    assert list((tmp_path / "visitors").iterdir()) == []


def test_a_file_is_found_and_quoted(own: OwnSources, tmp_path: Path) -> None:
    info = own.add(write(tmp_path, DIARY), "diary 1874.md")
    assert (info.id, info.title, info.kind) == ("own.diary-1874", "Diary of Anna Berg", "primary")
    answer = ask(own, BRIDGE)
    assert not answer.refused
    citation = answer.citations[0]
    assert (citation.source, citation.quote) == (info, "The old oak bridge at Elmsford burned down in 1874.")
    assert citation.span.cut(own.source(info.id).text) == citation.quote
    assert own.source(info.id).text == DIARY


def test_the_archive_still_answers_and_learns_nothing(own: OwnSources, archive: Assistant, tmp_path: Path) -> None:
    info = own.add(write(tmp_path, DIARY), "diary.md")
    assert ask(own, TAIWAN).citations == archive.ask(TAIWAN).citations
    assert info.id not in archive.corpus
    assert info.id not in {hit.passage.source_id for hit in archive.ask(BRIDGE).hits}


def test_two_visitors_see_only_their_own(archive: Assistant, tmp_path: Path) -> None:
    with OwnSources(archive, tmp_path) as ada, OwnSources(archive, tmp_path) as bo:
        diary = ada.add(write(tmp_path, DIARY), "notes.txt")
        mill = bo.add(write(tmp_path, MILL), "notes.txt")
        assert diary.id == mill.id
        assert ask(ada, BRIDGE).citations[0].source == diary
        assert all(citation.source != diary for citation in ask(bo, BRIDGE).citations)
        assert bo.source(mill.id).text == MILL


def test_filters_work_over_both(own: OwnSources, archive: Assistant, tmp_path: Path) -> None:
    diary = own.add(write(tmp_path, DIARY), "diary.md", kind="background").id
    telegram = "telegram-mao-1951-06-13"
    assert {hit.passage.source_id for hit in ask(own, BRIDGE, [diary]).hits} == {diary}
    assert {hit.passage.source_id for hit in ask(own, TAIWAN, [telegram]).hits} == {telegram}
    both = [own.find(question, sources=[diary, telegram]) for question in (BRIDGE, TAIWAN)]
    assert [found.hits[0].passage.source_id for found in both] == [diary, telegram]
    assert own.find(BRIDGE, kinds=["background"]).hits[0].passage.source_id == diary
    assert diary not in {hit.passage.source_id for hit in own.find(BRIDGE, kinds=["primary"]).hits}
    with pytest.raises(UnknownSource, match="no source 'nothing'"):
        own.find(BRIDGE, sources=["nothing"])
    with pytest.raises(QuestionError, match="no source is left"):
        own.conversation(sources=[diary], kinds=["primary"])


def test_a_conversation_under_way_sees_what_is_added(own: OwnSources, tmp_path: Path) -> None:
    chat = own.conversation()
    chat.ask(TAIWAN)
    info = own.add(write(tmp_path, DIARY), "diary.md")
    assert chat.ask(BRIDGE).citations[0].source == info
    again = own.conversation(turns=chat.turns[:1])
    assert [turn.question for turn in again.turns] == [TAIWAN]


def test_follow_ups_are_understood(own: OwnSources, archive: Assistant, tmp_path: Path) -> None:
    own.add(write(tmp_path, DIARY), "diary.md")
    chats = (own.conversation(), archive.conversation())
    for chat in chats:
        chat.ask(TAIWAN)
    mine, theirs = (chat.ask("And if America insists?") for chat in chats)
    assert mine.standalone == theirs.standalone
    assert mine.citations == theirs.citations


def test_added_sources_can_be_removed_again(own: OwnSources, tmp_path: Path) -> None:
    diary = own.add(write(tmp_path, DIARY), "diary.md")
    mill = own.add(write(tmp_path, MILL), "mill.txt")
    assert list(own.infos) == [diary, mill]
    own.remove(diary.id)
    assert list(own.infos) == [mill]
    assert diary.id not in {hit.passage.source_id for hit in own.find(BRIDGE).hits}
    own.remove(mill.id)
    assert list(own.infos) == []
    assert list((tmp_path / "visitors").iterdir()) == []
    assert own.add(write(tmp_path, DIARY), "diary.md") == diary


@pytest.mark.parametrize("source_id", ["telegram-mao-1951-06-13", "own.nothing", "../x"])
def test_nothing_else_can_be_removed(own: OwnSources, tmp_path: Path, source_id: str) -> None:
    own.add(write(tmp_path, DIARY), "diary.md")
    with pytest.raises(UploadError, match="none of your own"):
        own.remove(source_id)


def test_the_same_name_twice_gives_two_sources(own: OwnSources, tmp_path: Path) -> None:
    ids = [own.add(write(tmp_path, text), "notes.txt").id for text in (DIARY, MILL)]
    assert ids == ["own.notes", "own.notes-2"]


def test_limits_of_number_and_size(archive: Assistant, tmp_path: Path) -> None:
    with OwnSources(archive, tmp_path, most_sources=2, most_characters=len(DIARY) + len(MILL)) as own:
        own.add(write(tmp_path, DIARY), "diary.md")
        with pytest.raises(UploadError, match=r"are allowed together; remove one"):
            own.add(write(tmp_path, MILL + "x"), "mill.txt")
        own.add(write(tmp_path, MILL), "mill.txt")
        with pytest.raises(UploadError, match="2 sources of your own"):
            own.add(write(tmp_path, "More."), "more.txt")
        assert [info.id for info in own.infos] == ["own.diary", "own.mill"]


def test_the_folder_is_private_and_goes_with_the_visitor(archive: Assistant, tmp_path: Path) -> None:
    visitors = tmp_path / "visitors"
    visitors.mkdir()
    with OwnSources(archive, visitors) as own:
        own.add(write(tmp_path, DIARY), "diary.md")
        (folder,) = visitors.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(visitors.iterdir()) == []
    assert own.infos == ()
    assert not archive.ask(TAIWAN).refused
    with pytest.raises(UploadError, match="open it anew"):
        own.add(write(tmp_path, DIARY), "diary.md")


def test_a_build_that_fails_leaves_nothing_behind(
    own: OwnSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mill = own.add(write(tmp_path, MILL), "mill.txt")

    def fail(self: Assistant, *, force: bool = False, progress: Progress | None = None) -> Manifest:
        raise IndexLocked("busy")

    with monkeypatch.context() as patch:
        patch.setattr(Assistant, "build", fail)
        with pytest.raises(IndexLocked):
            own.add(write(tmp_path, DIARY), "diary.md")
    assert own.infos == (mill,)
    assert [path.name for path in tmp_path.glob("visitors/*/corpus/added/*")] == ["own.mill.txt"]
    assert own.add(write(tmp_path, DIARY), "diary.md").id == "own.diary"


def test_exports_and_reading_know_both(own: OwnSources, tmp_path: Path) -> None:
    own.add(write(tmp_path, DIARY), "diary.md")
    chat = own.conversation()
    answers = [chat.ask(TAIWAN), chat.ask(BRIDGE)]
    turns = [Turn(question=answer.question, answer=answer) for answer in answers]
    for form in FORMATS:
        assert "Diary of Anna Berg" in export(turns, form, own.corpus)


def test_questions_and_uploads_at_the_same_time(own: OwnSources, tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{MILL}{number}", f"file{number}") for number in range(4)]
    adding = [Thread(target=own.add, args=(path, "mill.txt")) for path in paths]
    for thread in adding:
        thread.start()
    answers = [ask(own, TAIWAN) for _ in range(3)]
    for thread in adding:
        thread.join()
    assert len({info.id for info in own.infos}) == 4
    assert not any(answer.refused for answer in answers)


def test_hostile_names_and_words_are_only_words(own: OwnSources, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> ![x](http://example.org/x.png) wrote the diary of Elmsford.\n"
    info = own.add(write(tmp_path, hostile), "../../<script>alert(1)<\0script>.txt")
    assert info.id == "own.script-alert-1-script"
    assert own.source(info.id).text == hostile
    assert [path.name for path in tmp_path.glob("visitors/*/corpus/added/*")] == ["own.script-alert-1-script.txt"]
