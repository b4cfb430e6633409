"""Accept the present answers as the golden ones: ``python -m tests.update_golden``, or ``make golden``.

A new question is added by hand to ``tests/golden/answers.json``, as ``{"question": "…"}``, and answered here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import Answer, Assistant
from tests.stores import make_assistant, make_workshop

GOLDEN = Path(__file__).parent / "golden" / "answers.json"


def golden_form(answer: Answer) -> dict[str, Any]:
    """What of an answer is promised to stay as it is."""
    return {
        "question": answer.question,
        "refused": answer.refused,
        "text": answer.text,
        "citations": [
            {
                "number": citation.number,
                "source": citation.source_id,
                "span": f"{citation.span.start}-{citation.span.end}",
                "quote": citation.quote,
                "locus": str(citation.locus),
            }
            for citation in answer.citations
        ],
    }


def load_golden() -> list[dict[str, Any]]:
    """The accepted answers."""
    answers: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return answers


def answer_anew(assistant: Assistant, questions: list[str]) -> list[dict[str, Any]]:
    """The present answers."""
    return [golden_form(assistant.ask(question)) for question in questions]


def main() -> None:
    """Write the file, and say how many answers changed."""
    old = load_golden()
    with TemporaryDirectory() as folder, make_assistant(make_workshop(Path(folder) / "store")) as assistant:
        assistant.build()
        new = answer_anew(assistant, [answer["question"] for answer in old])
    GOLDEN.write_text(json.dumps(new, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    changed = sum(one != other for one, other in zip(old, new, strict=True))
    sys.stdout.write(
        f"{changed} of {len(new)} golden answers changed; read `git diff {GOLDEN.name}` before you commit\n"
    )


if __name__ == "__main__":
    main()
