"""``make bench``: start-up, warm questions, indexing and retrieval, each beside its baseline, medians of several runs.

Writes ``benchmarks/results/bench.json``, from which the README's table is made.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import visitors
from benchmarks.frus import read_documents, write_corpus

RESULTS = Path(__file__).parent / "results" / "bench.json"
GOLD = Path(__file__).parents[1] / "eval" / "gold" / "apart" / "plain.jsonl"
PARTS = ["cold", "warm", "visitors", "indexing", "retrieval"]
QUESTION = "What were Mao's conditions for an armistice?"
IMPORTS = (
    "import chromadb, click, filelock, llama_index.core, numpy, onnxruntime, platformdirs, pydantic, regex, "
    "rich.console, snowballstemmer, tantivy, tiktoken, tokenizers, wordllama"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Several measurements of one thing."""

    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        """The median and spread of measurements."""
        return cls(median=statistics.median(values), low=min(values), high=max(values), runs=len(values))


def cold(runs: int) -> dict[str, Any]:
    """Seconds of a whole ``assistant ask`` process, and of one that only imports the same libraries."""
    ask = [sys.executable, "-m", "assistant", "ask", QUESTION]
    imports = [sys.executable, "-c", IMPORTS]
    subprocess.run(ask, check=True, capture_output=True)
    pairs = [(_process_seconds(ask), _process_seconds(imports)) for _ in range(runs)]
    return {
        "ask_s": asdict(Sample.of([a for a, _ in pairs])),
        "imports_s": asdict(Sample.of([i for _, i in pairs])),
        "ratio": asdict(Sample.of([a / i for a, i in pairs])),
    }


def _process_seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def warm() -> dict[str, Any]:
    """Seconds of a question in a running process, over the plain questions, each asked for the first time."""
    from assistant import Assistant

    questions = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()]
    with Assistant.open() as assistant:
        assistant.ask(QUESTION)
        return {"ask_s": asdict(Sample.of([_seconds(lambda q=q: assistant.ask(q)) for q in questions]))}  # type: ignore[misc]


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def indexing(work: Path, runs: int) -> dict[str, Any]:
    """Each contender in processes of its own, in turn, with ratios pair by pair."""
    _contender("prepare", work)
    rounds = [{name: _contender(name, work) for name in ("ours", "floor", "stock")} for _ in range(runs)]
    return {
        "documents": sum(1 for _ in (work / "corpus" / "catalogue.jsonl").open(encoding="utf-8")),
        **{name: _summary([one[name] for one in rounds]) for name in ("ours", "floor", "stock")},
        "time_against_floor": asdict(Sample.of([r["ours"]["seconds"] / r["floor"]["seconds"] for r in rounds])),
        "rate_against_stock": asdict(Sample.of([_rate(r["ours"]) / _rate(r["stock"]) for r in rounds])),
        "documents_rate_against_stock": asdict(
            Sample.of([r["stock"]["seconds"] / r["ours"]["seconds"] for r in rounds])
        ),
    }


def _contender(name: str, work: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.contenders", name, str(work)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(f"  {name}: {done.stdout.strip()}", file=sys.stderr, flush=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    return found


def _rate(run: dict[str, float]) -> float:
    return run["passages"] / run["seconds"]


def _summary(runs: Sequence[dict[str, float]]) -> dict[str, Any]:
    return {
        "passages": runs[0]["passages"],
        "passages_per_s": asdict(Sample.of([_rate(run) for run in runs])),
        "seconds": asdict(Sample.of([run["seconds"] for run in runs])),
        "peak_bytes": max(run["peak_bytes"] for run in runs),
        "index_bytes": runs[-1]["index_bytes"],
    }


def retrieval(work: Path, documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Seconds of warm retrieval and of warm ask over FRUS, and how often a document is found by its head and date."""
    from assistant import Assistant

    known = [d for d in documents if d["head"] and d["date"] and len(d["text"]) > 400][:: max(1, len(documents) // 200)]
    seconds, ask_seconds, found = [], [], 0
    with Assistant.open(corpus=work / "corpus", store=work / "ours") as assistant:
        assistant.ask(QUESTION)
        for document in known:
            question = f"{document['head']} {document['date']}"[:1000]
            began = time.perf_counter()
            hits = assistant.retrieve(question)
            seconds.append(time.perf_counter() - began)
            found += any(hit.passage.source_id == document["id"] for hit in hits[:10])
            ask_seconds.append(_seconds(lambda q=question: assistant.ask(q)))  # type: ignore[misc]
    return {
        "retrieve_s": asdict(Sample.of(seconds)),
        "ask_s": asdict(Sample.of(ask_seconds)),
        "known_items": len(known),
        "known_item_in_first_ten": found / len(known),
    }


def report(results: dict[str, Any]) -> str:
    """The results as a Markdown table."""
    rows = [
        ("`assistant ask`, cold start, against bare imports of its libraries", _times(results["cold"]["ratio"]), "1.3"),
        ("`ask`, warm, shipped archive", _milliseconds(results["warm"]["ask_s"]), "250 ms"),
    ]
    if (visits := results.get("visitors")) is not None:
        rows += visitors.rows(visits)
    if (frus := results.get("indexing")) is not None:
        rate = frus["ours"]["passages_per_s"]
        rows += [
            (
                f"indexing {frus['documents']:,} FRUS documents, {frus['ours']['passages']:,} passages",
                f"{rate['median']:,.0f} passages/s ({rate['low']:,.0f}–{rate['high']:,.0f})",
                "–",
            ),
            ("time against the bare Chroma upsert of the same vectors", _times(frus["time_against_floor"]), "1.5"),
            ("rate against a stock LlamaIndex pipeline", _times(frus["rate_against_stock"]), "at least 1.5"),
            ("peak memory of the build / bare upsert / stock", _bytes(frus, "peak_bytes"), "–"),
            ("index on disk, ours / bare upsert / stock", _bytes(frus, "index_bytes"), "–"),
            ("retrieval, warm, FRUS", _milliseconds(results["retrieval"]["retrieve_s"]), "150 ms"),
            ("`ask`, warm, FRUS", _milliseconds(results["retrieval"]["ask_s"]), "–"),
            (
                f"document found among ten by head and date ({results['retrieval']['known_items']} tried)",
                f"{results['retrieval']['known_item_in_first_ten']:.1%}",
                "–",
            ),
        ]
    lines = [f"| {name} | {found} | {limit} |" for name, found, limit in rows]
    return "\n".join(["| what | median (lowest–highest) | at most |", "|---|---|---|", *lines])


def _times(sample: dict[str, float]) -> str:
    return f"{sample['median']:.2f} ({sample['low']:.2f}–{sample['high']:.2f})"


def _milliseconds(sample: dict[str, float]) -> str:
    return f"{sample['median'] * 1e3:.1f} ms ({sample['low'] * 1e3:.1f}–{sample['high'] * 1e3:.1f})"


def _bytes(frus: dict[str, Any], field: str) -> str:
    return " / ".join(f"{frus[name][field] / 1e6:,.0f} MB" for name in ("ours", "floor", "stock"))


def main() -> None:
    """Measure, print, and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--frus", type=Path, help="gzipped JSONL of FRUS documents; without it the archive part is left out"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--documents", type=int, help="only so many FRUS documents")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=PARTS, help="measure these anew and keep the others"
    )
    arguments = parser.parse_args()
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if arguments.parts != PARTS else {}
    results |= {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("chromadb", "llama-index-core", "tantivy", "wordllama")},
    }
    if "cold" in arguments.parts:
        results["cold"] = cold(max(5, arguments.runs))
    if "warm" in arguments.parts:
        results["warm"] = warm()
    if "visitors" in arguments.parts:
        results["visitors"] = visitors.measure()
    of_frus = {"indexing", "retrieval"} & set(arguments.parts)
    if of_frus and arguments.frus and arguments.frus.is_file():
        documents = read_documents(arguments.frus)[: arguments.documents]
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            write_corpus(documents, work / "corpus")
            if "indexing" in arguments.parts:
                results["indexing"] = indexing(work, arguments.runs)
            if "retrieval" in arguments.parts:
                results["retrieval"] = retrieval(work, documents)
    elif of_frus:
        print(
            f"No FRUS documents at {arguments.frus}: indexing and retrieval of a big archive are left out.",
            file=sys.stderr,
        )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(report(results))


if __name__ == "__main__":
    main()
