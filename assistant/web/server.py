"""The web server: opened beyond a banner, closed without leftovers."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from assistant.drafts import LIMITS
from assistant.errors import SettingsError
from assistant.paths import data_root, default_feedback
from assistant.session import Assistant
from assistant.settings import hush_gradio
from assistant.web.limits import Limits
from assistant.web.own import OwnSources
from assistant.web.shelf import Leave, Shelf
from assistant.web.talking import Desk
from assistant.web.visitors import Visitors

if TYPE_CHECKING:
    import gradio as gr

_THREADS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How the page is served."""

    host: str = "127.0.0.1"
    port: int = 7860
    accounts: tuple[tuple[str, str], ...] = ()
    """Users and passwords; none: whoever reaches the page may use it."""
    root_path: str = ""
    """Path under which a proxy shows the page."""
    allow_upload: bool | None = None
    """Whether readers may add sources, to the archive too; None: for themselves alone, and on this machine alone."""
    api: bool = False
    """Whether programs may ask."""
    mcp: bool = False
    """Whether they may by the Model Context Protocol too."""
    per_minute: int = 60
    """Questions that a visitor may ask in a minute."""
    at_once: int = 4
    """Questions that are answered at the same time."""
    feedback: Path = field(default_factory=default_feedback)
    """Folder for what readers say of answers."""

    @property
    def leave(self) -> Leave:
        """What readers may add."""
        if self.allow_upload is None:
            return "own" if is_loopback(self.host) else "none"
        return "archive" if self.allow_upload else "none"


def is_loopback(host: str) -> bool:
    """Whether an address leads to this machine alone.

    >>> [is_loopback(host) for host in ("127.0.0.1", "[::1]", "localhost", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def serving(assistant: Assistant, options: ServerOptions) -> Iterator[str]:
    """The address of the page, for as long as it is served.

    Raises:
        SettingsError: the address cannot be served, or a package is missing.
    """
    if options.mcp and find_spec("mcp") is None:
        raise SettingsError("the package mcp is missing; pip install 'armistice-assistant[mcp]'")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assistant-web-")))
        hush_gradio(folder)
        visitors = Visitors(lambda: OwnSources(assistant, folder))
        stack.callback(visitors.close)
        page = _build(assistant, visitors, options)
        stack.callback(page.close, verbose=False)
        yield _launch(page, options)


def serve(assistant: Assistant, options: ServerOptions, say: Callable[[str], None]) -> None:
    """Serve the page until the process is told to end."""
    ended = Event()
    with serving(assistant, options) as address:
        before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
        say(f"The page is at {address}\nPress Ctrl-C to end.")
        ended.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
    say("Ended.")


def read_accounts(path: Path) -> tuple[tuple[str, str], ...]:
    """The users and passwords of a file with lines ``user:password``.

    Raises:
        SettingsError: it cannot be read, or a line is in another form.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"no readable accounts in {path} ({error}); give a file with lines user:password"
        ) from error
    pairs = [tuple(part.strip() for part in line.partition(":")[::2]) for line in lines]
    if not pairs or not all(user and password for user, password in pairs):
        raise SettingsError(f"{path} has a line that is not user:password; write one account a line")
    return tuple((user, password) for user, password in pairs)


def _build(assistant: Assistant, visitors: Visitors, options: ServerOptions) -> gr.Blocks:
    import gradio as gr

    from assistant.web.api import offer
    from assistant.web.examples import load_examples
    from assistant.web.page import TITLE, lay_out
    from assistant.web.wiring import Wiring

    examples = load_examples(assistant.corpus)
    limits = Limits(options.per_minute, options.at_once)
    desk = Desk(limits, Shelf(assistant, options.leave), examples, options.feedback)
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        parts = lay_out(assistant.corpus, examples, data_root() / "eval" / "results", options.leave)
        Wiring(parts, desk, visitors, options.at_once).connect(page)
        if options.api or options.mcp:
            offer(assistant, limits, options.at_once)
        page.queue(default_concurrency_limit=_THREADS, max_size=500, api_open=False)
    return page


def _launch(page: gr.Blocks, options: ServerOptions) -> str:
    from assistant.web.page import look

    logging.getLogger("httpx").setLevel(logging.WARNING)
    _check_free(options)
    _, address, _ = page.launch(
        server_name=options.host,
        server_port=options.port,
        auth=list(options.accounts) or None,
        root_path=options.root_path or None,
        mcp_server=options.mcp,
        share=False,
        inbrowser=False,
        prevent_thread_lock=True,
        quiet=True,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        max_threads=_THREADS,
        max_file_size=1 if options.leave == "none" else LIMITS.bytes,
        **look(),
    )
    return address


def _check_free(options: ServerOptions) -> None:
    """Gradio says much where a port is taken, and leaves the one it tried open."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((options.host.strip("[]"), options.port))
    except OSError as error:
        raise SettingsError(
            f"cannot serve at {options.host}, port {options.port} ({error.strerror or error}); "
            "choose another with --port or --host"
        ) from error
