from __future__ import annotations

import io
import json
import re
import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from assistant import cli
from assistant.manifest import read_manifest
from assistant.models.llm import LanguageModel
from assistant.paths import data_root, default_recipe
from tests.language import ScriptedLLM
from tests.specimens import write_corpus
from tests.stores import THREE, run_assistant

LETTER, TELEGRAM = "letter-gao-kim-1951-06-14", "telegram-mao-1951-06-13"
CONDITIONS = "What were Mao's conditions for an armistice?"
COMMANDS = ("build", "ask", "sources", "show", "doctor")
TALKING = ("add", "chat", "export", "remove")
"""Commands that print no JSON of their own."""


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that the first command builds and the others find."""
    return tmp_path_factory.mktemp("cli") / "store"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], prog_name="assistant")


def succeed(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout


def assert_fails(result: Result, words: str) -> None:
    """One line on standard error, exit code 1, nothing else."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"assistant: [^\n]+\n", result.stderr), result.stderr
    assert words in result.stderr


def test_ask_prints_quotes_and_footnotes(store: Path) -> None:
    said = succeed("--store", store, "ask", CONDITIONS)
    flat = " ".join(said.split())
    assert "“Conditions for the armistice: restoration of the border at the 38th parallel" in flat
    assert "[1] Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951, point 3, para. " in flat
    assert f"{TELEGRAM}, characters " in flat


def test_a_question_may_be_given_without_quotes(store: Path) -> None:
    assert succeed("--store", store, "ask", *CONDITIONS.split()) == succeed("--store", store, "ask", CONDITIONS)


def test_ask_prints_the_answer_as_json(store: Path) -> None:
    answer = json.loads(succeed("--store", store, "ask", CONDITIONS, "--json"))
    assert answer["question"] == CONDITIONS
    text = (data_root() / "corpus" / "sources" / "primary" / f"{TELEGRAM}.txt").read_bytes().decode()
    best = answer["citations"][0]
    assert text[best["span"]["start"] : best["span"]["end"]] == best["quote"]


def test_a_refusal_is_no_failure(store: Path) -> None:
    said = succeed("--store", store, "ask", "How does photosynthesis work in zeppelins?")
    assert said.startswith("The sources do not answer this question.")
    assert "Nearest: " in said
    assert json.loads(succeed("--store", store, "ask", "--json", "photosynthesis of zeppelins"))["refused"] is True


def test_ask_heeds_sources_and_kinds(store: Path) -> None:
    asked = ("--store", store, "ask", "Who received the telegram?", "--json")
    answer = json.loads(succeed(*asked, "--source", LETTER, "-k", "primary"))
    assert {hit["passage"]["source_id"] for hit in answer["hits"]} == {LETTER}
    answer = json.loads(succeed(*asked, "-k", "background"))
    assert {citation["source"]["kind"] for citation in answer["citations"]} <= {"background"}
    assert {hit["passage"]["source_id"] for hit in answer["hits"]}.isdisjoint({LETTER, TELEGRAM})
    assert_fails(run(*asked, "-k", "background", "-s", LETTER), "no source is left to ask")
    assert_fails(run(*asked, "-s", "nowhere"), "no source 'nowhere'; known are ")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "the question is empty"),
        (" \t", "the question is empty"),
        ("x" * 5_000, "the question has 5000 characters"),
    ],
)
def test_a_question_that_cannot_be_asked_builds_nothing(question: str, words: str, tmp_path: Path) -> None:
    assert_fails(run("--store", tmp_path / "store", "ask", question), words)
    assert not (tmp_path / "store").exists()


def test_build_tells_what_there_is(tmp_path: Path) -> None:
    first = succeed("--store", tmp_path, "build")
    manifest = read_manifest(tmp_path)
    assert first == f"{manifest.passages} passages of 18 sources, built {manifest.built}\n"
    assert json.loads(succeed("--store", tmp_path, "build", "--json"))["generation"] == manifest.generation
    forced = json.loads(succeed("--store", tmp_path, "build", "--json", "--force"))
    assert forced["generation"] != manifest.generation
    assert forced["makings"]["corpus"] == manifest.makings.corpus


def test_sources_lists_the_catalogue() -> None:
    said = succeed("sources")
    assert LETTER in said
    assert TELEGRAM in said
    listed = json.loads(succeed("sources", "--json"))
    assert [info["id"] for info in listed[:2]] == [LETTER, TELEGRAM]
    assert [bool(info["works"]) for info in listed] == [info["kind"] == "background" for info in listed]
    assert set(listed[2]["works"]) <= {
        work["id"] for work in json.loads(succeed("sources", "--bibliography", "--json"))
    }


def test_sources_lists_the_works_that_the_background_rests_on() -> None:
    assert "Hermes, Walter G. Truce Tent and Fighting Front." in succeed("sources", "--bibliography")


def test_show_prints_a_source_with_what_is_known_of_it() -> None:
    said = succeed("show", TELEGRAM)
    assert said.startswith("Mao Zedong, telegram to Gao Gang and Kim Il Sung, 13 June 1951\n")
    assert "archive reference" in said
    assert "(not verified)" in said
    assert "38th parallel" in said
    values = json.loads(succeed("show", TELEGRAM, "--json"))
    assert values["source"]["id"] == TELEGRAM
    assert values["span"] is None


def test_show_prints_the_words_of_a_span() -> None:
    whole = json.loads(succeed("show", TELEGRAM, "--json"))["text"]
    start = whole.index("38th parallel")
    span = f"{start}:{start + 13}"
    assert json.loads(succeed("show", TELEGRAM, "--span", span, "--json"))["text"] == "38th parallel"
    said = succeed("show", TELEGRAM, "--span", span)
    assert said.endswith("\n38th parallel\n")
    assert f"characters {start}–{start + 13}" in said


@pytest.mark.parametrize("span", ["", "7", "a:b", "9:3", "5:5", "-1:4", "1:2:3", ":", "0:999999"])
def test_a_span_that_is_none_is_refused(span: str) -> None:
    assert_fails(run("show", TELEGRAM, f"--span={span}"), "span")


def test_doctor_reports_health_and_exits_with_1_if_anything_is_bad(tmp_path: Path) -> None:
    succeed("--store", tmp_path, "build")
    said = succeed("--store", tmp_path, "doctor")
    assert [line[:4] for line in said.splitlines()] == ["ok  "] * 5
    assert all(check["ok"] for check in json.loads(succeed("--store", tmp_path, "doctor", "--json")))
    shutil.rmtree(tmp_path / read_manifest(tmp_path).generation)
    sick = run("--store", tmp_path, "doctor")
    assert (sick.exit_code, sick.stderr) == (1, "")
    assert "BAD  index: " in sick.stdout
    sick = run("--store", tmp_path, "doctor", "--json")
    assert sick.exit_code == 1
    assert {check["name"]: check["ok"] for check in json.loads(sick.stdout)}["index"] is False


def test_a_stale_index_is_rebuilt_or_refused_as_asked(tmp_path: Path) -> None:
    archive = write_corpus(tmp_path / "archive", THREE)
    options = ("--corpus", archive, "--store", tmp_path / "store")
    succeed(*options, "build")
    write_corpus(archive, THREE | {"kiln": "The kiln made red bricks."})
    assert_fails(run(*options, "ask", "--stale", "refuse", "What did the kiln make?"), "is stale (corpus: ")
    assert "The kiln made red bricks." in succeed(*options, "ask", "What did the kiln make?")


def test_a_readers_own_archive_is_asked(tmp_path: Path) -> None:
    archive = write_corpus(tmp_path / "archive", THREE)
    options = ("--corpus", archive, "--recipe", default_recipe(), "--store", tmp_path / "store")
    said = succeed(*options, "ask", "Who owns the mill?")
    assert "“Its owner is Anna Berg.”" in said
    assert "Mao" not in said
    assert [info["id"] for info in json.loads(succeed(*options, "sources", "--json"))] == list(THREE)
    assert "Herring is landed at dawn." in succeed(*options, "show", "harbour")
    assert succeed(*options, "doctor").count("ok  ") == 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--corpus", "nowhere", "sources"), "no catalogue.toml or catalogue.jsonl in nowhere"),
        (("--recipe", "nowhere.toml", "build"), "no readable recipe at nowhere.toml"),
        (("show", "nowhere"), "no source 'nowhere'"),
        (("--store", "/proc/store", "build"), "cannot write to /proc/store"),
    ],
)
def test_an_expected_error_is_one_line_and_exit_code_1(arguments: tuple[str, ...], words: str) -> None:
    assert_fails(run(*arguments), words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("ask",),
        ("ask", "--kind", "secret", "Who?"),
        ("ask", "--stale", "ignore", "Who?"),
        ("show",),
        ("sources", "--frobnicate"),
        ("--corpus", __file__, "sources"),
        ("--recipe", str(Path(__file__).parent), "build"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: assistant" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    said = succeed(command, "--help")
    assert said.startswith(f"Usage: assistant {command}")
    assert "--json" in said
    assert succeed(command, "-h") == said


def test_help_names_every_command_and_option() -> None:
    said = succeed("--help")
    for name in (*COMMANDS, *TALKING, "--corpus", "--recipe", "--store", "--version"):
        assert name in said
    assert {*COMMANDS, *TALKING} <= set(cli.main.list_commands(click.Context(cli.main)))


def test_the_version_is_told_also_in_a_checkout() -> None:
    assert succeed("--version").startswith("assistant, version ")


def test_piped_output_has_no_progress_and_no_codes_of_a_terminal(tmp_path: Path) -> None:
    done = run_assistant("--store", tmp_path / "store", "ask", CONDITIONS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "38th parallel" in done.stdout


def test_a_terminal_sees_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with cli._progress() as progress:
        assert progress is not None
        assert "indexing" not in terminal.getvalue()
        progress("indexing", 1, 2)
    assert "indexing" in terminal.getvalue()


def test_a_pipe_sees_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with cli._progress() as progress:
        assert progress is None


HOSTILE = "Was \x1b[31mred\x07 \ud800 [bold]armistice[/bold] :smile:?"


def test_nothing_that_is_asked_steers_the_terminal_or_fails_to_print(store: Path) -> None:
    said = succeed("--store", store, "ask", HOSTILE)
    assert "\x1b" not in said
    assert json.loads(succeed("--store", store, "ask", HOSTILE, "--json"))["question"] == HOSTILE


def test_nothing_in_a_source_steers_the_terminal(tmp_path: Path) -> None:
    text = "# Bridge \x1b[31m\n\nThe bridge \x1b]0;owned\x07 was [bold]built[/bold] of oak."
    archive = write_corpus(tmp_path / "archive", {"bridge": text}, title="T\x1b[2J", author="A\x1b[2J")
    options = ("--corpus", archive, "--store", tmp_path / "store")
    for command in (
        ("ask", "What was the bridge built of?"),
        ("show", "bridge"),
        ("show", "bridge", "--span", "14:30"),
        ("sources",),
    ):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", succeed(*options, *command)), command
    assert "[bold]built[/bold]" in succeed(*options, "show", "bridge")
    refusing = tmp_path / "recipe.toml"
    recipe = default_recipe().read_text(encoding="utf-8")
    refusing.write_text(re.sub(r"(?m)^threshold = [\d.]+", "threshold = 1.0", recipe), encoding="utf-8")
    said = succeed(*options, "--recipe", refusing, "ask", "What was the bridge built of?")
    assert "Nearest: A\\x1b[2J, letter to Bo Reader, 13 June 1951, “Bridge \\x1b[31m”, para. 1" in " ".join(
        said.split()
    )
    assert "\x1b" not in said


def test_a_terminal_of_another_encoding_gets_escapes_and_true_json(store: Path) -> None:
    plain = run_assistant("--store", store, "ask", CONDITIONS, PYTHONIOENCODING="ascii")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert "\\u201cConditions for the armistice" in plain.stdout
    values = run_assistant("--store", store, "ask", CONDITIONS, "--json", PYTHONIOENCODING="ascii")
    assert "“Conditions for the armistice" in json.loads(values.stdout)["text"]


def test_an_error_in_a_child_process_shows_no_traceback(tmp_path: Path) -> None:
    done = run_assistant("--corpus", tmp_path, "ask", "Who?")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("assistant: no catalogue.toml")
    assert "Traceback" not in done.stderr


def chat(store: Path, typed: str, *options: str | Path) -> Result:
    """The command ``assistant chat`` with lines typed into a pipe."""
    arguments = ["--store", str(store), "chat", *map(str, options)]
    return CliRunner().invoke(cli.main, arguments, input=typed, prog_name="assistant")


def test_a_chat_understands_follow_ups_and_can_be_saved_resumed_and_exported(store: Path, tmp_path: Path) -> None:
    saved = tmp_path / "talk.json"
    first = chat(
        store, f"What does Mao say about Taiwan?\nShould it be resolved separately?\n/save {saved}\n", "-k", "primary"
    )
    assert (first.exit_code, first.stderr) == (0, "")
    assert "Understood as: Should Taiwan be resolved separately" in first.stdout
    assert "\x1b" not in first.stdout
    again = chat(store, "/history\n", "--resume", saved)
    assert "2. Should it be resolved separately?" in again.stdout
    assert succeed("export", saved).startswith("# A conversation with the archive\n")
    assert "@misc{telegram-mao-1951-06-13," in succeed("export", saved, "-f", "bibtex")
    assert json.loads(succeed("export", saved, "--format", "csl"))[0]["id"] == TELEGRAM


def test_an_answer_is_printed_in_any_form_of_export(store: Path) -> None:
    asked = ("--store", store, "ask", CONDITIONS, "-k", "primary")
    assert succeed(*asked, "--format", "markdown").startswith(f"# {CONDITIONS}\n\nMao Zedong, telegram")
    assert "\n\nBibliography\n\n" in succeed(*asked, "-f", "chicago")
    assert json.loads(succeed(*asked, "-f", "json"))[0]["annotations"][0]["type"] == "Annotation"


def test_a_language_model_that_cannot_be_used_is_one_line_and_nothing_is_built(tmp_path: Path) -> None:
    for name in ("gpt", "openai:gpt-x"):
        assert_fails(run("--store", tmp_path / "store", "ask", "--llm", name, "Who?"), "language model")
    assert not (tmp_path / "store").exists()


def test_a_language_model_that_cannot_be_reached_is_no_failure(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    llm = ScriptedLLM(ConnectionError("refused"))
    monkeypatch.setattr("assistant.session.load_llm", lambda name, _: LanguageModel(llm=llm, name=name))
    answer = json.loads(succeed("--store", store, "ask", "--llm", "ollama:m", "--json", CONDITIONS))
    assert answer["trace"]["answerer"] == "extractive"
    assert "ConnectionError: refused" in answer["trace"]["notes"][0]
    llm.check()


@pytest.mark.parametrize("command", TALKING)
def test_the_talking_commands_explain_themselves(command: str) -> None:
    assert succeed(command, "--help").startswith(f"Usage: assistant {command}")


@pytest.mark.parametrize(
    "arguments", [("export",), ("export", "x", "-f", "docx"), ("ask", "-f", "docx", "Who?"), ("chat", "x")]
)
def test_wrong_usage_of_forms_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_conversation_that_cannot_be_exported_is_one_line(tmp_path: Path) -> None:
    assert_fails(run("export", tmp_path / "nowhere.json"), "no readable conversation")


def test_a_person_is_asked_with_a_prompt_and_a_pipe_without(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("Who?\n"))
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    assert cli._line_reader()() == "Who?"
    assert shown.getvalue() == "\n> "
    monkeypatch.setattr(sys, "stdin", io.StringIO("Why?\n"))
    assert cli._line_reader()() == "Why?"
    assert shown.getvalue() == "\n> "
