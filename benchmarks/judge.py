"""A language model's opinion of a run's prose, beside what was measured: ``python -m benchmarks.judge RUN.json``.

Reported apart, with the judge named; nothing rests on it. Needs the extra ``rivals`` and a model such as that of
``python -m benchmarks.local_model``.
"""

from __future__ import annotations

from pathlib import Path

import click

from assistant.evaluation.judge import agreement, judge, judge_markdown
from assistant.evaluation.serialise import read_run

COMPARED = ("evidence_hit", "citation_precision_sentences", "quote_verified")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N answers.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the Markdown to this file.")
@click.option("--llm-url", default="http://127.0.0.1:8089/v1", show_default=True)
@click.option("--llm", default="qwen2.5-coder-1.5b-instruct", show_default=True)
def main(file: Path, limit: int | None, out: Path | None, llm_url: str, llm: str) -> None:
    """Print the judge's figures for the run in FILE, and how far they agree with the deterministic ones."""
    from llama_index.llms.openai_like import OpenAILike

    items = read_run(file).items[:limit]
    model = OpenAILike(
        model=llm, api_base=llm_url, api_key="none", is_chat_model=True, context_window=8192, temperature=0, timeout=600
    )
    judgement = judge(items, model)
    text = judge_markdown(judgement, [agreement(judgement, items, metric) for metric in COMPARED])
    click.echo(text)
    if out is not None:
        out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
