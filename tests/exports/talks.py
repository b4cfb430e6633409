"""Conversations to export: sources and quotes full of what each form takes for markup."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.citation import cite
from assistant.corpus import Corpus, load_corpus
from assistant.domain import Answer, Span, Statement, Trace, Turn
from tests.specimens import entry

HOSTILE = "50% of *all* [3] {men} & <b>women</b> $1_000 #1 ~x~ ^2 \\end `code` | “so” [x](y)"
TEXT = f"They met. {HOSTILE} And\nwent."
BACKGROUND = "The talks began in July [2].\n\n## References\n\n1. joy-1955.\n2. hermes-1966, ch. 2, p. 17.\n"
WORK = {
    "id": "hermes-1966",
    "type": "book",
    "title": "Truce Tent & Fighting Front",
    "author": [{"family": "Hermes", "given": "Walter G."}],
    "publisher": "Office of History",
    "publisher-place": "Washington, D.C.",
    "issued": {"date-parts": [[1966]]},
}


def archive(folder: Path) -> Corpus:
    """A letter full of special characters, and a background source that leans on a work."""
    folder.mkdir()
    entries = [
        entry("letter_1", TEXT, author="A & B", archive_reference="Box 7_3", unverified=["archive_reference"]),
        entry(
            "essay", BACKGROUND, kind="background", form="essay", author="unknown", addressee="none", date="1966",
            date_certainty="inferred",
        ),
    ]  # fmt: skip
    for values, text in zip(entries, (TEXT, BACKGROUND), strict=True):
        (folder / values["file"]).write_bytes(text.encode())
    (folder / "catalogue.jsonl").write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    (folder / "bibliography.json").write_text(json.dumps([WORK, WORK | {"id": "joy-1955"}]), encoding="utf-8")
    return load_corpus(folder)


def answer(corpus: Corpus, question: str = "What of *all*?") -> Answer:
    """An answer with two quotes from the letter, one of them twice, and one from the essay."""
    letter, essay = corpus.source("letter_1"), corpus.source("essay")
    start = TEXT.index(HOSTILE)
    spans = [(letter, Span(start=start, end=start + len(HOSTILE))), (letter, Span(start=0, end=9))]
    spans.append((essay, Span(start=0, end=BACKGROUND.index("\n"))))
    citations = tuple(cite(number, source, span) for number, (source, span) in enumerate(spans, start=1))
    statements = (
        Statement(text=f"A & B: “{citations[0].quote}” [1]", citations=(1,)),
        Statement(text="They met in July. [2][3] (not in the cited words: Paris)", citations=(2, 3)),
    )
    return Answer(
        question=question,
        standalone=question,
        text="\n".join(statement.text for statement in statements),
        refused=False,
        statements=statements,
        citations=citations,
        hits=(),
        trace=Trace(answerer="generative", recipe="r", answered_probability=1.0, threshold=0.5, seconds=0.0),
    )


def refusal(question: str) -> Answer:
    """An answer that says that there is none."""
    trace = Trace(answerer="extractive", recipe="r", answered_probability=0.0, threshold=0.5, seconds=0.0)
    return Answer(
        question=question,
        standalone=f"{question} (men)",
        text="The sources do not answer this question.",
        refused=True,
        statements=(),
        citations=(),
        hits=(),
        trace=trace,
    )


def talk(corpus: Corpus) -> list[Turn]:
    """Three turns, the second one refused."""
    first, second = answer(corpus), refusal("And the women?")
    third = answer(corpus, "Again?")
    return [Turn(question=one.question, answer=one) for one in (first, second, third)]
