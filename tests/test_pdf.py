"""PDFs, good, bad and hostile; read by a process of its own that cannot take the program with it."""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError

from assistant import pdf_worker
from assistant.errors import UploadError
from assistant.pdf import read_pages
from tests.pdfs import assemble, encrypt, make_pdf

GOOD = make_pdf(["The bridge burned down (in 1874).\nNobody was hurt.", "Herring."])


def read(data: bytes, *, pages: int = 10, characters: int = 10_000, seconds: float = 30) -> list[str]:
    return read_pages(data, "a.pdf", most_pages=pages, most_characters=characters, seconds=seconds)


def test_each_page_is_read() -> None:
    assert read(GOOD) == ["The bridge burned down (in 1874).\nNobody was hurt.", "Herring."]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encrypt(GOOD, "secret"), "is encrypted; save it without a password"),
        (GOOD[:-400], "is damaged"),
        (b"%PDF-1.7\nnothing", "is damaged"),
        (b"", "is damaged"),
        (make_pdf(["", ""]), "holds pictures of pages and no text"),
        (make_pdf(["Page."] * 11), "has more than 10 pages; divide it"),
        (make_pdf(["x" * 6_000] * 2), "has more than 10,000 characters; divide it"),
    ],
    ids=["encrypted", "cut off", "nothing", "empty", "scanned", "pages", "characters"],
)
def test_what_cannot_be_read_is_told(data: bytes, words: str) -> None:
    with pytest.raises(UploadError, match=rf"^a\.pdf {words}"):
        read(data)


def test_a_pdf_that_only_may_not_be_printed_is_read() -> None:
    assert read(encrypt(GOOD, ""))[1] == "Herring."


def test_a_cipher_that_is_not_known_counts_as_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(data: io.BytesIO) -> None:
        raise DependencyError("needs another package")

    monkeypatch.setattr(pdf_worker, "PdfReader", refuse)
    assert pdf_worker.extract(GOOD, 10, 1_000) == {"fault": "encrypted"}


def test_a_little_file_that_swells_is_given_up() -> None:
    bomb = assemble([b"BT /F1 12 Tf (x) Tj ET " + b" " * 400_000_000])
    assert len(bomb) < 1_000_000
    began = time.monotonic()
    with pytest.raises(UploadError, match=r"a\.pdf (is damaged|takes longer|holds pictures)"):
        read(bomb, seconds=20)
    assert time.monotonic() - began < 30


def test_a_file_that_takes_for_ever_is_given_up() -> None:
    slow = assemble([b"BT /F1 12 Tf " + b"(x) Tj " * 3_000_000 + b"ET"])
    assert len(slow) < 5_000_000
    with pytest.raises(UploadError, match="takes longer than 1 seconds"):
        read(slow, characters=10**9, seconds=1)


def test_pages_that_hold_each_other_are_given_up() -> None:
    looped = GOOD.replace(b"/Kids [4 0 R 6 0 R]", b"/Kids [2 0 R 2 0 R]")
    assert looped != GOOD
    with pytest.raises(UploadError):
        read(looped, seconds=10)


def test_words_are_cleaned_of_what_would_spoil_a_text() -> None:
    found = read(make_pdf(["a\fb\x00c\x1b[31m  \nd\xa0e\t"]))
    assert len(found) == 1
    assert not set(found[0]) & set("\f\x00\x1b\t\xa0")
    assert found[0].split("\n")[-1] == "d e"


@settings(max_examples=15)
@given(st.data())
def test_no_damage_gives_anything_but_pages_or_a_plain_word(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 20))
    damaged = GOOD[:at] + data.draw(st.binary(min_size=1, max_size=20)) + GOOD[at + 20 :]
    with suppress(UploadError):
        assert all(isinstance(page, str) for page in read(damaged, seconds=10))


def test_the_worker_limits_itself_and_reports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(GOOD)))
    pdf_worker.main(["10", "1000", "7"])
    assert json.loads(capsys.readouterr().out)["pages"][1].strip() == "Herring."
    assert limits[resource.RLIMIT_CPU] == (7, 7)
    assert limits[resource.RLIMIT_AS][0] == pdf_worker.MEMORY


def test_the_worker_tells_each_fault() -> None:
    assert pdf_worker.extract(GOOD, 1, 1_000) == {"fault": "pages"}
    assert pdf_worker.extract(GOOD, 2, 3) == {"fault": "characters"}
    assert pdf_worker.extract(encrypt(GOOD, "x"), 2, 1_000) == {"fault": "encrypted"}


def test_the_specimens_are_what_other_programs_write(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(GOOD)))
    writer.compress_identical_objects()
    writer.write(tmp_path / "copy.pdf")
    assert read((tmp_path / "copy.pdf").read_bytes()) == read(GOOD)
