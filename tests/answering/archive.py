"""A small archive, what was found in it, and what must be true of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import regex

from assistant.answering.findings import Findings
from assistant.corpus import Corpus, load_corpus
from assistant.domain import Answer, Evidence, Passage, Span
from assistant.evidence import Judgement, gather
from assistant.recipe import Answering
from tests.specimens import write_corpus

TEXTS = {
    "bridge": (
        "The old bridge was built of oak in 1820. It burned down in 1874, says Anna Berg.\n\n"
        "The new one has 38 arches [3] and carries “two tracks” for the railway. Its engineer was Karl Lind."
    ),
    "order": "We have ordered the 13th army group to return. In June we will prepare; in August we will attack.",
}
QUESTION = "What became of the bridge?"
SETTINGS = Answering(threshold=0.5, max_quotes=3, keep_ratio=0.5)
MARKS = regex.compile(r"[\p{Quotation_Mark}`´ʺˮ״″‴〃❛❜❝❞🙶🙷]")
APOSTROPHE = regex.compile(r"(?<=[\p{L}\p{N}])['’ʼ＇‛](?=\p{L})|(?<=s)['’ʼ＇‛](?=\s\p{L})")


def archive(folder: Path) -> Corpus:
    """The archive of `TEXTS`."""
    return load_corpus(write_corpus(folder / "archive", TEXTS))


def findings(corpus: Corpus, *, answered: float = 0.9, question: str = QUESTION) -> Findings:
    """All sentences of the archive as evidence, the first ones best."""
    passages = [
        Passage(source_id=info.id, span=Span(start=0, end=len(text)), text=text)
        for info in corpus
        for text in [corpus.source(info.id).text]
    ]
    candidates = gather(passages, corpus)
    evidence = tuple(
        Evidence(source_id=one.source.id, span=one.span, score=1 - place / 10) for place, one in enumerate(candidates)
    )
    return Findings(
        question=question,
        standalone=question,
        hits=(),
        judgement=Judgement(evidence=evidence, answered=answered),
        corpus=corpus,
        settings=SETTINGS,
        recipe="recipe",
        seconds=0.0,
    )


def assert_true(answer: Answer, corpus: Corpus) -> None:
    """Everything that is promised of any answer, whoever wrote it."""
    assert answer.refused is not bool(answer.citations)
    assert answer.refused is not bool(answer.statements)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        text = corpus.source(citation.source_id).text
        assert citation.span.cut(text) == citation.quote
        assert citation.source == corpus.info(citation.source_id)
    numbers = {citation.number: citation.quote for citation in answer.citations}
    for statement in answer.statements:
        assert statement.citations
        assert set(statement.citations) <= set(numbers)
        assert_quotes(statement.text, [numbers[number] for number in statement.citations])
        assert statement.text.isprintable()
    if not answer.refused:
        assert answer.text == "\n".join(statement.text for statement in answer.statements)
        assert numbers.keys() == {number for statement in answer.statements for number in statement.citations}


def assert_quotes(text: str, quotes: Sequence[str]) -> None:
    """Every quotation mark of a text stands around words of the quotes, or within them."""
    apostrophes = {match.start() for match in APOSTROPHE.finditer(text)}
    rest = text
    for quoted in sorted(_quoted(text, quotes), key=len, reverse=True):
        rest = rest.replace(quoted, " " * len(quoted))
    stray = [match[0] for match in MARKS.finditer(rest) if match.start() not in apostrophes]
    assert not stray, (text, stray)


def _quoted(text: str, quotes: Sequence[str]) -> list[str]:
    """The stretches “…” of a text whose words stand in a quote, longest first."""
    opens = [at for at, character in enumerate(text) if character == "“"]
    closes = [at for at, character in enumerate(text) if character == "”"]
    return [
        text[begin : end + 1]
        for begin in opens
        for end in closes
        if end > begin + 1 and any(text[begin + 1 : end] in quote for quote in quotes)
    ]
