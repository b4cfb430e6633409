"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import assistant
from assistant import errors

PACKAGE = Path(inspect.getfile(assistant)).parent

# Each module may import those before it. `llamaindex` goes before `session`, which loads it late; it knows the
# session by type only.
ORDER = """
    domain errors paths settings text structure sentences recipe analysis questions corpus bibliography
    models.tokens models.embedding models.layout models.reader models.pairs models.llm chunking citation manifest
    vectors lexical index retrieval selection evidence overlap reading mentions signals reckoning followup
    answering.findings answering.extractive answering.prompts answering.prose answering.reply answering.support
    answering.checks answering.generative answering.restating exports.anchors exports.parts exports.markdown
    exports.chicago exports.references exports.writing saving conversation doctor llamaindex session pdf_worker
    pdf drafts catalogue adding terminal chat web.limits web.own web.feedback web.markup web.examples web.links
    web.documents web.answers web.catalogue web.results web.visitors web.shelf web.talking web.page web.wiring web.api
    web.server archive_commands cli
""".split()

# The harness takes any callable; it may know how texts, sources and verdicts work, and no more. Its commands run it.
KNOWN_TO_EVALUATION = "domain errors paths text structure sentences recipe corpus models.tokens citation".split()
EVALUATION_COMMANDS = "evaluation.commands"
# What of the harness others may know: the command line runs it, and the page shows its results.
HARNESS_FOR = {
    "cli": {EVALUATION_COMMANDS},
    "web.results": {"evaluation.serialise", "evaluation.reports.tables"},
}

ALLOWED = {
    "chromadb": {"vectors"},
    "tantivy": {"lexical"},
    "llama_index": {"models.embedding", "models.llm", "index", "retrieval", "session", "vectors", "llamaindex"},
    "wordllama": {"models.embedding"},
    "tiktoken": {"models.tokens"},
    "onnxruntime": {"models.reader"},
    "tokenizers": {"models.layout", "models.reader"},
    "gradio": {"web.page", "web.wiring", "web.api", "web.server"},
    "pypdf": {"pdf_worker"},
    "rich": {"terminal", "chat", "cli"},
}

PUBLIC = """
    Answer Assistant AssistantError Citation Evidence Filter Hit Locus Passage Source SourceInfo Span Statement Trace
    Turn Verified
""".split()


@dataclass(frozen=True)
class Module:
    name: str
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """What it imports when it runs, early or late; not what it imports for types alone."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                waiting += node.orelse
            elif isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name} imports relatively"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                waiting += ast.iter_child_nodes(node)

    def ours(self) -> set[str]:
        """Names of the package's modules that it imports."""
        names = {name.removeprefix("assistant.") for name in self.imports() if name.startswith("assistant.")}
        return {found for name in names if (found := known(name)) is not None}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def known(name: str) -> str | None:
    """The module of an imported name: ``corpus`` for ``corpus.Corpus``."""
    while name and name not in NAMES:
        name = name.rpartition(".")[0]
    return name or None


PATHS = sorted(PACKAGE.rglob("*.py"))
NAMES = {module_name(path) for path in PATHS}
MODULES = [Module(module_name(path), ast.parse(path.read_text(encoding="utf-8"))) for path in PATHS]
PLAIN = [m for m in MODULES if not m.name.endswith(("__init__", "__main__"))]
OWN = [m for m in PLAIN if not m.name.startswith("evaluation.")]
HARNESS = [m for m in PLAIN if m.name.startswith("evaluation.") and m.name != EVALUATION_COMMANDS]


def by_name(module: Module) -> str:
    return module.name


def test_the_package_offers_the_documented_names() -> None:
    assert assistant.__all__ == PUBLIC
    assert all(getattr(assistant, name).__module__.startswith("assistant.") for name in PUBLIC)
    with pytest.raises(AttributeError, match="module 'assistant' has no attribute 'nothing'"):
        assistant.nothing  # noqa: B018 - asking is the test


def test_importing_the_package_is_cheap_and_reads_nothing() -> None:
    script = "import sys, assistant; print({'chromadb', 'llama_index', 'numpy', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_every_module_has_its_layer() -> None:
    assert sorted(module.name for module in OWN) == sorted(ORDER)


@pytest.mark.parametrize("module", OWN, ids=by_name)
def test_imports_run_one_way(module: Module) -> None:
    before = set(ORDER[: ORDER.index(module.name)])
    assert module.ours() <= before | HARNESS_FOR.get(module.name, set())


@pytest.mark.parametrize("module", HARNESS, ids=by_name)
def test_the_evaluation_knows_nothing_of_how_answers_are_made(module: Module) -> None:
    outside = {name for name in module.ours() if not name.startswith("evaluation.")}
    assert outside <= set(KNOWN_TO_EVALUATION)


@pytest.mark.parametrize("library", ALLOWED)
def test_a_library_stays_at_its_border(library: str) -> None:
    using = {m.name for m in PLAIN if any(name.partition(".")[0] == library for name in m.imports())}
    assert using - {m.name for m in PLAIN if m.name.startswith("evaluation.")} <= ALLOWED[library]


def test_only_settings_reads_the_environment() -> None:
    reading = {
        module.name
        for module in MODULES
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"))
        or (isinstance(node, ast.ImportFrom) and node.module == "os")
    }
    assert reading == {"settings"}


@pytest.mark.parametrize("module", MODULES, ids=by_name)
def test_functions_are_short(module: Module) -> None:
    functions = [n for n in ast.walk(module.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lengths = {n.name: (n.end_lineno or n.lineno) - n.lineno + 1 for n in functions}
    assert {name: length for name, length in lengths.items() if length > 60} == {}


@pytest.mark.parametrize("module", MODULES, ids=by_name)
def test_no_module_reaches_for_anothers_private_names(module: Module) -> None:
    assert [name for name in module.imports() if "._" in name and name.startswith("assistant.")] == []


def test_no_module_is_a_drawer() -> None:
    assert not {"utils", "helpers", "common", "misc"} & {part for name in NAMES for part in name.split(".")}


def drawn_tree() -> dict[str, str]:
    """The parent of each error, as drawn at the top of `errors`."""
    assert errors.__doc__ is not None
    line = re.compile(r"    ((?:[│ ] {3})*)[├└]── (\w+)")
    path, parents = ["AssistantError"], dict[str, str]()
    for found in filter(None, map(line.match, errors.__doc__.splitlines())):
        depth = len(found[1]) // 4 + 1
        path[depth:] = [found[2]]
        parents[found[2]] = path[depth - 1]
    return parents


def test_the_tree_of_errors_is_the_one_that_is_drawn() -> None:
    classes = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind)}
    assert all(kind.__doc__ for kind in classes.values())
    parents = {name: kind.__bases__[0].__name__ for name, kind in classes.items()}
    assert parents == drawn_tree() | {"AssistantError": "Exception"}


def test_no_error_is_defined_elsewhere() -> None:
    elsewhere = [
        f"{module.name}.{node.name}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if module.name != "errors"
        and isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
    ]
    assert elsewhere == []
