"""A browser at the page: what tests and screenshots do with it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from assistant import Assistant
from assistant.paths import data_root

SCREENSHOTS = data_root() / "build" / "screenshots"
PATIENCE_MS = 60_000
"""How long a browser waits for what must come; no test measures time."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(slots=True)
class Served:
    """A page that is being served."""

    address: str
    assistant: Assistant
    feedback: Path


@dataclass(slots=True)
class Reader:
    """A browser's page, and what went wrong in it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    """Addresses of all that the browser fetched."""
    faults: list[str] = field(default_factory=list)

    def ask(self, question: str) -> None:
        """Type a question, send it, and wait for the answer."""
        before = self.page.locator(".turn:not(.pending)").count()
        self.page.get_by_label("Your question").fill(question)
        self.page.get_by_role("button", name="Ask", exact=True).click()
        self.page.locator(".turn:not(.pending)").nth(before).wait_for()

    def lit(self, name: str | int) -> str:
        """The text of a quote's marks in the reader, joined, as the browser has it."""
        marks: str = self.page.evaluate(
            """name => [...document.querySelectorAll('#reader mark')]
                .filter(mark => mark.dataset.quotes.split(' ').includes(name))
                .map(mark => mark.textContent).join('')""",
            str(name),
        )
        return marks

    def text(self) -> str:
        """The text of the document in the reader, as the browser has it."""
        return self.page.locator("#reader .text").evaluate("text => text.textContent")  # type: ignore[no-any-return]

    def keep(self, name: str) -> None:
        """Keep a screenshot."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


def find_chromium() -> str | None:
    """The path of a browser that Playwright can drive; None if there is none on this machine."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def start_chromium(playwright: Playwright, path: str) -> Browser:
    """The browser, without its sandbox, which containers do not allow; it opens our own page alone."""
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


def arrive_at(page: Page, address: str) -> None:
    """Open the page, and wait until what its address asks for is there."""
    page.goto(address)
    page.locator("#conversation[data-ready]").wait_for()
