"""No test reaches the network, the user's files or his keys; the archives that tests share."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from assistant.corpus import Corpus, load_corpus
from assistant.domain import Source
from assistant.paths import default_corpus, default_recipe
from assistant.recipe import Recipe, load_recipe
from tests import specimens

settings.register_profile(
    "tests",
    derandomize=True,  # the same examples on every machine: a failure can be seen again
    database=None,
    deadline=None,  # the first example loads models
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tests")

_SECRETS = ("_API_KEY", "_TOKEN", "_SECRET", "_PROXY", "_proxy")
_CACHES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HF_HOME", "LLAMA_INDEX_CACHE_DIR")


class NetworkUsed(AssertionError):
    """A test, or what it tests, wanted to reach the network."""


@pytest.fixture(autouse=True)
def offline(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection and no look-up of names, not even on this machine unless the test takes the fixture `loopback`."""
    if request.node.get_closest_marker("live"):
        return
    allowed = ("127.0.0.1", "::1", "localhost") if "loopback" in request.fixturenames else ()

    def guard(name: str, address_of: Callable[..., object]) -> None:
        owner, _, method = name.rpartition(".")
        home: Any = getattr(socket, owner) if owner else socket
        real = getattr(home, method)

        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for many functions
            host = address_of(*args, **kwargs)
            if host is None or host in allowed:
                return real(*args, **kwargs)
            raise NetworkUsed(f"{request.node.nodeid} tried to reach {host} ({name}); tests run offline")

        monkeypatch.setattr(home, method, guarded)

    guard("socket.connect", _peer)
    guard("socket.connect_ex", _peer)
    guard("socket.sendto", lambda sock, data, *rest: _peer(sock, rest[-1]))
    guard("getaddrinfo", lambda host, *args, **kwargs: host)
    guard("gethostbyname", lambda host: host)


def _peer(sock: socket.socket, address: object) -> object:
    """The host of an address that leads to a network; None for a socket file."""
    if sock.family == socket.AF_UNIX:
        return None
    return address[0] if isinstance(address, tuple) else address


@pytest.fixture
def loopback() -> None:
    """Leave to reach servers that the test itself runs on this machine."""


@pytest.fixture(autouse=True)
def bare_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No keys, no settings of ours, and a home and caches that go with the test."""
    home = tmp_path.parent / f"{tmp_path.name}-home"
    home.mkdir(exist_ok=True)
    live = request.node.get_closest_marker("live") is not None
    for name in list(os.environ):
        if name.startswith("ASSISTANT_") or (name.endswith(_SECRETS) and not live):
            monkeypatch.delenv(name)
    for name in _CACHES:
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    yield
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The shipped archive; read only."""
    return load_corpus(default_corpus())


@pytest.fixture(scope="session")
def telegram(corpus: Corpus) -> Source:
    """Mao's telegram."""
    return corpus.source("telegram-mao-1951-06-13")


@pytest.fixture(scope="session")
def letter(corpus: Corpus) -> Source:
    """The covering letter."""
    return corpus.source("letter-gao-kim-1951-06-14")


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """The shipped recipe."""
    return load_recipe(default_recipe())


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A copy of the shipped archive, to be changed at will."""
    return Path(shutil.copytree(default_corpus(), tmp_path / "corpus"))


@pytest.fixture
def write_corpus() -> Callable[..., Path]:
    """`tests.specimens.write_corpus`: ``write_corpus(folder, {id: text}, **fields)``."""
    return specimens.write_corpus
