from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from assistant.paths import data_root

DATA = "assistant/_data/"
SHIPPED = (
    "corpus/catalogue.toml",
    "corpus/bibliography.json",
    "corpus/examples.txt",
    "corpus/sources",
    "index/recipe.toml",
    "eval/gold",
)


def python(*arguments: str | Path, cwd: Path, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built by tools that are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, data_root(), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_corpus_recipe_and_gold_byte_for_byte(wheel: Path) -> None:
    shipped = [
        path
        for folder in SHIPPED
        for path in ([data_root() / folder] if (data_root() / folder).is_file() else (data_root() / folder).rglob("*"))
        if path.is_file()
    ]
    assert len(shipped) >= 6 + 16
    with ZipFile(wheel) as archive:
        for path in shipped:
            assert archive.read(DATA + path.relative_to(data_root()).as_posix()) == path.read_bytes()


def test_the_wheel_holds_no_store_and_nothing_but_the_package(names: list[str]) -> None:
    assert not [name for name in names if "store" in name or "sqlite" in name or "generation-" in name]
    assert not [name for name in names if name.endswith((".pyc", ".ipynb"))]
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"assistant", "armistice_assistant"}
    assert {name.split("/")[2] for name in names if name.startswith(DATA)} == {"corpus", "index", "eval"}


def test_the_wheel_holds_every_module_and_the_mark_of_types(names: list[str]) -> None:
    package = data_root() / "assistant"
    modules = {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}
    assert modules | {"assistant/py.typed", "assistant/web/page.js", "assistant/web/style.css"} <= set(names)


def test_the_wheel_names_its_command_and_its_needs(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (info,) = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        assert "assistant = assistant.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
    assert metadata["Name"] == "armistice-assistant"
    needs = {re.split("[<>=;]", need)[0] for need in metadata.get_all("Requires-Dist", []) if "extra" not in need}
    assert {"chromadb", "llama-index-core", "tantivy", "wordllama"} <= needs
    assert not [need for need in needs if "openai" in need]


def test_an_installed_wheel_answers_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site, empty, cache = tmp_path / "site", tmp_path / "empty", tmp_path / "cache"
    empty.mkdir()
    python("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel, cwd=empty)
    settings = {"PYTHONPATH": str(site), "XDG_CACHE_HOME": str(cache), "HOME": str(tmp_path / "home")}
    command = site / "bin" / "assistant"
    answer = json.loads(
        python(command, "ask", "--json", "What were Mao's conditions for an armistice?", cwd=empty, **settings)
    )
    assert "38th parallel" in answer["citations"][0]["quote"]
    assert list(empty.iterdir()) == []
    assert len(list(cache.rglob("manifest.json"))) == 1
    where = python("-c", "import assistant; print(assistant.__file__)", cwd=empty, **settings)
    assert Path(where.strip()).is_relative_to(site)
    assert not list(site.rglob("chroma*.sqlite3"))
    assert python(command, "--version", cwd=empty, **settings).strip() == "assistant, version 0.1.0"
