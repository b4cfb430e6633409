"""The page, served once for all tests, and a real browser to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assistant import Assistant
from assistant.paths import data_root
from assistant.web.server import ServerOptions, serving
from tests.stores import make_assistant, make_workshop

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


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The shipped archive with an index of its own."""
    made = make_assistant(make_workshop(tmp_path_factory.mktemp("web") / "store"))
    made.build()
    with made:
        yield made


@pytest.fixture(scope="session")
def served(archive: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page, with API, for all tests."""
    feedback = tmp_path_factory.mktemp("feedback")
    options = ServerOptions(port=free_port(), api=True, per_minute=10_000, feedback=feedback)
    with serving(archive, options) as address:
        yield Served(address, archive, feedback)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none, its tests are skipped, unless ``BROWSER=required``."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        if os.environ.get("BROWSER") == "required":
            pytest.fail("BROWSER=required, and no chromium is found")
        pytest.skip("no chromium on this machine; install it (Debian: apt-get install chromium) to test the page")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def arrive(served: Served, browser: Browser, loopback: None) -> Iterator[Callable[..., Reader]]:
    """``arrive("?q=…", width=390)``: a visitor of his own opens the page and has waited until it is there."""
    contexts: list[BrowserContext] = []
    readers: list[Reader] = []

    def opened(address: str = "", *, width: int = 1280, height: int = 820, scheme: str = "light") -> Reader:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
        )
        context.set_default_timeout(PATIENCE_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        reader = Reader(context.new_page())
        readers.append(reader)
        reader.page.on("request", lambda request: reader.asked.append(request.url))
        reader.page.on("pageerror", lambda error: reader.faults.append(str(error)))
        reader.page.goto(served.address + address)
        reader.page.locator("#conversation[data-ready]").wait_for()
        return reader

    yield opened
    for context in contexts:
        context.close()
    assert [fault for reader in readers for fault in reader.faults] == []


@pytest.fixture
def reader(arrive: Callable[..., Reader]) -> Reader:
    """A visitor at the page."""
    return arrive()
