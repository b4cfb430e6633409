"""The README tells the truth: its generated parts, commands, links and examples."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import main
from tests.documentation import PAGES, README, ROOT, generated, leaves
from tests.stores import child_environment

_PAGES = sorted([README, *ROOT.glob("*/README.md"), *ROOT.glob("eval/*/README.md"), *ROOT.glob("design/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_generated_parts_are_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert generated(text) == text, f"{page.name} has fallen behind the program; run `make docs`, look at the change"


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    missing = [name for name, _ in leaves(main, "") if f"`assistant {name}`" not in text]
    assert not missing


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in _PAGES for name in re.findall(r"`?\bmake ([a-z-]+)`", page.read_text(encoding="utf-8"))}
    assert named, "no make target is named anywhere; the pattern has rotted"
    assert named <= targets


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


_BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
_OWN = [
    block for block in _BLOCKS if "gradio_client" not in block
]  # the others need a server: tests/web/test_server.py


@pytest.mark.parametrize("block", _OWN)
def test_the_examples_run(block: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block],
        cwd=tmp_path,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
