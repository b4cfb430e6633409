"""The commands ``assistant add`` and ``assistant remove``: parse, call one library function, print."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import click

from assistant.domain import KINDS, UNKNOWN, Kind


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--title", help="Its title [default: its first heading, or its name].")
@click.option("--author", default=UNKNOWN, show_default=True, help="Who speaks.")
@click.option("--date", default=UNKNOWN, show_default=True, help="When: 1951, 1951-06 or 1951-06-13.")
@click.option("--form", default=UNKNOWN, show_default=True, help="Kind of document in words: letter, telegram, essay.")
@click.option("-k", "--kind", type=click.Choice(KINDS), default="primary", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def add(
    context: click.Context,
    file: Path,
    title: str | None,
    author: str,
    date: str,
    form: str,
    kind: Kind,
    as_json: bool,
) -> None:
    """Add a FILE (text, Markdown, PDF) to an archive of your own; the next question finds it."""
    from assistant.adding import add_to_archive, read_upload

    draft = replace(read_upload(file, file.name), author=author, date=date, form=form, kind=kind)
    if title is not None:
        draft = replace(draft, title=title, unverified=())
    info = add_to_archive(_corpus_folder(context), draft)
    if as_json:
        click.echo(json.dumps(asdict(info), ensure_ascii=False, indent=2))
    else:
        click.echo(f"added {info.id}: “{info.title}”, {len(draft.text):,} characters; the next question finds it")


@click.command()
@click.argument("source_id", metavar="SOURCE")
@click.pass_context
def remove(context: click.Context, source_id: str) -> None:
    """Take a SOURCE out of the archive again that was added with `assistant add`."""
    from assistant.adding import remove_from_archive

    remove_from_archive(_corpus_folder(context), source_id)
    click.echo(f"removed {source_id}")


def _corpus_folder(context: click.Context) -> Path:
    from assistant.settings import load_settings

    return load_settings(**context.obj).corpus
