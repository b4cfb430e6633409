"""The command ``assistant``: parse, call one library function, print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.archive_commands import add, remove
from assistant.domain import FORMATS, KINDS, Kind, Span, Turn
from assistant.errors import AssistantError, QuestionError
from assistant.evaluation.commands import eval_group

if TYPE_CHECKING:
    from assistant.index import Progress
    from assistant.session import Assistant

_FOLDER = click.Path(file_okay=False, path_type=Path)
_LLM_HELP = (
    "Write in prose with this language model, and quote under it: ollama:MODEL, openai:MODEL, anthropic:MODEL, "
    "openai-like:URL#MODEL or llama-cpp:PATH."
)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _version() -> str:
    try:
        return version("armistice-assistant")
    except PackageNotFoundError:
        return "of this checkout, not installed"


class _Group(click.Group):
    """Commands whose expected errors are one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            click.echo(f"assistant: {error}", err=True)
            sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--corpus", type=_FOLDER, help="Folder with catalogue.toml or catalogue.jsonl [default: the shipped archive]."
)
@click.option("--recipe", type=_FILE, help="Recipe file [default: the shipped one].")
@click.option("--store", type=_FOLDER, help="Folder for the index [default: beside the recipe, or the user's cache].")
@click.version_option(_version())
@click.pass_context
def main(context: click.Context, corpus: Path | None, recipe: Path | None, store: Path | None) -> None:
    """Ask an archive, and get verbatim quotes with their place, or the plain word that it does not answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no reason to fail
    context.obj = {"corpus": corpus, "recipe": recipe, "store": store}


def _json_option(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


@main.command()
@click.option("--force", is_flag=True, help="Build anew even if the index is current.")
@_json_option
@click.pass_context
def build(context: click.Context, force: bool, as_json: bool) -> None:
    """Build the index, or bring it up to date; unchanged sources are not embedded again."""
    with _progress() as progress:
        manifest = _prepare(context).build(force=force, progress=progress)
    line = f"{manifest.passages} passages of {manifest.sources} sources, built {manifest.built}"
    _print(asdict(manifest) if as_json else line)


def _asking_options(command: Callable[..., None]) -> Callable[..., None]:
    """What `ask` and `chat` share."""
    stale = click.Choice(["rebuild", "refuse"])
    for option in (
        click.option(
            "--stale",
            type=stale,
            default="rebuild",
            show_default=True,
            help="What to do with an index of another recipe or corpus.",
        ),
        click.option("--llm", metavar="NAME", help=_LLM_HELP),
        click.option(
            "-k", "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only sources of this kind."
        ),
        click.option("-s", "--source", "sources", multiple=True, help="Ask only this source; may be repeated."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("question", nargs=-1, required=True)
@_asking_options
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), help="Print as a text to file.")
@_json_option
@click.pass_context
def ask(
    context: click.Context,
    question: Sequence[str],
    sources: Sequence[str],
    kinds: Sequence[Kind],
    llm: str | None,
    stale: str,
    form: str | None,
    as_json: bool,
) -> None:
    """Answer a QUESTION with quotes from the archive, or say that the sources do not answer."""
    from assistant.session import check_question

    check_question(" ".join(question))
    with _open(context, llm, stale) as assistant:
        answer = assistant.ask(" ".join(question), sources=list(sources) or None, kinds=list(kinds) or None)
        if as_json:
            _print(answer.to_dict())
        elif form:
            from assistant.exports.writing import export

            _print(export([Turn(question=answer.question, answer=answer)], form, assistant.corpus).rstrip("\n"))
        else:
            from assistant.terminal import console, render_answer

            console().print(render_answer(answer, assistant.corpus))


@main.command()
@_asking_options
@click.option("--resume", type=_FILE, help="Go on with a conversation that was saved in this file.")
@click.pass_context
def chat(
    context: click.Context,
    sources: Sequence[str],
    kinds: Sequence[Kind],
    llm: str | None,
    stale: str,
    resume: Path | None,
) -> None:
    """Talk with the archive: follow-ups are understood, answers appear as they are verified; /help lists commands."""
    from assistant.chat import Chat
    from assistant.terminal import console

    with _open(context, llm, stale) as assistant:
        begin = partial(assistant.conversation, sources=list(sources) or None, kinds=list(kinds) or None)
        talk = assistant.resume(resume) if resume else begin()
        Chat(assistant.corpus, begin, console(), talk).run(_line_reader())


@main.command()
@click.argument("saved", metavar="FILE", type=_FILE)
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True)
@click.pass_context
def export(context: click.Context, saved: Path, form: str) -> None:
    """Print a saved conversation FILE with notes, as references, or as JSON; its citations are verified first."""
    from assistant.exports.writing import export as write
    from assistant.saving import load_conversation

    corpus = _corpus(context)
    _print(write(load_conversation(saved, corpus).turns, form, corpus).rstrip("\n"))


@main.command()
@click.option("--bibliography", is_flag=True, help="List the works that the background sources rest on.")
@_json_option
@click.pass_context
def sources(context: click.Context, bibliography: bool, as_json: bool) -> None:
    """List the sources of the archive, or the works that they rest on."""
    from assistant.bibliography import load_bibliography, works_used
    from assistant.terminal import console, render_bibliography, render_sources

    corpus = _corpus(context)
    works = load_bibliography(corpus.root)
    used = {} if bibliography else works_used(corpus, works)
    if as_json:
        _print(works.as_csl() if bibliography else [asdict(info) | {"works": used[info.id]} for info in corpus])
    else:
        console().print(render_bibliography(works) if bibliography else render_sources(corpus, used))


@main.command()
@click.argument("source_id", metavar="SOURCE")
@click.option("--span", metavar="A:B", help="Only the characters from A up to B.")
@_json_option
@click.pass_context
def show(context: click.Context, source_id: str, span: str | None, as_json: bool) -> None:
    """Show a SOURCE with what is known of it, or the words of a span."""
    from assistant.terminal import console, render_source

    source = _corpus(context).source(source_id)
    chosen = None if span is None else _parse_span(span, len(source.text))
    if as_json:
        words = chosen.cut(source.text) if chosen else source.text
        _print({"source": asdict(source.info), "span": asdict(chosen) if chosen else None, "text": words})
    else:
        console().print(render_source(source, chosen))


@main.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to serve at; 0.0.0.0 for the whole network."
)
@click.option("--port", type=click.IntRange(1, 65_535), default=7860, show_default=True)
@click.option("--auth", type=_FILE, help="File with lines user:password; only these may use the page.")
@click.option("--root-path", default="", help="Path under which a proxy shows the page.")
@click.option("--llm", metavar="NAME", help=_LLM_HELP)
@click.option(
    "--allow-upload/--no-upload",
    default=None,
    help="Let readers add sources, to the archive too [default: for themselves, on this machine alone].",
)
@click.option("--per-minute", type=click.IntRange(1), default=60, show_default=True, help="Questions of one visitor.")
@click.option(
    "--at-once", type=click.IntRange(1), default=4, show_default=True, help="Questions that are read at once."
)
@click.option("--api", is_flag=True, help="Let programs ask (Gradio API).")
@click.option("--mcp", is_flag=True, help="Let programs ask by the Model Context Protocol (extra mcp).")
@click.pass_context
def serve(  # the options that are given on as they are have the names of `ServerOptions`
    context: click.Context,
    /,
    llm: str | None,
    auth: Path | None,
    **given: Any,  # noqa: ANN401
) -> None:
    """Serve the web page, where answers are read beside the documents."""
    from assistant.web.server import ServerOptions, read_accounts
    from assistant.web.server import serve as serve_page

    options = ServerOptions(accounts=read_accounts(auth) if auth else (), **given)
    with _open(context, llm, "rebuild") as assistant:
        serve_page(assistant, options, click.echo)


@main.command()
@_json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Check that sources, manifest, vectors and word index agree; exit 1 if not."""
    from assistant.terminal import console, render_checks

    checks = _prepare(context).doctor()
    if as_json:
        _print([asdict(check) for check in checks])
    else:
        console().print(render_checks(checks))
    if not all(check.ok for check in checks):
        sys.exit(1)


for command in (add, remove, eval_group):
    main.add_command(command)


def _prepare(context: click.Context) -> Assistant:
    from assistant.session import Assistant

    return Assistant.prepare(**context.obj)


@contextmanager
def _open(context: click.Context, llm: str | None, stale: str) -> Iterator[Assistant]:
    """The open archive of a command; its index is built with a bar where a person sees it."""
    from assistant.session import Assistant

    with _progress() as progress:
        opened = Assistant.open(
            **context.obj, llm=llm, stale="refuse" if stale == "refuse" else "rebuild", progress=progress
        )
    with opened:
        yield opened


def _line_reader() -> Callable[[], str]:
    """What reads the next line: with a prompt, editing and history for a person, bare for a pipe."""
    if not sys.stdin.isatty():
        return input
    with suppress(ImportError):
        import readline  # noqa: F401 - arrow keys and history for `input`
    return lambda: input("\n> ")


def _corpus(context: click.Context) -> Any:  # noqa: ANN401 - imported late
    from assistant.corpus import load_corpus
    from assistant.settings import load_settings

    return load_corpus(load_settings(**context.obj).corpus)


def _parse_span(text: str, length: int) -> Span:
    start, _, end = text.partition(":")
    try:
        span = Span(start=int(start), end=int(end))
    except ValueError as error:
        raise QuestionError(f"no span {text!r}; write two numbers such as 10:42, the second one greater") from error
    if span.end > length:
        raise QuestionError(f"span {text} ends beyond the source, which has {length} characters")
    return span


def _print(value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # JSON has escapes of its own
        text = text if isinstance(value, str) else json.dumps(value, indent=2)
    click.echo(text)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on stderr for a person, nothing for a pipe; it appears with the first step."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress as Bar

    from assistant.terminal import console

    with Bar(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("index", visible=False)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total, visible=True)
