"""How the page is served: to whom, with what left out, and without a call to anybody."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from assistant import Assistant
from assistant.cli import main
from assistant.errors import SettingsError
from assistant.web import server
from assistant.web.server import ServerOptions, read_accounts, serving
from tests.documentation import README
from tests.stores import child_environment, free_port
from tests.web.browsing import Served

pytestmark = pytest.mark.usefixtures("loopback")
CONDITIONS = "What were Mao's conditions for an armistice?"


@pytest.fixture
def serve(archive: Assistant, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """``serve(mcp=True)``: the address of a page of its own."""
    with ExitStack() as stack:

        def opened(**options: Any) -> str:  # noqa: ANN401 - the fields of the options
            given = ServerOptions(port=free_port(), feedback=tmp_path, **options)
            return stack.enter_context(serving(archive, given))

        yield opened


def status(address: str, data: bytes | None = None) -> int:
    request = Request(address, data=data, headers={"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def config(address: str) -> dict[str, Any]:
    with urlopen(f"{address}config", timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def client(address: str) -> Client:
    return Client(address, verbose=False, analytics_enabled=False)


def test_programs_ask_and_read(served: Served) -> None:
    archive = client(served.address)
    answer = archive.predict(CONDITIONS, ["telegram-mao-1951-06-13"], None, api_name="/ask")
    source = archive.predict(answer["citations"][0]["source_id"], api_name="/source")
    span = answer["citations"][0]["span"]
    assert source["text"][span["start"] : span["end"]] == answer["citations"][0]["quote"]
    assert len(archive.predict(api_name="/sources")) == len(served.assistant.sources())
    assert archive.predict(CONDITIONS, None, ["background"], api_name="/ask")["citations"][0]["source"]["kind"] == (
        "background"
    )


def test_the_example_of_the_readme_runs(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(r"```python\n(from gradio_client .*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert "http://127.0.0.1:7860" in block
    exec(block.replace("http://127.0.0.1:7860", served.address), {})
    assert capsys.readouterr().out.splitlines()[-1] == str(len(served.assistant.sources()))


def test_errors_of_programs_say_what_to_do_and_no_more(served: Served) -> None:
    archive = client(served.address)
    with pytest.raises(AppError, match="the question is empty"):
        archive.predict(" ", None, None, api_name="/ask")
    with pytest.raises(AppError, match="no source 'nobody'"):
        archive.predict("nobody", api_name="/source")


def test_only_the_documented_endpoints_are_offered(served: Served) -> None:
    offered = client(served.address).view_api(return_format="dict", print_info=False)
    assert sorted(offered["named_endpoints"]) == ["/ask", "/source", "/sources"]
    assert offered["unnamed_endpoints"] == {}
    ask = offered["named_endpoints"]["/ask"]
    assert [(p["parameter_name"], p["parameter_has_default"]) for p in ask["parameters"]] == [
        ("question", False),
        ("sources", True),
        ("kinds", True),
    ]
    assert "Ask the archive" in ask["description"]


def test_without_leave_programs_are_offered_nothing(serve: Callable[..., str]) -> None:
    address = serve()
    offered = client(address).view_api(return_format="dict", print_info=False)
    assert offered["named_endpoints"] == {}
    assert status(f"{address}gradio_api/call/ask", b'{"data": ["x", null, null]}') in (404, 422, 500)
    assert status(f"{address}gradio_api/mcp/sse") == 404
    private = {one["api_name"]: one["api_visibility"] for one in config(address)["dependencies"]}
    assert set(private.values()) == {"private"}


def test_tools_of_the_model_context_protocol_are_the_endpoints(serve: Callable[..., str]) -> None:
    address = serve(mcp=True)

    async def use() -> tuple[list[str], str]:
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as one,
        ):
            await one.initialize()
            tools = (await one.list_tools()).tools
            said = await one.call_tool("ask", {"question": CONDITIONS})
            return [tool.name for tool in tools], str(said.content)

    with ThreadPoolExecutor(1) as pool:  # Playwright has a loop of its own in this thread
        names, said = pool.submit(lambda: asyncio.run(use())).result()
    assert sorted(names) == ["ask", "source", "sources"]
    assert "restoration of the border at the 38th parallel" in said


def test_a_missing_package_is_named(archive: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"armistice-assistant\[mcp\]"), serving(archive, ServerOptions(mcp=True)):
        pass


def test_no_file_of_the_machine_is_served(served: Served) -> None:
    for path in (
        "/etc/passwd",
        str(Path.cwd() / "pyproject.toml"),
        str(served.assistant.corpus.root / "catalogue.toml"),
    ):
        assert status(f"{served.address}gradio_api/file={path}") in (403, 404)
    assert status(f"{served.address}monitoring") in (403, 404)
    assert status(f"{served.address}gradio_api/runs") == 404


def test_only_those_with_an_account_get_in(serve: Callable[..., str], tmp_path: Path) -> None:
    accounts = tmp_path / "accounts"
    accounts.write_text("ann: s3cret\n\nben:pass:word\n", encoding="utf-8")
    address = serve(accounts=read_accounts(accounts), api=True)
    for path in ("config", "gradio_api/info", "gradio_api/file=x", "gradio_api/queue/data?session_hash=x"):
        assert status(address + path) == 401
    assert status(f"{address}gradio_api/queue/join", b'{"data": [], "fn_index": 0, "session_hash": "x"}') == 401
    with pytest.raises(ValueError, match=r"(?i)credentials|auth|login"):
        Client(address, auth=("ann", "wrong"), verbose=False, analytics_enabled=False)
    inside = Client(address, auth=("ben", "pass:word"), verbose=False, analytics_enabled=False)
    assert inside.predict(CONDITIONS, None, None, api_name="/ask")["citations"]


def test_behind_a_proxy_the_page_asks_under_its_path(serve: Callable[..., str]) -> None:
    assert config(serve(root_path="/archive"))["root"].endswith("/archive")


@pytest.mark.parametrize("text", ["", "ann\n", ":secret\n", "ann:\n"])
def test_bad_accounts_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="user:password"):
        read_accounts(tmp_path / "accounts")
    with pytest.raises(SettingsError, match="no readable accounts"):
        read_accounts(tmp_path / "nowhere")


def test_uploads_are_off_beyond_this_machine_unless_they_are_allowed() -> None:
    assert ServerOptions().leave == "own"
    assert ServerOptions(host="0.0.0.0").leave == "none"
    assert ServerOptions(host="0.0.0.0", allow_upload=True).leave == "archive"
    assert ServerOptions(allow_upload=False).leave == "none"


def test_a_page_without_uploads_takes_no_file(serve: Callable[..., str]) -> None:
    address = serve(allow_upload=False)
    boundary = "x" * 20
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n{"a" * 100}\r\n'
        f"--{boundary}--\r\n"
    ).encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(f"{address}gradio_api/upload", data=body, headers=headers), timeout=30)
    with caught.value as refused:
        assert refused.code == 413


def test_a_port_that_is_taken_is_one_line(served: Served, archive: Assistant) -> None:
    port = int(served.address.rstrip("/").rpartition(":")[2])
    with (
        pytest.raises(SettingsError, match=rf"cannot serve at 127.0.0.1, port {port} .*--port"),
        serving(archive, ServerOptions(port=port)),
    ):
        pass


def test_the_command_reads_its_accounts_before_it_opens_the_archive(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["serve", "--auth", str(tmp_path / "nowhere")])
    assert done.exit_code == 1
    assert "no readable accounts" in done.stderr


WATCHED = """
import json, sys
hosts = []
def watch(event, given):
    if event in ("socket.connect", "socket.sendto"):
        hosts.append(given[1][0] if isinstance(given[1], tuple) else "unix")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        hosts.append(given[0])
sys.addaudithook(watch)
from assistant.cli import main
try:
    main(["--store", sys.argv[1], "serve", "--port", sys.argv[2], "--api"], standalone_mode=False)
finally:
    print(json.dumps(sorted({str(host) for host in hosts} - {"unix"})))
"""


def test_the_command_serves_says_where_calls_nobody_and_ends_when_told(tmp_path: Path) -> None:
    port, temporary = free_port(), tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-u", "-c", WATCHED, str(tmp_path / "store"), str(port)]
    with subprocess.Popen(
        command,
        env=child_environment(TMPDIR=str(temporary)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The page is at http://127.0.0.1:{port}/\n"
        address = f"http://127.0.0.1:{port}/"
        assert client(address).predict(CONDITIONS, None, None, api_name="/ask")["citations"]
        time.sleep(1)  # whatever it does in the background, it has begun
        assert list(temporary.glob("assistant-web-*"))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert set(json.loads(out.splitlines()[-1])) <= {"127.0.0.1", "localhost", "::1"}
    assert "Ended." in out
    assert list(temporary.glob("assistant-web-*")) == []


def test_nothing_of_the_page_is_asked_for_by_other_commands() -> None:
    script = (
        "import sys; from assistant.cli import main; main(['--help'], standalone_mode=False); "
        "print('gradio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_it_is_served_until_a_signal_ends_it(archive: Assistant, tmp_path: Path) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    server.serve(archive, ServerOptions(port=free_port(), feedback=tmp_path), say)
    assert said[0].startswith("The page is at http://127.0.0.1:")
    assert said[1:] == ["Ended."]
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_file_that_was_not_sent_is_neither_read_nor_removed(served: Served, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The old oak bridge at Elmsford burned down in 1874.", encoding="utf-8")
    handlers = config(served.address)["dependencies"]
    (add,) = [one["id"] for one in handlers if len(one["inputs"]) == 3 and len(one["outputs"]) == 10]
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}, "orig_name": "secret.txt"}
    body = {"data": [file, "primary", False], "fn_index": add, "session_hash": "stranger"}
    assert status(f"{served.address}gradio_api/queue/join", json.dumps(body).encode()) == 200
    with urlopen(f"{served.address}gradio_api/queue/data?session_hash=stranger", timeout=30) as events:
        said = next(line.decode() for line in events if b"process_completed" in line)
    assert json.loads(said.removeprefix("data: "))["success"] is False
    assert "Elmsford" not in said
    assert secret.exists()
