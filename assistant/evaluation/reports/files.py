"""A run's result file and its reports, written side by side under the run's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from assistant.errors import EvaluationError
from assistant.evaluation.archive import Archive
from assistant.evaluation.reports.html_page import to_html
from assistant.evaluation.reports.junit import to_junit
from assistant.evaluation.reports.markdown import to_markdown
from assistant.evaluation.results import Run
from assistant.evaluation.serialise import write_run

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def write_results(
    run: Run, archive: Archive | None, folder: Path, *, faults: Sequence[str] = (), rivals: Sequence[Run] = ()
) -> tuple[Path, ...]:
    """The files written: ``NAME.json``, ``.md``, ``.html`` and ``.junit.xml``; ``faults`` are failures in the last.

    Raises:
        EvaluationError: the name is no file name, or the folder cannot be written.
    """
    checked_name(run.name)
    write_run(run, folder / f"{run.name}.json")
    return (folder / f"{run.name}.json", *write_reports(run, archive, folder, faults=faults, rivals=rivals))


def write_reports(
    run: Run, archive: Archive | None, folder: Path, *, faults: Sequence[str] = (), rivals: Sequence[Run] = ()
) -> tuple[Path, ...]:
    """The reports written, without the result file."""
    texts = {
        "md": to_markdown(run, archive),
        "html": to_html(run, archive, rivals=rivals),
        "junit.xml": to_junit(run, archive, faults=faults),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = {suffix: folder / f"{checked_name(run.name)}.{suffix}" for suffix in texts}
    for suffix, path in paths.items():
        path.write_text(texts[suffix], encoding="utf-8", errors="replace")
    return tuple(paths.values())


def checked_name(name: str) -> str:
    """The name, if files can be called so.

    Raises:
        EvaluationError: they cannot.
    """
    if not _NAME.fullmatch(name):
        raise EvaluationError(f"{name!r} cannot name a file; use letters, digits, dots, hyphens and underscores")
    return name
