"""What a terminal shows: words only, whatever a source holds."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from rich.console import Console, RenderableType

from assistant.bibliography import Work
from assistant.citation import cite
from assistant.corpus import Corpus, load_corpus
from assistant.doctor import Check
from assistant.domain import Answer, Citation, Hit, Passage, Source, Span, Statement, Trace
from assistant.terminal import (
    console,
    render_answer,
    render_bibliography,
    render_checks,
    render_source,
    render_sources,
    visible,
)
from tests.specimens import entry, make_source, texts

NASTY = "\x1b[31mred\x1b]0;title\x07 \x9b2J \r\b\x7f\x00 [bold]not bold[/bold] :smile: \u202eevil\u2066"
MET = Span(start=0, end=13)


def shown(renderable: RenderableType) -> str:
    """The text as a terminal of 100 columns would get it, without the colours that we ask for."""
    out = io.StringIO()
    Console(file=out, width=100, highlight=False, markup=False, emoji=False, color_system=None).print(renderable)
    return out.getvalue()


def steers(text: str) -> list[str]:
    """The characters of an output that could steer a terminal or turn the reading direction."""
    return [c for c in text if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 or c in "\u202e\u2066"]


def answer_of(source: Source, *, refused: bool) -> Answer:
    span = Span(start=0, end=len(source.text))
    citations: tuple[Citation, ...] = () if refused else (cite(1, source, span),)
    hit = Hit(passage=Passage(source_id=source.id, span=span, text=source.text), score=1.0)
    return Answer(
        question="What?",
        standalone="What?",
        text=f"{NASTY} The nearest passages are here." if refused else f"“{source.text}” [1]",
        refused=refused,
        statements=tuple(Statement(text=f"“{c.quote}” [1]", citations=(1,)) for c in citations),
        citations=citations,
        hits=(hit,) * 4,
        trace=Trace(answerer="test", recipe="0" * 12, answered_probability=0.9, threshold=0.5, seconds=0.1),
    )


@pytest.fixture
def nasty(tmp_path: Path) -> Corpus:
    heading = f"# {NASTY.replace(chr(13), '')}\n\n"
    fields = ("title", "author", "addressee", "form", "archive_reference", "rights", "publication", "translator")
    text = f"{heading}Words {NASTY}"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "catalogue.jsonl").write_text(json.dumps(entry("a", text, **dict.fromkeys(fields, f"Mao {NASTY}"))))
    return load_corpus(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x07\x00\x7f\x9b", "\\x07\\x00\\x7f\\x9b"),
        ("over\rwrite", "over\\x0dwrite"),
        ("line\r\nline\n\tend", "line\nline\n\tend"),
        ("\u202eevil", "\\x202eevil"),
        ("zero\u200bwidth", "zero\\x200bwidth"),
        ("13\u00a0June\u3000三八线", "13\u00a0June\u3000三八线"),
        ("می\u200cخواهم soft\u00adhyphen", "می\u200cخواهم soft\u00adhyphen"),
        ("“zone” [bold] café é", "“zone” [bold] café é"),
    ],
)
def test_only_what_steers_a_terminal_is_made_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(texts)
def test_nothing_visible_steers_a_terminal(text: str) -> None:
    assert steers(visible(text)) == []


def test_no_rendering_lets_a_control_character_through(nasty: Corpus) -> None:
    source = nasty.source("a")
    renderings = {
        "answer": render_answer(answer_of(source, refused=False), nasty),
        "refusal": render_answer(answer_of(source, refused=True), nasty),
        "sources": render_sources(nasty),
        "source": render_source(source, None),
        "span": render_source(source, Span(start=len(source.text) - 20, end=len(source.text))),
        "checks": render_checks([Check(name="sources", ok=False, detail=NASTY)]),
    }
    for name, rendering in renderings.items():
        output = shown(rendering)
        assert steers(output) == [], name
        assert "Mao" in output or name == "checks"
        assert "[bold]not bold[/bold]" in " ".join(output.split()) or name == "span", name


def test_markup_and_emoji_codes_in_a_source_stay_text(capsys: pytest.CaptureFixture[str], nasty: Corpus) -> None:
    console().print(render_source(make_source("[red]words[/red] :smile: [link=file:///x]y[/link] [/]"), None))
    console().print("[red]plain[/red] :smile:")
    output = capsys.readouterr().out
    assert "[red]words[/red] :smile: [link=file:///x]y[/link] [/]" in output
    assert "[red]plain[/red] :smile:" in output


def test_an_answer_shows_its_quotes_then_its_footnotes(nasty: Corpus) -> None:
    output = shown(render_answer(answer_of(make_source("We wait."), refused=False), nasty))
    assert output.splitlines() == [
        "“We wait.” [1]".ljust(100),
        " " * 100,
        "[1] Ada Author, letter to Bo Reader, 13 June 1951, para. 1 [primary]. source, characters 0–8.",
    ]


def test_a_background_quote_shows_below_its_footnote_what_it_rests_on(
    tmp_path: Path, write_corpus: Callable[..., Path]
) -> None:
    text = "They met [2].\n\n## References\n\n1. joy-1955.\n2. hermes-1966, ch. 2.\n"
    archive = load_corpus(write_corpus(tmp_path, {"a": text}, kind="background", form="essay"))
    answer = replace(answer_of(archive.source("a"), refused=False), citations=(cite(1, archive.source("a"), MET),))
    lines = [line.rstrip() for line in shown(render_answer(answer, archive)).splitlines()]
    note = " ".join(lines[-3:-1])
    assert note.endswith("Title of a (background essay, 13 June 1951), para. 1 [background]. a, characters 0–13.")
    assert lines[-1] == "    there [2] hermes-1966, ch. 2"


def test_the_works_of_a_source_stand_below_its_title(corpus: Corpus) -> None:
    output = shown(render_sources(corpus, {"aviation": ("hermes-1966", "joy-1955")}))
    assert "hermes-1966, joy-1955" in output


def test_the_bibliography_shows_each_work_under_its_id() -> None:
    works = [Work(id="joy-1955", type="book", title=f"How {NASTY}")]
    output = shown(render_bibliography(works))
    assert output.startswith("joy-1955\n    How \\x1b[31m")
    assert steers(output) == []


def test_a_refusal_shows_the_three_nearest_passages(tmp_path: Path, write_corpus: Callable[..., Path]) -> None:
    archive = load_corpus(write_corpus(tmp_path, {"a": "We\n\nwait."}))
    output = shown(render_answer(answer_of(archive.source("a"), refused=True), archive))
    lines = [line.rstrip() for line in output.splitlines()]
    assert "The nearest passages" not in "".join(lines)
    assert lines[2:5] == ["Nearest: Ada Author, letter to Bo Reader, 13 June 1951, para. 1 [primary]", "  We wait.", ""]
    assert len([line for line in lines if line.startswith("Nearest: ")]) == 3


def test_the_sources_are_listed_with_id_kind_date_and_title(corpus: Corpus) -> None:
    output = " ".join(shown(render_sources(corpus)).split())
    for info in corpus:
        assert f"{info.id} {info.kind} {info.date} {info.title}"[:60] in output


def test_a_source_is_shown_with_what_is_not_verified(telegram: Source) -> None:
    output = shown(render_source(telegram, None))
    assert output.startswith("Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951\n")
    assert " ".join(output.split()).count("(not verified)") == len(
        {"archive_reference", "publication", "translator"} & set(telegram.info.unverified)
    )
    assert " ".join(telegram.text.split()[:9]) in " ".join(output.split())


def test_a_span_is_shown_with_its_place_and_nothing_else(telegram: Source) -> None:
    start = telegram.text.index("restoration of the border")
    output = shown(render_source(telegram, Span(start=start, end=start + 25)))
    assert output.splitlines()[1:] == [
        f"point 3, para. 8, characters {start}–{start + 25}",
        "",
        "restoration of the border",
    ]


def test_checks_are_lines_that_say_ok_or_bad() -> None:
    checks = [Check(name="sources", ok=True, detail="2 read"), Check(name="rows", ok=False, detail="1 missing")]
    assert shown(render_checks(checks)) == "ok   sources: 2 read\nBAD  rows: 1 missing\n"


def test_a_pipe_gets_a_hundred_columns_and_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(render_checks([Check(name="x", ok=True, detail="word " * 50)]))
    lines = capsys.readouterr().out.splitlines()
    assert 80 < max(map(len, lines)) <= 100
    assert "\x1b" not in "".join(lines)
    console(stderr=True).print("there")
    assert capsys.readouterr().err == "there\n"
