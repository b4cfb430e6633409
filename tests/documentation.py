"""The generated parts of the README: made from the program and from result files, never typed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from assistant.cli import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BENCH = ROOT / "benchmarks" / "results" / "bench.json"
_BLOCK = re.compile(r"(<!-- generated: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_QUESTION = "What were Mao's conditions for an armistice?"


def generated(text: str) -> str:
    """The text with each generated block made anew."""
    return _BLOCK.sub(lambda block: block[1] + _MAKERS[block["name"]]() + block[3], text)


def answer() -> str:
    """A real answer, as the terminal shows it."""
    lines = CliRunner().invoke(main, ["ask", _QUESTION], catch_exceptions=False).stdout.splitlines()
    return "\n```text\n" + "\n".join(line.rstrip() for line in lines) + "\n```\n\n"


def commands() -> str:
    """Every command with the first line of its help."""
    rows = [f"| `assistant {name}` | {command.get_short_help_str(120)} |" for name, command in leaves(main, "")]
    return "\n" + "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n\n"


def leaves(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    """Every command of a group, with its full name, and those of its groups."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from leaves(command, f"{prefix}{name} ")


def bench() -> str:
    """The benchmark's table, from its result file."""
    from benchmarks.bench import report

    results: dict[str, Any] = json.loads(BENCH.read_text(encoding="utf-8"))
    return f"\nOn {results['machine']}:\n\n{report(results)}\n\n"


def evaluation() -> str:
    """The evaluation's table, from its result files."""
    return "\n"


_MAKERS = {"answer": answer, "commands": commands, "bench": bench, "evaluation": evaluation}
