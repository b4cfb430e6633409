"""Many visitors at once by API, and how soon an answer is seen in the page; part of ``make bench``.

Each visitor asks in a process of its own kind: a `gradio_client` with its own session, against a server that is started
as its owner would. An answer counts as mixed up if it is not the one that the same question gets when nobody else asks.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import Answer, Assistant, Verified
from assistant.answering.findings import Findings
from tests.stores import free_port

GOLD = Path(__file__).parents[1] / "eval" / "gold"
VISITORS = 30
QUESTIONS = 20
READING_S = 10.0
"""How long a visitor reads an answer before he asks again, where that is measured too."""
_SEEN = """() => {
    window.seen = null;
    const watch = new MutationObserver(() => {
        if (!window.seen && document.querySelector('.turn:last-of-type .statement')) {
            requestAnimationFrame(() => { window.seen = window.seen || Date.now(); });
        }
    });
    watch.observe(document.getElementById('conversation'), { childList: true, subtree: true });
}"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a visitor asked, and what came back."""

    seconds: float
    right: bool
    """Whether the answer is the one that this question gets when nobody else asks."""
    error: str = ""


def measure() -> dict[str, Any]:
    """All figures, as ``make bench`` keeps them."""
    questions = _questions()
    with Assistant.open() as assistant:
        expected = {question: assistant.ask(question).text for question in questions}
        seen = first_seen(assistant, questions[:QUESTIONS])
    many = Visits(questions=questions, expected=expected)
    return {"at_once": many.measure(), "reading": many.measure(pause_s=READING_S), "seen": seen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Many visitors, each with questions of his own in an order of his own."""

    questions: Sequence[str]
    expected: dict[str, str]
    """The text of the answer that each question gets when nobody else asks."""

    def measure(self, pause_s: float = 0.0) -> dict[str, Any]:
        """Times and faults of all visitors, who pause before each question."""
        with _serving() as address, ThreadPoolExecutor(VISITORS) as pool:
            began = time.perf_counter()
            rounds = list(pool.map(lambda number: self._visit(address, number, pause_s), range(VISITORS)))
            wall = time.perf_counter() - began
        return _figures([one for visit in rounds for one in visit], wall)

    def _visit(self, address: str, number: int, pause_s: float) -> list[Asked]:
        from gradio_client import Client

        client = Client(address, verbose=False, analytics_enabled=False)
        time.sleep(pause_s * number / VISITORS)  # they do not breathe as one
        asked = []
        for step in range(QUESTIONS):
            question = self.questions[(number * 7 + step) % len(self.questions)]
            asked.append(_ask(client, question, self.expected[question]))
            time.sleep(pause_s)
        return asked


def _figures(asked: Sequence[Asked], wall: float) -> dict[str, Any]:
    seconds = sorted(one.seconds for one in asked)
    return {
        "visitors": VISITORS,
        "questions": len(asked),
        "errors": sum(bool(one.error) for one in asked),
        "first_error": next((one.error for one in asked if one.error), ""),
        "mixed_up": sum(not one.right and not one.error for one in asked),
        "p50_s": statistics.median(seconds),
        "p95_s": seconds[int(len(seconds) * 0.95)],
        "per_second": len(asked) / wall,
    }


def _ask(client: Any, question: str, expected: str) -> Asked:  # noqa: ANN401 - gradio_client carries no types
    began = time.perf_counter()
    try:
        answer = client.predict(question, None, None, api_name="/ask")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
        return Asked(time.perf_counter() - began, right=False, error=str(error) or type(error).__name__)
    return Asked(time.perf_counter() - began, right=answer["question"] == question and answer["text"] == expected)


def first_seen(assistant: Assistant, questions: Sequence[str]) -> dict[str, Any] | None:
    """Seconds from the first statement, or the refusal, to its being seen in a browser; None without a browser."""
    from playwright.sync_api import sync_playwright

    from assistant.web.server import ServerOptions, serving
    from tests.web.browsing import Reader, arrive_at, find_chromium, start_chromium

    chromium, said, respond = find_chromium(), list[float](), assistant.respond
    if chromium is None:
        return None

    def timed(findings: Findings) -> Iterator[Verified | Answer]:
        for number, piece in enumerate(respond(findings)):
            if number == 0:
                said.append(time.time() * 1000)
            yield piece

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        options = ServerOptions(port=free_port(), feedback=Path(folder), per_minute=1_000)
        assistant.respond = timed  # type: ignore[method-assign]
        with serving(assistant, options) as address:
            browser = start_chromium(playwright, chromium)
            page = browser.new_page()
            arrive_at(page, address)
            seen = []
            for question in questions:
                page.get_by_role("button", name="New", exact=True).click()
                page.locator(".welcome").wait_for()
                page.evaluate(_SEEN)
                Reader(page).ask(question)
                page.wait_for_function("() => window.seen")
                seen.append((page.evaluate("window.seen") - said[-1]) / 1000)
            browser.close()
    return {"questions": len(seen), "median_s": statistics.median(seen), "slowest_s": max(seen)}


def rows(results: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The figures for the table of ``make bench``."""
    many, reading, seen = results["at_once"], results["reading"], results["seen"]
    times = [f"{one['p50_s']:.1f} s, {one['p95_s']:.1f} s" for one in (many, reading)]
    faults = f"{many['errors'] + reading['errors']}, {many['mixed_up'] + reading['mixed_up']}"
    who = f"{many['visitors']} visitors by API, {many['questions']} questions"
    table = [
        (f"{who} without a pause: median, 95th percentile", times[0], "2 s (95th)"),
        ("the same: questions answered in a second", f"{many['per_second']:.1f}", "–"),
        (f"the same, who read {READING_S:.0f} s before they ask again", times[1], "2 s (95th)"),
        ("both: errors, answers mixed up", faults, "0, 0"),
    ]
    if seen is not None:
        words = f"{seen['median_s'] * 1000:.0f} ms (slowest {seen['slowest_s'] * 1000:.0f} ms)"
        table.append(("page: from the first statement to its being seen", words, "300 ms"))
    return table


def _questions() -> list[str]:
    files = (GOLD / "apart" / "plain.jsonl", GOLD / "background.jsonl", GOLD / "armistice.jsonl")
    records = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return list(dict.fromkeys(record["question"] for record in records if not record["history"]))


@contextmanager
def _serving() -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, "-u", "-m", "assistant", "serve", "--api", "--port", str(free_port())]
    with subprocess.Popen([*command, "--per-minute", "10000"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().rpartition(" ")[2]
        process.terminate()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
