"""The commands ``assistant eval``, ``eval compare`` and ``eval report``: parse, call library functions, print.

Everything heavy is imported when a command runs, so that ``assistant --help`` stays quick.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import click

from assistant.domain import KINDS
from assistant.errors import EvaluationError

if TYPE_CHECKING:
    from assistant.domain import Kind, Source
    from assistant.evaluation.reports.tables import Table
    from assistant.evaluation.results import Run
    from assistant.evaluation.run import Progress
    from assistant.evaluation.subject import Choice, OpenAssistant
    from assistant.evaluation.thresholds import Thresholds

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(file_okay=False, path_type=Path)


class _Options(TypedDict):
    """The options of ``assistant eval``; each one's help says what it means."""

    gold: str | None
    split: Literal["dev", "test", "all"]
    name: str | None
    out: Path
    baseline: Path | None
    thresholds: Path | None
    sample: int | None
    limit: int | None
    seed: int
    resume: bool
    workers: int
    kind: tuple[Kind, ...]
    as_json: bool


def open_assistant(
    settings: dict[str, Path | None], *, corpus: Path | None = None, store: Path | None = None
) -> OpenAssistant:
    """The assistant to evaluate: on the archive of the command line, or on the given one."""
    from assistant.session import Assistant

    return Assistant.open(
        corpus=corpus or settings.get("corpus"),
        recipe=settings.get("recipe"),
        store=store or (None if corpus else settings.get("store")),
    )


@click.group("eval", invoke_without_command=True)
@click.option("--gold", help="JSON Lines file or folder, or squad:PATH [default: the shipped questions].")
@click.option(
    "--split",
    type=click.Choice(["dev", "test", "all"]),
    default="test",
    show_default=True,
    help="Half of the gold: dev is for tuning, test for reporting.",
)
@click.option("--name", help="Name of the result files [default: from gold and split].")
@click.option("--out", type=_OUT, default=Path("eval/results"), show_default=True, help="Folder for the results.")
@click.option("--baseline", type=_FILE, help="Result file that must not be fallen below significantly.")
@click.option("--thresholds", type=_FILE, help="Values to reach [default: eval/thresholds.toml for the shipped gold].")
@click.option("--sample", type=click.IntRange(min=1), help="At most N answerable and N unanswerable questions.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N questions.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sample.")
@click.option("--kind", type=click.Choice(KINDS), multiple=True, help="Ask only sources of this kind; repeatable.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Questions asked at once.")
@click.option("--resume", is_flag=True, help="Go on with a run of this name that was broken off.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def eval_group(context: click.Context, **options: Unpack[_Options]) -> None:
    """Measure citation accuracy against gold questions; exit 1 on a missed threshold or a significant fall."""
    _need_extra()
    if context.invoked_subcommand is not None:
        return
    from assistant.evaluation.public_data import parse_gold_argument
    from assistant.evaluation.subject import Choice

    gold, out = options["gold"], options["out"]
    chosen = Choice(
        gold=parse_gold_argument(gold or str(_data("gold"))),
        split=options["split"],
        sample=options["sample"],
        limit=options["limit"],
        seed=options["seed"],
        kinds=options["kind"] or None,
    )
    name = options["name"] or _default_name(chosen)
    run, sources = _run(context, chosen, name, out / ".unfinished" if options["resume"] else None, options["workers"])
    rule = options["thresholds"] or (_data("thresholds.toml") if gold is None else None)
    faults = _faults(run, rule, options["baseline"])
    _write(run, sources, out, faults)
    _show_run(run, faults, as_json=options["as_json"])
    if faults:
        sys.exit(1)


@eval_group.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def compare(files: tuple[Path, ...], markdown: bool, as_json: bool) -> None:
    """Compare result FILES: two with a paired test of significance, more side by side."""
    from assistant.evaluation.comparison import compare_runs
    from assistant.evaluation.reports.markdown import table_markdown
    from assistant.evaluation.reports.tables import changes, side_by_side
    from assistant.evaluation.serialise import read_run

    if len(files) < 2:
        raise click.UsageError("name at least two result files")
    runs = [read_run(file) for file in files]
    table = changes(compare_runs(runs[0], runs[1])) if len(runs) == 2 else side_by_side(runs)
    if as_json:
        _echo_json([dict(zip(table.head, row, strict=True)) for row in table.rows])
    elif markdown:
        click.echo(table_markdown(table))
    else:
        _print_table(table)


@eval_group.command()
@click.argument("file", type=_FILE)
@click.option("--beside", type=_FILE, multiple=True, help="Another system's result file to show beside it; repeatable.")
@click.option("--gold", help="squad:PATH if the run was made on public data.")
@click.option("--out", type=_OUT, help="Folder for the reports [default: where FILE lies].")
@click.pass_context
def report(context: click.Context, file: Path, beside: tuple[Path, ...], gold: str | None, out: Path | None) -> None:
    """Write the Markdown, HTML and JUnit reports of a result FILE anew."""
    from assistant.evaluation.reports.files import write_reports
    from assistant.evaluation.serialise import read_run
    from assistant.evaluation.subject import archive_of

    run = read_run(file)
    archive = archive_of(run, _sources(context, gold))
    if archive is None:
        click.echo("assistant: the sources are not those of this run, so its quotes are not checked", err=True)
    rivals = [read_run(other) for other in beside]
    for written in write_reports(run, archive, out or file.parent, rivals=rivals):
        click.echo(str(written))


@eval_group.command()
@click.argument("file", type=_FILE)
def feedback(file: Path) -> None:
    """Print the answers of a feedback FILE that readers found right as gold questions, for an editor to look at."""
    from assistant.evaluation.feedback import read_right_records

    found = read_right_records(file)
    for record in found.records:
        click.echo(json.dumps(record.model_dump(mode="json"), ensure_ascii=False))
    for fault in found.faults:
        click.echo(f"assistant: left out: {fault}", err=True)


def _need_extra() -> None:
    if find_spec("ir_measures") is None:
        raise EvaluationError(
            "ir_measures is not installed; install the extra: pip install 'armistice-assistant[eval]'"
        )


def _run(
    context: click.Context, chosen: Choice, name: str, unfinished: Path | None, workers: int
) -> tuple[Run, tuple[Source, ...]]:
    from assistant.evaluation.reports.files import checked_name
    from assistant.evaluation.run import evaluate
    from assistant.evaluation.subject import open_subject

    checked_name(name)
    journal = None if unfinished is None else unfinished / f"{name}.jsonl"
    settings = context.obj or {}

    def opener(*, corpus: Path | None = None, store: Path | None = None) -> OpenAssistant:
        return open_assistant(settings, corpus=corpus, store=store)

    command = shlex.join(["assistant", "eval", *_given(context)])
    with open_subject(chosen, opener, command=command) as subject, _progress() as progress:
        run = evaluate(
            subject.system,
            subject.questions,
            name=name,
            sources=subject.sources,
            provenance=subject.provenance,
            progress=progress,
            resume=journal,
            workers=workers,
        )
    if journal is not None:
        journal.unlink()
    return run, subject.sources


def _given(context: click.Context) -> Iterator[str]:
    """The options that were given, as they would be typed again."""
    for option in context.command.params:
        value = context.params.get(option.name or "")
        given = context.get_parameter_source(option.name or "") is click.core.ParameterSource.COMMANDLINE
        if given and option.name not in ("out", "as_json", "resume"):
            yield from (option.opts[0], str(value))


def _faults(run: Run, thresholds: Path | None, baseline: Path | None) -> list[str]:
    """What makes the command fail, in words."""
    from assistant.evaluation.serialise import read_run
    from assistant.evaluation.thresholds import Thresholds, check_thresholds, fall, load_thresholds, regressions

    rule: Thresholds = load_thresholds(thresholds) if thresholds else Thresholds()
    missed = [str(miss) for miss in check_thresholds(run, rule)]
    if baseline is None:
        return missed
    stored = read_run(baseline)
    return missed + [fall(one, stored.name) for one in regressions(stored, run, rule.regression)]


def _write(run: Run, sources: Sequence[Source], out: Path, faults: Sequence[str]) -> None:
    from assistant.evaluation.archive import Archive
    from assistant.evaluation.reports.files import write_results

    for written in write_results(run, Archive(sources), out, faults=faults):
        click.echo(f"wrote {written}", err=True)


def _show_run(run: Run, faults: Sequence[str], *, as_json: bool) -> None:
    from assistant.evaluation.reports.tables import figures

    if as_json:
        _echo_json({"name": run.name, "summaries": [asdict(one) for one in run.summaries], "faults": list(faults)})
    else:
        _print_table(figures(run))
    for fault in faults:
        click.echo(f"missed: {fault}", err=True)


def _print_table(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, name in enumerate(table.head):
        grid.add_column(Text(name), justify="right" if number else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 120).print(grid)


def _sources(context: click.Context, gold: str | None) -> tuple[Source, ...]:
    from assistant.corpus import load_corpus
    from assistant.evaluation.public_data import load_squad, parse_gold_argument
    from assistant.settings import load_settings

    if gold is not None and (argument := parse_gold_argument(gold)).form == "squad":
        return load_squad(argument.path).sources
    corpus = load_corpus(load_settings(**(context.obj or {})).corpus)
    return tuple(corpus.source(info.id) for info in corpus)


def _data(name: str) -> Path:
    from assistant.paths import data_root

    return data_root() / "eval" / name


def _default_name(chosen: Choice) -> str:
    if chosen.gold.form == "squad":
        return "squad-" + chosen.gold.path.name.split(".json")[0]
    return f"assistant-{chosen.split}"


def _echo_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can say
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A progress bar on stderr for a person, nothing for a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("questions", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
