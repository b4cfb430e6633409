"""The page in a real browser: from the first question to the words in the document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect

from assistant.answering.findings import Findings
from assistant.domain import Answer, Span, Verified
from assistant.evaluation.gold import load_gold
from assistant.paths import data_root
from assistant.web.documents import Mark, marked_text
from assistant.web.links import link_to
from tests.pdfs import make_pdf
from tests.web.browsing import PATIENCE_MS, Reader, Served

CONDITIONS = "What were Mao's conditions for an armistice?"
TAIWAN = "What does Mao say about Taiwan?"
NOBODY = "Who won the football world cup in 1950?"
TELEGRAM = "telegram-mao-1951-06-13"
HOSTILE = """# <img src=x onerror="alert(1)">

<script>alert("so")</script> ![tracker](http://evil.example/x.png) [click](javascript:alert(1)) ${alert(2)} {{alert(3)}}

The lighthouse keeper of Elmsford <b>buried</b> his lantern in 1874 & left.\r\n</div></article>
<mark data-quotes="1">no</mark>
"""

Arrive = Callable[..., Reader]
pytestmark = pytest.mark.usefixtures("loopback")
expect.set_options(timeout=PATIENCE_MS)


def in_view(page: Page, selector: str) -> bool:
    """Whether an element stands within the part of the document, and of the page, that can be seen."""
    seen: bool = page.evaluate(
        """selector => {
            const place = document.querySelector(selector).getBoundingClientRect();
            const frame = document.querySelector('#reader .text').getBoundingClientRect();
            const top = Math.max(frame.top, 0), bottom = Math.min(frame.bottom, innerHeight);
            return place.top >= top - 1 && place.top < bottom;
        }""",
        selector,
    )
    return seen


def cited(served: Served, question: str) -> Answer:
    answer = served.assistant.ask(question)
    assert answer.citations
    return answer


def test_from_the_first_question_to_the_lit_up_quote(reader: Reader, served: Served) -> None:
    reader.ask(CONDITIONS)
    first = cited(served, CONDITIONS).citations[0]
    expect(reader.page.locator("#reader mark.chosen").first).to_be_visible()
    assert reader.lit(1) == first.quote
    assert reader.text() == served.assistant.source(first.source_id).text
    assert in_view(reader.page, "#reader mark.chosen")
    reader.keep("answer")
    hosts = {urlsplit(address).hostname for address in reader.asked if not address.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}


def test_a_chip_scrolls_to_the_exact_words_in_this_document_or_another(reader: Reader, served: Served) -> None:
    reader.ask(TAIWAN)
    answer = cited(served, TAIWAN)
    assert len({citation.source_id for citation in answer.citations}) > 1
    for citation in (*reversed(answer.citations), answer.citations[1]):
        reader.page.locator(f".statement .chip[data-quote='{citation.number}']").click()
        expect(reader.page.locator(f"#reader article[data-chosen='{citation.number}']")).to_be_visible()
        assert reader.lit(citation.number) == citation.quote
        assert reader.text() == served.assistant.source(citation.source_id).text
        reader.page.wait_for_function("() => !document.querySelector('#reader .text').scrolling")
        expect(reader.page.locator("#reader .count")).to_have_text(
            f"Quote {citation.number} of {len(answer.citations)}"
        )
        reader.page.wait_for_timeout(400)  # a smooth way takes its time
        assert in_view(reader.page, "#reader mark.chosen")


def test_next_and_previous_go_through_all_quotes(reader: Reader, served: Served) -> None:
    reader.ask(TAIWAN)
    numbers = [citation.number for citation in cited(served, TAIWAN).citations]
    for number in (*numbers[1:], 1):
        reader.page.get_by_role("button", name="Next quote").click()
        expect(reader.page.locator(f"#reader article[data-chosen='{number}']")).to_be_visible()
    reader.page.get_by_role("button", name="Previous quote").click()
    expect(reader.page.locator(f"#reader article[data-chosen='{numbers[-1]}']")).to_be_visible()


def test_an_example_and_its_follow_up_are_a_click_each(reader: Reader) -> None:
    reader.page.get_by_role("button", name=TAIWAN).click()
    reader.page.get_by_role("button", name="And if America insists?").click()
    expect(reader.page.locator(".turn")).to_have_count(2)
    expect(reader.page.locator(".turn").nth(1)).to_contain_text("corresponding concession")


def test_a_follow_up_says_how_it_was_understood(reader: Reader) -> None:
    reader.ask("When do Gao Gang and Kim Il Sung wish to leave?")
    reader.ask("Why?")
    expect(reader.page.locator(".turn").nth(1).locator(".understood")).to_contain_text("understood as:")
    reader.keep("follow-up")


def test_a_refusal_shows_the_nearest_passages_which_open_at_their_place(reader: Reader, served: Served) -> None:
    reader.ask(NOBODY)
    expect(reader.page.locator(".refusal")).to_contain_text("do not answer")
    reader.keep("refusal")
    nearest = served.assistant.ask(NOBODY).hits[0].passage
    reader.page.locator(".nearest a").first.click()
    expect(reader.page.locator("#reader mark.chosen").first).to_be_visible()
    assert reader.lit("here") == nearest.text


def test_a_deep_link_opens_a_place_and_puts_a_question_into_the_box(arrive: Arrive, served: Served) -> None:
    span = Span(start=1001, end=1182)
    reader = arrive(link_to(TELEGRAM, span) + "&q=Who+was+Filippov%3F")
    assert reader.lit("here") == span.cut(served.assistant.source(TELEGRAM).text)
    assert in_view(reader.page, "#reader mark")
    expect(reader.page.get_by_label("Your question")).to_have_value("Who was Filippov?")
    expect(reader.page.locator(".turn")).to_have_count(0)


@pytest.mark.parametrize("address", ["?source=<script>alert(1)</script>", f"?source={TELEGRAM}&from=5&to=999999"])
def test_a_bad_link_gets_a_friendly_line(address: str, arrive: Arrive) -> None:
    expect(arrive(address).page.locator("#reader .trouble")).to_contain_text("The link names")


def test_the_filter_asks_only_some_sources(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Which sources to ask").click()
    reader.page.get_by_label("primary sources").uncheck()
    reader.ask(TAIWAN)
    assert set(reader.page.locator(".chip").evaluate_all("all => all.map(one => one.className)")) == {"chip background"}
    reader.page.get_by_label("primary sources").check()
    reader.page.get_by_label("Only these sources").click()
    reader.page.get_by_role("option", name=re.compile("^Letter from Gao Gang")).click()
    reader.page.keyboard.press("Escape")
    reader.ask("When do they wish to leave?")
    sources = reader.page.locator(".turn").nth(1).locator(".chip").evaluate_all("all => all.map(one => one.href)")
    assert sources
    assert all("letter-gao-kim-1951-06-14" in source for source in sources)


@pytest.mark.parametrize(
    ("form", "name", "holds"),
    [
        ("markdown", "conversation.md", "[^"),
        ("bibtex", "conversation.bib", "@"),
        ("json", "conversation.json", "annotations"),
    ],
)
def test_the_conversation_can_be_taken_home(form: str, name: str, holds: str, reader: Reader, served: Served) -> None:
    reader.ask(CONDITIONS)
    reader.page.get_by_role("button", name="Take the conversation home").click()
    reader.page.get_by_label("Form", exact=True).click()
    reader.page.get_by_role("option", name=form).click()
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name="Save", exact=True).click()
    assert waiting.value.suggested_filename == name
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert holds in text
    if form == "json":
        assert json.loads(text)[0]["citations"][0]["quote"] == cited(served, CONDITIONS).citations[0].quote


def test_a_hostile_source_is_shown_as_text(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "hostile.md"
    file.write_bytes(HOSTILE.encode())
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    reader.page.on("dialog", dismiss)
    reader.page.get_by_role("button", name="Sources of your own").click()
    reader.page.locator("#file input[type=file]").set_input_files(file)
    reader.page.get_by_role("button", name="Add", exact=True).click()
    expect(reader.page.locator("#reader article")).to_be_visible()
    assert reader.text() == HOSTILE
    reader.ask("When did the lighthouse keeper of Elmsford bury his lantern? <script>alert(4)</script>")
    expect(reader.page.locator(".turn")).to_contain_text("buried</b> his lantern in 1874")
    assert "buried</b> his lantern in 1874" in reader.lit(1)
    assert reader.page.locator("#reader img, #reader script, #conversation img, #conversation script").count() == 0
    reader.keep("hostile")
    assert dialogs == []
    assert not [address for address in reader.asked if "evil.example" in address]
    reader.page.get_by_role("button", name=re.compile("^Remove ")).click()
    expect(reader.page.locator("#shelf li")).to_have_count(0)
    expect(reader.page.locator(".turn")).to_have_count(0)


def test_a_pdf_is_read_with_its_pages(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "diary.pdf"
    file.write_bytes(
        make_pdf(["The first page is about rye and barley.", "The bridge at Elmsford burned down in 1874."])
    )
    reader.page.get_by_role("button", name="Sources of your own").click()
    reader.page.locator("#file input[type=file]").set_input_files(file)
    reader.page.get_by_role("button", name="Add", exact=True).click()
    expect(reader.page.locator("#reader .leaf")).to_have_count(1)
    reader.ask("When did the bridge at Elmsford burn down?")
    assert "burned down in 1874" in reader.lit(1)
    reader.page.locator(".turn .notes summary").click()
    expect(reader.page.locator(".turn .notes")).to_contain_text("p. 2")
    reader.keep("pdf")


def test_words_are_copied_with_their_citation(reader: Reader, served: Served) -> None:
    reader.ask(CONDITIONS)
    first = cited(served, CONDITIONS).citations[0]
    reader.page.get_by_role("button", name="Copy with citation").click()
    reader.page.wait_for_function("() => window.archive.copied")
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{first.quote}”\nMao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951")
    assert f"characters {first.span.start}–{first.span.end}." in copied
    assert link_to(first.source_id, first.span) in copied


def test_a_selection_is_copied_verbatim_with_offsets_in_code_points(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "signs.txt"
    file.write_text(
        "The 🇰🇵 flag, e\u0301 and 三八线.\n\nThe second paragraph holds the words to copy.", encoding="utf-8"
    )
    reader.page.get_by_role("button", name="Sources of your own").click()
    reader.page.locator("#file input[type=file]").set_input_files(file)
    reader.page.get_by_role("button", name="Add", exact=True).click()
    expect(reader.page.locator("#reader .text")).to_contain_text("words to copy")
    reader.page.evaluate(
        """() => {
            const words = document.querySelector('#reader .text').firstChild;
            const at = words.data.indexOf('words');
            getSelection().setBaseAndExtent(words, at, words, at + 13);
        }"""
    )
    reader.page.get_by_role("button", name="Copy with citation").click()
    reader.page.wait_for_function("() => window.archive.copied")
    start = file.read_text(encoding="utf-8").index("words")
    copied = reader.page.evaluate("window.archive.copied")
    assert copied.startswith("“words to copy”\n")
    assert f"characters {start}–{start + 13}." in copied


def test_an_answer_is_called_right_or_wrong(reader: Reader, served: Served) -> None:
    reader.ask(CONDITIONS)
    reader.page.get_by_text("Right or wrong?").click()
    reader.page.get_by_label("A word on this answer").fill("just so")
    reader.page.get_by_role("button", name="Right", exact=True).click()
    expect(reader.page.locator(".turn")).to_contain_text("Noted as right.")
    lines = (served.feedback / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["word"] == "just so"


def test_the_last_question_is_retried_changed_and_forgotten(reader: Reader) -> None:
    reader.ask(NOBODY)
    reader.page.locator(".turn").evaluate("turn => turn.classList.add('old')")
    reader.page.get_by_role("button", name="Retry").click()
    expect(reader.page.locator(".turn:not(.pending):not(.old)")).to_have_count(1)
    reader.page.get_by_role("button", name="Edit last").click()
    box = reader.page.get_by_label("Your question")
    expect(box).to_have_value(NOBODY)
    box.fill(CONDITIONS)
    reader.page.get_by_role("button", name="Ask", exact=True).click()
    expect(reader.page.locator(".turn .question")).to_have_text([CONDITIONS])
    expect(reader.page.locator("#reader mark.chosen").first).to_be_visible()
    box.fill("something")
    reader.page.get_by_role("button", name="Clear").click()
    expect(box).to_have_value("")
    reader.page.get_by_role("button", name="New", exact=True).click()
    expect(reader.page.locator(".welcome")).to_be_visible()
    expect(reader.page.locator("#reader article")).to_have_count(0)


def test_an_answer_that_takes_too_long_is_stopped(reader: Reader, served: Served) -> None:
    go_on, respond = Event(), served.assistant.respond

    def slow(findings: Findings) -> Iterator[Verified | Answer]:
        for number, piece in enumerate(respond(findings)):
            if number == 1:
                go_on.wait(PATIENCE_MS / 1000)
            yield piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served.assistant, "respond", slow)
        reader.page.get_by_label("Your question").fill(CONDITIONS)
        reader.page.keyboard.press("Enter")
        expect(reader.page.locator(".pending .statement")).to_have_count(1)
        reader.page.get_by_role("button", name="Stop").click()
        expect(reader.page.locator("#conversation")).to_contain_text("Stopped.")
        expect(reader.page.get_by_label("Your question")).to_have_value(CONDITIONS)
        go_on.set()
    reader.ask(TAIWAN)
    expect(reader.page.locator(".turn .question")).to_have_text([TAIWAN])


def test_an_empty_question_gets_a_friendly_line(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Ask", exact=True).click()
    expect(reader.page.locator("#conversation .trouble")).to_contain_text("the question is empty")
    reader.page.get_by_role("button", name="Retry").click()
    expect(reader.page.locator("#conversation .trouble")).to_contain_text("no question yet")


def test_what_cannot_be_done_yet_is_said(reader: Reader) -> None:
    reader.page.get_by_role("button", name="Take the conversation home").click()
    reader.page.get_by_role("button", name="Save", exact=True).click()
    expect(reader.page.get_by_text("There is nothing to write out yet")).to_be_visible()
    reader.page.get_by_role("button", name="Sources of your own").click()
    reader.page.get_by_role("button", name="Add", exact=True).click()
    expect(reader.page.locator("#conversation .trouble")).to_contain_text("Choose a file first.")


def test_sources_are_searched_and_read(reader: Reader, served: Served) -> None:
    reader.page.get_by_role("tab", name="Sources").click()
    reader.page.get_by_label("Find a source").fill("who is who")
    expect(reader.page.locator("#catalogue li")).to_have_count(1)
    reader.keep("sources")
    reader.page.locator("#catalogue a").click()
    expect(reader.page.locator("#reader article[data-source='who-is-who']")).to_be_visible()
    assert reader.text() == served.assistant.source("who-is-who").text
    reader.page.get_by_role("tab", name="How well it answers").click()
    expect(reader.page.locator("#results table").first).to_be_visible()
    reader.keep("results")


def test_a_telephone_reads_it_too(arrive: Arrive) -> None:
    reader = arrive(width=390, height=844)
    reader.ask(CONDITIONS)
    reader.keep("telephone")
    width = reader.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert reader.page.evaluate("scrollY") < 400, "an answer alone must not move the page to the document"
    reader.page.locator(".statement .chip").first.click()
    reader.page.wait_for_timeout(800)
    assert in_view(reader.page, "#reader mark.chosen")
    reader.keep("telephone-quote")


def test_everything_is_reached_by_keyboard(reader: Reader) -> None:
    keyboard = reader.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            if reader.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"{selector} is not reached by Tab")

    tab_to("#question textarea")
    keyboard.type(CONDITIONS)
    keyboard.press("Enter")
    expect(reader.page.locator(".turn:not(.pending)")).to_have_count(1)
    reader.page.evaluate("document.activeElement.blur()")
    tab_to(".statement .chip[data-quote='2']")
    outline = reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus cannot be seen"
    keyboard.press("Enter")
    expect(reader.page.locator("#reader article[data-chosen='2']")).to_be_visible()
    tab_to("#reader [data-step='-1']")
    keyboard.press("Space")
    expect(reader.page.locator("#reader article[data-chosen='1']")).to_be_visible()
    tab_to("#reader .text")


def test_statements_are_announced(reader: Reader) -> None:
    reader.ask(CONDITIONS)
    voice = reader.page.get_by_role("log", name="New statements")
    expect(voice).to_contain_text("restoration of the border at the 38th parallel")
    assert voice.get_attribute("aria-live") == "polite"


def test_two_visitors_at_once_see_only_their_own(arrive: Arrive, tmp_path: Path) -> None:
    ann, ben = arrive(), arrive()
    file = tmp_path / "diary.txt"
    file.write_text("The old oak bridge at Elmsford burned down in 1874.", encoding="utf-8")
    ann.page.get_by_role("button", name="Sources of your own").click()
    ann.page.locator("#file input[type=file]").set_input_files(file)
    ann.page.get_by_role("button", name="Add", exact=True).click()
    expect(ann.page.locator("#shelf li")).to_have_count(1)
    ann.ask("When did the oak bridge at Elmsford burn down?")
    ben.ask(TAIWAN)
    expect(ann.page.locator(".turn .question")).to_have_text(["When did the oak bridge at Elmsford burn down?"])
    expect(ben.page.locator(".turn .question")).to_have_text([TAIWAN])
    assert "burned down in 1874" in ann.lit(1)
    own = ann.page.locator("#reader article").get_attribute("data-source")
    ben.page.get_by_role("tab", name="Sources").click()
    expect(ben.page.locator("#catalogue a").first).to_be_visible()
    assert own not in ben.page.locator("#catalogue a").evaluate_all("all => all.map(one => one.dataset.open)")
    assert own is not None
    third = arrive(link_to(own))
    expect(third.page.locator("#reader .trouble")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(scheme: str, arrive: Arrive) -> None:
    reader = arrive(scheme=scheme)
    reader.ask(TAIWAN)
    reader.ask(NOBODY)
    for name in ("Which sources to ask", "Sources of your own", "Take the conversation home"):
        reader.page.get_by_role("button", name=name).click()
    reader.page.locator(".turn .notes summary").first.click()
    reader.keep(f"all-{scheme}")
    faults = serious(reader.page)
    for tab in ("Sources", "How well it answers"):
        reader.page.get_by_role("tab", name=tab).click()
        faults += serious(reader.page)
    assert faults == []


def serious(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:150]} {node['failureSummary'][:300]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def test_twenty_of_the_gold_are_lit_up_exactly_in_the_browser(reader: Reader, served: Served) -> None:
    sources = [served.assistant.source(info.id) for info in served.assistant.sources()]
    gold = {
        (one.source_id, one.span)
        for question in load_gold(data_root() / "eval" / "gold" / "armistice.jsonl", sources)
        for one in question.gold
    }
    for source_id, span in sorted(gold)[:: max(1, len(gold) // 20)][:20]:
        reader.page.evaluate(
            """([source, from, to]) => window.archive.open(source, from, to)""", [source_id, span.start, span.end]
        )
        expect(
            reader.page.locator(
                f"#reader article[data-source='{source_id}'][data-from='{span.start}'][data-to='{span.end}']"
            )
        ).to_be_visible()
        text = served.assistant.source(source_id).text
        assert reader.text() == text
        assert reader.lit("here") == span.cut(text)


def test_the_browser_gives_back_every_character_that_html_can_hold(reader: Reader) -> None:
    odd = "a\r\rb\r\nc\n\rd\f\x85\u2028\ufeff\u200d\ufdd0\U0001f1f0\U0010ffff"
    text = "".join(map(chr, range(1, 0x250))) + odd + "&#13; &lt; <"
    mark = Mark(name="1", span=Span(start=10, end=len(text) - 3))
    whole, lit = reader.page.evaluate(
        """html => {
            const box = document.createElement('div');
            box.innerHTML = html;
            return [box.textContent, box.querySelector('mark').textContent];
        }""",
        marked_text(text, [mark]),
    )
    assert whole == text
    assert lit == mark.span.cut(text)
