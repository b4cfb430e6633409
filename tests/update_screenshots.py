"""``make screenshots``: the README's pictures of the page, made by asking it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from assistant.paths import data_root
from assistant.web.server import ServerOptions, serving
from tests.stores import free_port, make_assistant, make_workshop
from tests.web.browsing import Reader, arrive_at, find_chromium, start_chromium

PICTURES = data_root() / "design" / "pictures"
_COLOURS = 160
"""Of a picture's palette: enough for paper, ink and a few marks, and a third of the size."""


def answer(reader: Reader) -> None:
    """An answer, its first quote lit up."""
    reader.ask("What does Mao say about Taiwan?")
    reader.page.locator("#reader mark.chosen").first.wait_for()


def dark(reader: Reader) -> None:
    """A follow-up, in the dark, with another document open."""
    answer(reader)
    reader.ask("And if America insists?")
    reader.page.locator(".turn").nth(1).locator(".chip").nth(1).click()
    reader.page.locator("#reader article[data-turn='2'][data-chosen='2']").wait_for()


def refusal(reader: Reader) -> None:
    """A question that the sources do not answer."""
    reader.ask("Who won the football world cup in 1950?")
    reader.page.locator(".nearest a").first.click()
    reader.page.locator("#reader mark.chosen").first.wait_for()


def telephone(reader: Reader) -> None:
    """The quote on a narrow screen."""
    answer(reader)
    reader.page.locator(".statement .chip").first.click()


def take(browser: Browser, address: str, name: str, act: Callable[[Reader], None], **options: int | str) -> Path:
    """The picture of a page on which something has been done."""
    size = {"width": int(options.get("width", 1280)), "height": int(options.get("height", 800))}
    scheme = options.get("scheme")
    page = browser.new_page(viewport=size, color_scheme="dark" if scheme else "light")  # type: ignore[arg-type]
    arrive_at(page, address)
    act(Reader(page))
    page.wait_for_timeout(1_000)  # a smooth way takes its time
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    page.close()
    Image.open(path).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    """Make them all."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no chromium on this machine; install it (Debian: apt-get install chromium)")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, make_assistant(make_workshop(Path(folder) / "store")) as assistant:
        assistant.build()
        options = ServerOptions(port=free_port(), feedback=Path(folder))
        with serving(assistant, options) as address, sync_playwright() as playwright:
            browser = start_chromium(playwright, chromium)
            print(take(browser, address, "answer", answer))
            print(take(browser, address, "dark", dark, scheme="dark"))
            print(take(browser, address, "refusal", refusal))
            print(take(browser, address, "telephone", telephone, width=390, height=780))
            browser.close()


if __name__ == "__main__":
    main()
