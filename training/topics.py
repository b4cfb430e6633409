"""Questions made for sentences of diplomatic prose: what is said about a name in it, or some of its words.

Real questions on such prose were not to be had. These two kinds are right by construction: the name, or most of the
words, stand in one sentence of the passage and in no other (the second kind after the inverse cloze task, Lee et al.
2019). They teach the reader the prose, and that an answer can be a whole sentence.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from assistant.analysis import is_function_word, words
from assistant.domain import Span
from assistant.sentences import sentence_spans
from training.examples import LONGEST, SHORTEST, Example

UNANSWERED = 0.4
"""Share of these examples whose sentence is taken out of the passage."""
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][a-z]{2,}(?:\s+(?:of\s+)?[A-Z][a-z]+)*\b")
_FORMS = (
    "What does the writer say about {}?",
    "What is said about {}?",
    "What do we learn about {}?",
    "what about {}",
    "What is the position on {}?",
    "{}?",
    "What does the telegram say of {}?",
    "Is there anything on {}?",
    "How is {} mentioned?",
)


def load_documents(path: Path) -> list[str]:
    """The texts of a gzipped JSON Lines file of documents that are long enough to cut a passage from."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [text for line in lines if len(text := json.loads(line)["text"]) > 2 * LONGEST]


def topic(documents: Sequence[str], rng: random.Random) -> Example | None:
    """An example from a random place, or None if no sentence there has words of its own."""
    text = rng.choice(documents)
    start = rng.randrange(len(text) - LONGEST)
    passage = text[start : start + rng.randint(2 * SHORTEST, LONGEST + SHORTEST)]
    sentences = [span for span in sentence_spans(passage) if len(span) > 40][1:-1]  # the first and last are cut
    if len(sentences) < 2:
        return None
    chosen = rng.choice(sentences)
    question = (_about if rng.random() < 0.6 else _words_of)(passage, chosen, rng)
    if question is None:
        return None
    inside = Span(start=sentences[0].start, end=sentences[-1].end)
    if rng.random() < UNANSWERED:
        rest = passage[inside.start : chosen.start] + passage[chosen.end : inside.end]
        return Example(question=question, heading="", passage=rest.strip())
    place = Span(start=chosen.start - inside.start, end=chosen.end - inside.start)
    return Example(question=question, heading="", passage=inside.cut(passage), sentences=(place,), answer=place)


def _about(passage: str, sentence: Span, rng: random.Random) -> str | None:
    names = [name for name in _NAME.findall(sentence.cut(passage)) if passage.count(name) == 1]
    return rng.choice(_FORMS).format(rng.choice(names)) if names else None


def _words_of(passage: str, sentence: Span, rng: random.Random) -> str | None:
    said = [word for word in words(sentence.cut(passage)) if not is_function_word(word)]
    if len(said) < 5:
        return None
    kept = sorted(rng.sample(range(len(said)), rng.randint(2, min(6, len(said) - 1))))
    return " ".join(said[index] for index in kept)
