"""A conversation in the terminal: questions in, statements out as they are verified, and a few commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from assistant.bibliography import load_bibliography, works_used
from assistant.conversation import Conversation
from assistant.corpus import Corpus
from assistant.domain import Answer, Statement, Turn, Verified
from assistant.errors import AssistantError, ConversationError, QuestionError
from assistant.exports.writing import export
from assistant.terminal import render_citation, render_notes, render_refusal, render_sources, visible

HELP = """\
Ask a question; a follow-up may lean on what was asked before.

/sources        the sources of the archive
/show 2         the second citation of the last answer in its surroundings
/history        the questions so far, as they were understood
/save FILE      save the conversation: .json to resume it, .md as Markdown with footnotes
/new            begin a new conversation
/help           this
/quit           leave (also Ctrl-D)"""

_FORMS = {".md": "markdown", ".txt": "chicago", ".bib": "bibtex"}
Read = Callable[[], str]
"""The next line that the reader types; raises EOFError at the end."""


class Chat:
    """What is typed, and what becomes of it."""

    def __init__(
        self, corpus: Corpus, begin: Callable[[], Conversation], console: Console, conversation: Conversation
    ) -> None:
        self._corpus = corpus
        self._begin = begin
        self._console = console
        self._conversation = conversation
        self._saved: Path | None = None
        self._commands: Mapping[str, Callable[[str], None]] = {
            "sources": lambda _: self._sources(),
            "show": self._show,
            "history": lambda _: self._history(),
            "save": self._save,
            "new": lambda _: self._new(),
            "help": lambda _: self._say(HELP),
        }

    def run(self, read: Read) -> None:
        """Take lines until there are no more, or the reader leaves."""
        while True:
            try:
                line = read().strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line in ("/quit", "/exit", "/q"):
                return
            if line:
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            if line.startswith("/"):
                name, _, rest = line[1:].partition(" ")
                self._commands.get(name, self._unknown)(rest.strip())
            else:
                self._answer(line)
        except KeyboardInterrupt:
            self._say("Stopped.")
        except AssistantError as error:
            self._say(str(error))

    def _answer(self, question: str) -> None:
        shown: list[str] = []
        person = self._console.is_terminal
        with self._console.status("Reading the sources …") if person else nullcontext():
            for piece in self._conversation.ask_stream(question):
                if isinstance(piece, Verified):
                    shown.append(piece.statement.text)
                    self._print([piece.statement])
                else:
                    self._finish(piece, shown)

    def _finish(self, answer: Answer, shown: list[str]) -> None:
        """Print what belongs under the statements, or the answer anew if it is not the one that was shown."""
        if shown != [statement.text for statement in answer.statements]:
            if shown:
                self._say("What was said above is withdrawn.")
            self._print(answer.statements)
        if answer.standalone != " ".join(answer.question.split()):
            self._say(f"Understood as: {answer.standalone}")
        if answer.refused:
            self._console.print(render_refusal(answer, self._corpus))
        self._console.print(render_notes(answer, self._corpus))
        for note in answer.trace.notes:
            self._say(f"Note: {note}")

    def _sources(self) -> None:
        used = works_used(self._corpus, load_bibliography(self._corpus.root))
        self._console.print(render_sources(self._corpus, used))

    def _print(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self._console.print(Padding(Text(visible(statement.text)), (0, 0, 1, 0)))

    def _show(self, number: str) -> None:
        citations = self._conversation.turns[-1].answer.citations if self._conversation.turns else ()
        chosen = [citation for citation in citations if str(citation.number) == number]
        if not chosen:
            known = ", ".join(str(citation.number) for citation in citations) or "none"
            raise QuestionError(f"no citation {number!r} in the last answer; it has {known}")
        self._console.print(render_citation(self._corpus.source(chosen[0].source_id), chosen[0]))

    def _history(self) -> None:
        for number, turn in enumerate(self._conversation.turns, start=1):
            self._say(f"{number}. {turn.question}{_meaning(turn)}")

    def _save(self, name: str) -> None:
        path = Path(name).expanduser()
        if not name or (path.exists() and path != self._saved):
            raise ConversationError(f"{name or 'no name'}: name a file that does not exist yet, such as talk.json")
        if path.suffix in _FORMS:
            _write(path, export(self._conversation.turns, _FORMS[path.suffix], self._corpus))
        else:
            self._conversation.save(path)
        self._saved = path
        self._say(f"Saved in {path}.")

    def _new(self) -> None:
        self._conversation, self._saved = self._begin(), None
        self._say("A new conversation.")

    def _unknown(self, _: str) -> None:
        self._say(HELP)

    def _say(self, text: str) -> None:
        self._console.print(Text(visible(text), style="dim"))


def _meaning(turn: Turn) -> str:
    same = turn.answer.standalone == " ".join(turn.question.split())
    return "" if same else f"  (understood as: {turn.answer.standalone})"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConversationError(f"cannot write {path} ({error.strerror}); name another file") from error
