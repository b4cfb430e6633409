"""The same index, its vectors on a Chroma server of the test's own."""

from __future__ import annotations

import gc
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.corpus import load_corpus
from assistant.errors import IndexDamaged, StoreError
from assistant.index import build_index, open_index
from assistant.vectors import connect
from tests.specimens import write_corpus
from tests.stores import THREE, RecordingEmbedding, free_port, make_assistant, make_workshop, run_assistant

pytestmark = [
    pytest.mark.usefixtures("loopback"),
    # Chroma's client for servers leaves its sockets to the garbage collector, also when it is closed
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A running ``chroma run``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = Path(sys.executable).with_name("chroma")
        self.process = subprocess.Popen(
            [command, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        for _ in range(300):
            if answers(self.port):
                return
            assert self.process.poll() is None, "chroma run ended"
            time.sleep(0.1)
        raise TimeoutError(self.url)

    def collections(self) -> list[str]:
        client = connect(Path(), self.url)
        names = [collection.name for collection in client.list_collections()]
        client.close()
        return sorted(names)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def server(tmp_path: Path, loopback: None) -> Iterator[Server]:
    running = Server(tmp_path / "server")
    try:
        running.wait()
        yield running
    finally:
        running.stop()
        gc.collect()


def test_an_archive_is_built_asked_and_rebuilt_on_a_server(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_CHROMA_URL", server.url)
    store = tmp_path / "store"
    with Assistant.open(store=store) as assistant:
        answer = assistant.ask("What were Mao's conditions for an armistice?")
        assert "38th parallel" in answer.citations[0].quote
        assert all(check.ok for check in assistant.doctor())
        first = assistant.index().manifest.generation
        assert not list(store.rglob("chroma*"))
        assert server.collections() == [f"passages-{first}"]
        assert run_assistant("--store", store, "build", "--force", ASSISTANT_CHROMA_URL=server.url).returncode == 0
        again = assistant.ask("What were Mao's conditions for an armistice?")
        assert again.citations == answer.citations
        second = assistant.index().manifest.generation
        assert second != first
        assistant.build()
        assert server.collections() == [f"passages-{second}"]


def test_a_server_holds_several_archives_and_none_sweeps_another(server: Server, tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "archive", THREE)
    embedding = RecordingEmbedding()
    one = make_workshop(tmp_path / "one", folder, embedding=embedding, chroma_url=server.url)
    other = make_workshop(tmp_path / "other", folder, chroma_url=server.url)
    build_index(one)
    build_index(other)
    write_corpus(folder, THREE | {"kiln": "The kiln made red bricks."})
    renewed = replace(one, corpus=load_corpus(folder))
    build_index(renewed)
    build_index(renewed)
    assert embedding.seen[3:] == ["The kiln made red bricks."]
    assert len(server.collections()) == 2
    with make_assistant(renewed) as assistant:
        assert assistant.ask("What did the kiln make?").citations[0].source_id == "kiln"
    open_index(replace(other, corpus=other.corpus)).close()


def test_a_failed_build_leaves_nothing_on_the_server(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE), chroma_url=server.url)

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assistant.index.LexicalWriter.add", fail)
    with pytest.raises(StoreError, match="No space left"):
        build_index(workshop)
    assert server.collections() == []
    assert not list(workshop.store.glob("generation-*"))


def test_an_index_whose_collection_or_server_is_gone_says_so(server: Server, tmp_path: Path) -> None:
    workshop = make_workshop(tmp_path / "store", write_corpus(tmp_path / "archive", THREE), chroma_url=server.url)
    embedded = replace(workshop, chroma_url=None)
    build_index(embedded)
    with pytest.raises(IndexDamaged, match="cannot be read"):
        open_index(workshop)
    build_index(workshop)
    with make_assistant(workshop) as assistant:
        assistant.ask("Who owns the mill?")
        server.stop()
        with pytest.raises(StoreError, match="if it is a server, see that it runs"):
            assistant.ask("Who owns the mill?")
        assert not all(check.ok for check in assistant.doctor())
    with pytest.raises(StoreError, match=f"cannot be reached at {server.url}"):
        build_index(workshop, force=True)
    with pytest.raises(StoreError, match="cannot be reached"):
        open_index(workshop)
