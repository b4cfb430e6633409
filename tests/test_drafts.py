"""What is taken of a reader's file, and what is refused, in words that help."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Locus, Span
from assistant.drafts import UploadLimits, clean_name, free_id, make_id, read_upload
from assistant.errors import UploadError
from assistant.structure import locus
from tests.pdfs import make_pdf
from tests.specimens import texts

PAGES = ("The bridge was built of oak.\nIt burned down in 1874.", "Herring is landed at dawn.")


def write(folder: Path, data: bytes | str) -> Path:
    path = folder / "upload"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@given(texts.filter(lambda text: text.strip() and "\0" not in text and not text.startswith("\ufeff")))
@pytest.mark.parametrize("name", ["notes.txt", "notes.MD"])
def test_text_is_kept_as_it_is(tmp_path_factory: pytest.TempPathFactory, name: str, text: str) -> None:
    draft = read_upload(write(tmp_path_factory.mktemp("text"), text), name)
    assert draft.text == text
    assert (draft.id, draft.suffix) == ("notes", ".md" if name.endswith("MD") else ".txt")
    assert draft.title.isprintable()
    assert draft.title.strip()


def test_the_first_heading_is_the_title(tmp_path: Path) -> None:
    assert read_upload(write(tmp_path, "By A.\n\n## The *bridge*\n\nText."), "x.md").title == "The *bridge*"
    assert read_upload(write(tmp_path, "Text." * 1_000 + "\n\n# Late\n"), "my_notes.md").title == "my notes"
    assert read_upload(write(tmp_path, "Text."), "_.md").title == "unknown"


def test_a_byte_order_mark_is_left_out_and_noted(tmp_path: Path) -> None:
    draft = read_upload(write(tmp_path, b"\xef\xbb\xbfText."), "a.txt")
    assert draft.text == "Text."
    assert draft.edition_notes == "Added from the file “a.txt”. The byte order mark at its beginning was left out."


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"Text \xff.", "a.txt", "a.txt is not UTF-8 at byte 5; save it as UTF-8"),
        (b"\xef\xbb\xbfText \xff.", "a.txt", "at byte 8"),
        ("Text.".encode("utf-16"), "a.txt", "is UTF-16 or UTF-32"),
        ("Text.".encode("utf-32"), "a.txt", "is UTF-16 or UTF-32"),
        (b"Text\0.", "a.txt", "has a NUL at byte 4"),
        (b" \n\t", "a.txt", "holds no text"),
        (b"", "a.md", "holds no text"),
        (b"Text.", "a.docx", "a.docx: plain text (.txt), Markdown (.md) and PDF (.pdf) can be added"),
        (b"Text.", "a", "can be added"),
        (b"Text.", ".txt", "can be added"),
        (b"Text.", "", "unnamed: plain text"),
        (b"Text.", "a.pdf", "a.pdf is no PDF"),
        (make_pdf([]), "a.txt", "a.txt is a PDF; give it a name that ends in .pdf"),
        (b"x" * 1_001, "a.txt", "is bigger than 0.001 MB"),
        (b"x" * 501, "a.txt", "has 501 characters, 500 are allowed"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, data: bytes, name: str, words: str) -> None:
    with pytest.raises(UploadError) as caught:
        read_upload(write(tmp_path, data), name, UploadLimits(bytes=1_000, characters=500))
    assert words in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "missing", tmp_path / "pipe", tmp_path / "\0"):
        with pytest.raises(UploadError, match=r"a\.txt (is no file|cannot be read)"):
            read_upload(path, "a.txt")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")  # root, who may run the tests, may read everything

    path = write(tmp_path, "Text.")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UploadError, match=r"a\.txt cannot be read"):
        read_upload(path, "a.txt")


@pytest.mark.parametrize(
    ("name", "shown", "source_id"),
    [
        ("../../etc/passwd.txt", "passwd.txt", "passwd"),
        (r"C:\Users\ada\June 13.txt", "June 13.txt", "june-13"),
        ("/absolute/x.md", "x.md", "x"),
        ("a\0b\n\x1b[31m.txt", "a b [31m.txt", "a-b-31m"),
        ("<script>alert('x')</script>.txt", "script>.txt", "script"),
        ("..txt", "..txt", "source"),
        ("停战.txt", "停战.txt", "source"),
        ("Ünïcode & Co_(2).txt", "Ünïcode & Co_(2).txt", "unicode-co-2"),
        ("x" * 500 + ".txt", "x" * 116 + ".txt", "x" * 60),
        ("a\ud800b.txt", "a b.txt", "a-b"),
    ],
)
def test_names_are_only_words(tmp_path: Path, name: str, shown: str, source_id: str) -> None:
    draft = read_upload(write(tmp_path, "Text."), name)
    assert draft.id == source_id
    assert draft.edition_notes == f"Added from the file “{shown}”."


@given(st.text(max_size=200))
def test_any_name_gives_a_name_and_an_id_that_are_safe(name: str) -> None:
    assert clean_name(name).isprintable()
    assert clean_name(name).strip()
    assert not set(clean_name(name)) & set("/\\")
    assert set(make_id(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 0 < len(make_id(name)) <= 60
    assert make_id(name).strip("-") == make_id(name)


def test_a_free_id_is_the_first_that_is_not_taken() -> None:
    assert [free_id("a", taken) for taken in (set(), {"a"}, {"a", "a-2", "a-4"})] == ["a", "a-2", "a-3"]


def test_a_pdf_keeps_its_pages_and_a_quote_tells_its_page(tmp_path: Path) -> None:
    draft = read_upload(write(tmp_path, make_pdf(PAGES)), "Report 1874.pdf")
    assert (draft.id, draft.suffix, draft.title) == ("report-1874", ".txt", "Report 1874")
    assert draft.text == "\n\f\n".join(PAGES)
    at = draft.text.index("Herring")
    assert locus(draft.text, Span(start=at, end=at + 7)) == Locus(paragraph=1, point=None, heading=None, page=2)
    assert "form feeds part its pages" in draft.edition_notes


def test_pages_without_text_are_noted_and_counted(tmp_path: Path) -> None:
    draft = read_upload(write(tmp_path, make_pdf(["", "Words.", *[""] * 11])), "a.pdf")
    assert "No text was found on 12 of 13 pages: 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, …." in draft.edition_notes
    at = draft.text.index("Words")
    assert locus(draft.text, Span(start=at, end=at + 5)).page == 2
