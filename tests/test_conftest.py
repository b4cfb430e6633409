"""The walls around the tests stand."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from assistant.paths import default_store
from tests.conftest import NetworkUsed


@pytest.mark.parametrize("host", ["127.0.0.1", "93.184.215.14", "example.com"])
def test_a_connection_is_refused_by_the_name_of_the_test(host: str) -> None:
    with pytest.raises(NetworkUsed, match=r"test_a_connection_is_refused_by_the_name_of_the_test.*" + host):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_bare_socket_cannot_connect_either(method: str) -> None:
    with socket.socket() as sock, pytest.raises(NetworkUsed, match=r"127\.0\.0\.1"):
        getattr(sock, method)(("127.0.0.1", 9))


def test_a_datagram_is_not_sent() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkUsed):
        sock.sendto(b"x", ("127.0.0.1", 9))


def test_an_event_loop_still_runs() -> None:
    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert asyncio.run(answer()) == 42


@pytest.mark.usefixtures("loopback")
def test_a_server_of_the_tests_own_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_no_key_and_no_setting_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("ASSISTANT_") or name.endswith("_API_KEY")]


def test_home_and_caches_are_temporary(tmp_path: Path) -> None:
    assert Path.home().parent == tmp_path.parent
    assert default_store(tmp_path).is_relative_to(Path.home())
