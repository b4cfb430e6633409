from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.stores import child_environment

PROGRAM = """
import json, socket, sys

def refuse(*arguments, **options):
    raise AssertionError(f"the network was asked for: {arguments} {options}")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refuse)

from assistant import Assistant

with Assistant.open(store=sys.argv[1]) as assistant:
    answer = assistant.ask("What were Mao's conditions for an armistice?")
    follow_up = assistant.conversation().ask("What does Mao say about Taiwan?")
    assert all(check.ok for check in assistant.doctor())
    for citation in (*answer.citations, *follow_up.citations):
        text = assistant.source(citation.source_id).text
        assert text[citation.span.start : citation.span.end] == citation.quote
print(json.dumps(answer.to_dict()))
"""


def test_the_whole_main_job_needs_no_network_no_key_and_no_cache(tmp_path: Path) -> None:
    environment = {
        name: value
        for name, value in child_environment(HOME=str(tmp_path / "home"), TMPDIR=str(tmp_path)).items()
        if not name.endswith(("_KEY", "_TOKEN"))
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "store")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "38th parallel" in json.loads(done.stdout)["text"]
    assert "the network was asked for" not in done.stderr
