"""Builds that are killed at many points, each in a process of its own: ``python -m tests.killed_build FOLDER WHEN``.

Prints one JSON object a line: how the build ended, what a reader found afterwards, and what lay in the store after the
next build that belongs neither to its index nor to the one before. ``WHEN`` is ``first`` or ``rebuild``. Processes are
forked before any database is opened, so that many builds cost one import.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from assistant import index as index_module
from assistant import manifest as manifest_module
from assistant.doctor import examine
from assistant.errors import IndexMissing
from assistant.index import Workshop, build_index, open_index
from tests.stores import make_workshop

_TRACED = {index_module.__file__, manifest_module.__file__}
_LINES, _LAST_LINES, _DELAYS = 8, 8, 4


def main(folder: Path, when: str) -> None:
    """Kill builds of ``folder/new`` over an index of ``folder/old``, or over none."""
    start = folder / "start"
    old, new = make_workshop(start, folder / "old"), make_workshop(start, folder / "new")
    new.expected()  # loads the model once for all
    if when == "rebuild":
        _fork(lambda: build_index(old))
    else:
        start.mkdir()
    lines, seconds = json.loads(_fork(partial(_measure, replace(new, store=_copy(start, folder / "measure")))))
    for number, kill in enumerate(_killers(lines, seconds)):
        store = _copy(start, folder / f"store-{number}")
        here = replace(new, store=store)
        outcome = {
            "build": _fork(partial(kill, here)),
            "found": _fork(partial(_look, replace(old, store=store), here)),
            "left": _fork(partial(_finish, here, {path.name for path in start.iterdir()})),
        }
        print(json.dumps(outcome), flush=True)


def _copy(start: Path, store: Path) -> Path:
    return Path(shutil.copytree(start, store))


def _killers(lines: int, seconds: float) -> Iterator[Callable[[Workshop], None]]:
    """Ways to be killed: at lines spread over the whole build and at each of the last, and after random times."""
    spread = {round(step * lines / _LINES) for step in range(1, _LINES)}
    for line in sorted(spread | set(range(lines - _LAST_LINES, lines))):
        yield partial(_killed_at_line, line)
    random = Random(1951)
    for _ in range(_DELAYS):
        yield partial(_killed_after, random.uniform(0.05, 0.95) * seconds)


def _killed_at_line(line: int, workshop: Workshop) -> None:
    _count_lines(workshop, limit=line)


def _killed_after(seconds: float, workshop: Workshop) -> None:
    threading.Timer(seconds, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
    build_index(workshop)


def _measure(workshop: Workshop) -> str:
    """How many lines and how many seconds a build takes that nobody kills."""
    began = time.perf_counter()
    build_index(workshop)
    seconds = time.perf_counter() - began
    shutil.rmtree(workshop.store)
    shutil.copytree(workshop.store.parent / "start", workshop.store)
    return json.dumps([_count_lines(workshop, limit=None), seconds])


def _count_lines(workshop: Workshop, limit: int | None) -> int:
    """Build, and return the number of lines that `index` and `manifest` ran; be killed when the limit is reached."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ANN401 - as the interpreter calls it
        nonlocal count
        if frame.f_code.co_filename not in _TRACED:
            return None
        if event == "line":
            count += 1
            if count == limit:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    build_index(workshop)
    sys.settrace(None)
    return count


def _look(old: Workshop, new: Workshop) -> str:
    """Which index a reader finds, if a whole one."""
    try:
        open_index(old).close()
    except IndexMissing:
        return "missing"
    except Exception:  # noqa: BLE001 - stale: it should be the new one, else the reader fails with this error
        return "new" if _whole(new) else "half"
    return "old" if _whole(old) else "half"


def _whole(workshop: Workshop) -> bool:
    open_index(workshop).close()
    return all(check.ok for check in examine(workshop))


def _finish(workshop: Workshop, before: set[str]) -> str:
    """What is left over in the store after the next build, if its index is whole."""
    manifest = build_index(workshop)
    left = {path.name for path in workshop.store.iterdir()} - before - {manifest.generation, "manifest.json", ".lock"}
    return " ".join(sorted(left)) or "nothing" if _whole(workshop) else "half"


def _fork(work: Callable[[], object]) -> str:
    """What the work returned in a process of its own, as text; "killed" or "failed" if it did not end well."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, str(work()).encode())
            os._exit(0)
        except BaseException:  # noqa: BLE001 - this process ends here whatever happens
            traceback.print_exc()
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    return said if status == 0 else "killed" if os.WIFSIGNALED(status) else "failed"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
