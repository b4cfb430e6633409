"""The page, served once for all tests, and a real browser to look at it with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from assistant import Assistant
from assistant.web.server import ServerOptions, serving
from tests.stores import free_port, make_assistant, make_workshop
from tests.web.browsing import PATIENCE_MS, Reader, Served, arrive_at, find_chromium, start_chromium


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
    found = find_chromium()
    if found is None:
        if os.environ.get("BROWSER") == "required":
            pytest.fail("BROWSER=required, and no chromium is found")
        pytest.skip("no chromium on this machine; install it (Debian: apt-get install chromium) to test the page")
    with sync_playwright() as playwright:
        made = start_chromium(playwright, found)
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
        arrive_at(reader.page, served.address + address)
        return reader

    yield opened
    for context in contexts:
        context.close()
    assert [fault for reader in readers for fault in reader.faults] == []


@pytest.fixture
def reader(arrive: Callable[..., Reader]) -> Reader:
    """A visitor at the page."""
    return arrive()
