r"""Systems side by side on the same questions: ours, retrieval alone, and the rivals; one result file each.

    python -m benchmarks.systems --split test ours bm25 dense fused
    python -m benchmarks.systems --gold squad:../shared/data/squad/dev-v2.0.json.gz --sample 1000 \
        --summaries-only --out eval/results/squad bm25 dense fused ours-one-quote ours
    python -m benchmarks.local_model &           # then, with the extra `rivals`:
    python -m benchmarks.systems --split test ours citation-engine verbatim-core --llm-url http://127.0.0.1:8089/v1

A run that is broken off goes on where it stood when the same command is given again. Install LlamaIndex without hard
links (pip, or uv with --link-mode=copy): its copy of NLTK refuses to read files that have several names.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import click
import numpy as np

from assistant.domain import KINDS, Hit, Kind
from assistant.evaluation.adapters import Pick, Search, assistant_system, most_shared_words, top_sentence_system
from assistant.evaluation.archive import Archive
from assistant.evaluation.public_data import parse_gold_argument
from assistant.evaluation.reports.files import write_results
from assistant.evaluation.reports.markdown import side_by_side_markdown
from assistant.evaluation.results import Run
from assistant.evaluation.rivals import citation_engine, citation_engine_system, verbatim_system, verbatim_transform
from assistant.evaluation.run import System, evaluate
from assistant.evaluation.serialise import read_run, write_run
from assistant.evaluation.subject import Choice, Subject, open_subject
from assistant.models.embedding import embed_question, load_embedding
from assistant.paths import data_root
from assistant.retrieval import read_passage
from assistant.session import Assistant
from assistant.vectors import Found

DEPTH = 20
"""Passages in a ranking."""


def searches(assistant: Assistant) -> dict[str, Search]:
    """The three ways to find passages in an open archive, each with its own scores."""
    index, embedding = assistant.index(), load_embedding(assistant.recipe.embedding.model)

    def hits(found: Sequence[Found]) -> tuple[Hit, ...]:
        return tuple(Hit(passage=read_passage(one.id, assistant.corpus), score=one.score) for one in found)

    return {
        "bm25": lambda question: hits(index.lexical.search(question, DEPTH)),
        "dense": lambda question: hits(index.vectors.search(embed_question(embedding, question), DEPTH)),
        "fused": assistant.retrieve,
    }


def nearest_sentence(assistant: Assistant) -> Pick:
    """The choice of the sentence whose vector lies nearest to the question's."""
    embedding = load_embedding(assistant.recipe.embedding.model)

    def pick(question: str, sentences: Sequence[str]) -> int:
        vectors = np.array(embedding.get_text_embedding_batch(list(sentences)))
        lengths = np.linalg.norm(vectors, axis=1)
        return int(np.argmax(vectors @ embed_question(embedding, question)[0] / np.where(lengths > 0, lengths, 1.0)))

    return pick


def systems(
    assistant: Assistant, store: Path | None, subject: Subject, llm_url: str, llm: str
) -> dict[str, Callable[[], System]]:
    """Every system by name, made when it is wanted."""
    find, texts = searches(assistant), {source.id: source.text for source in subject.sources}
    return {
        "ours": lambda: subject.system,
        "ours-one-quote": lambda: one_quote(assistant, store),
        "bm25": lambda: top_sentence_system(find["bm25"], texts, pick=most_shared_words),
        "dense": lambda: top_sentence_system(find["dense"], texts, pick=nearest_sentence(assistant)),
        "fused": lambda: top_sentence_system(find["fused"], texts, pick=most_shared_words),
        "citation-engine": lambda: stock_engine(assistant, subject, llm_url, llm),
        "verbatim-core": lambda: verbatim_system(verbatim_transform(llm, llm_url), assistant.retrieve),
    }


def stock_engine(assistant: Assistant, subject: Subject, llm_url: str, llm: str) -> System:
    """LlamaIndex's citation engine with our embedding and the local model."""
    from llama_index.llms.openai_like import OpenAILike

    model = OpenAILike(
        model=llm, api_base=llm_url, api_key="none", is_chat_model=True, context_window=8192, temperature=0, timeout=600
    )
    embedding = load_embedding(assistant.recipe.embedding.model)
    return citation_engine_system(citation_engine(subject.sources, model, embedding))


def one_quote(assistant: Assistant, store: Path | None) -> System:
    """Our chain when it may quote a single sentence: what it thinks the best one."""
    best = assistant.recipe.answering.model_copy(update={"max_quotes": 1})
    recipe = assistant.recipe.model_copy(update={"answering": best})
    return assistant_system(Assistant.open(corpus=assistant.corpus.root, store=store, recipe=recipe))


def run_all(
    names: Sequence[str],
    choice: Choice,
    out: Path,
    llm_url: str,
    llm: str,
    *,
    like: Path | None = None,
    summaries_only: bool = False,
) -> list[Run]:
    """The runs of the named systems, each written as it is done; ``like``: on the questions of that result file."""
    wanted = {item.question.id for item in read_run(like).items} if like else None
    opened: list[tuple[Assistant, Path | None]] = []

    def opener(*, corpus: Path | None = None, store: Path | None = None) -> Assistant:
        opened.append((Assistant.open(corpus=corpus, store=store), store))
        return opened[-1][0]

    runs: list[Run] = []
    with open_subject(
        choice, opener, command=shlex.join(["python", "-m", "benchmarks.systems", *sys.argv[1:]])
    ) as subject:
        known = systems(*opened[-1], subject, llm_url, llm)
        for name in names:
            journal = out / ".unfinished" / f"{name}.jsonl"
            with_model = name in ("citation-engine", "verbatim-core")
            run = evaluate(
                known[name](),
                [q for q in subject.questions if wanted is None or q.id in wanted],
                name=name,
                sources=subject.sources,
                provenance=subject.provenance | ({"llm": llm} if with_model else {}),
                progress=partial(show_progress, name),
                resume=journal,
            )
            if summaries_only:
                write_run(replace(run, items=()), out / f"{name}.json")
            else:
                write_results(run, Archive(subject.sources), out, rivals=runs)
            journal.unlink()
            runs.append(run)
    return runs


def show_progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty() or done == total:
        click.echo(f"\r{name} {done}/{total}", nl=done == total, err=True)


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--gold", help="JSON Lines file or folder, or squad:PATH [default: the shipped questions].")
@click.option("--split", type=click.Choice(["dev", "test", "all"]), default="test", show_default=True)
@click.option("--sample", type=int, help="At most N answerable and N unanswerable questions.")
@click.option("--limit", type=int, help="Only the first N questions.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("eval/results"), show_default=True)
@click.option("--kind", type=click.Choice(KINDS), multiple=True, help="Ask only sources of this kind; for ours alone.")
@click.option("--like", type=click.Path(exists=True, path_type=Path), help="Only the questions of this result file.")
@click.option("--summaries-only", is_flag=True, help="Keep the figures and not every question, for big runs.")
@click.option("--llm-url", default="http://127.0.0.1:8089/v1", show_default=True)
@click.option("--llm", default="qwen2.5-coder-1.5b-instruct", show_default=True)
def main(  # noqa: PLR0913, PLR0917 - one argument an option
    names: Sequence[str],
    gold: str | None,
    split: Literal["dev", "test", "all"],
    sample: int | None,
    limit: int | None,
    out: Path,
    kind: tuple[Kind, ...],
    like: Path | None,
    summaries_only: bool,
    llm_url: str,
    llm: str,
) -> None:
    """Measure the systems NAMES and print them side by side."""
    choice = Choice(
        gold=parse_gold_argument(gold or str(data_root() / "eval" / "gold")),
        split=split,
        sample=sample,
        limit=limit,
        kinds=kind or None,
    )
    runs = run_all(names, choice, out, llm_url, llm, like=like, summaries_only=summaries_only)
    click.echo("\n" + side_by_side_markdown(runs))


if __name__ == "__main__":
    main()
