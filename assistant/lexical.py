"""The word index: BM25 by tantivy, on disk, over terms that `Analyzer` made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tantivy

from assistant.analysis import Analyzer
from assistant.domain import Filter, Passage, SourceInfo
from assistant.errors import IndexDamaged, StoreError
from assistant.vectors import Found

_HEAP_BYTES = 128_000_000


class LexicalWriter:
    """A word index being filled; nothing can be searched before `commit`."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        folder.mkdir(parents=True)
        self._analyzer = analyzer
        self._index = tantivy.Index(_schema(), path=str(folder))
        self._writer = self._index.writer(_HEAP_BYTES, 1)  # one thread: the same input gives the same index

    def add(self, passages: Sequence[Passage], infos: Sequence[SourceInfo]) -> None:
        """Add passages; their ids must be new."""
        for passage, info in zip(passages, infos, strict=True):
            body = " ".join(self._analyzer.terms(passage.text))
            self._writer.add_document(
                tantivy.Document(id=passage.id, source=passage.source_id, kind=info.kind, body=body)
            )

    def commit(self) -> None:
        """Write everything to disk."""
        try:
            self._writer.commit()
            self._writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise StoreError(
                f"the word index cannot be written ({error}); see that the disk has room, and build again"
            ) from error


class LexicalIndex:
    """A word index open for search."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        try:
            self._index = tantivy.Index.open(str(folder))
            self._searcher = self._index.searcher()
            self.search("any", 1)  # some files are first looked for by a search
        except (ValueError, OSError) as error:
            raise IndexDamaged(
                f"the word index in {folder} cannot be read ({error}); run `assistant build --force`"
            ) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, question: str, limit: int, wanted: Filter = Filter()) -> list[Found]:  # noqa: B008 - frozen
        """Passages that share a content term with the question, best BM25 score first; ties by id."""
        terms = sorted(set(self._analyzer.content_terms(question)))
        clauses = [(tantivy.Occur.Should, self._term("body", term)) for term in terms]
        if not clauses:
            return []
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, tantivy.Query.boolean_query(clauses)), *self._conditions(wanted)]
        )
        hits = self._searcher.search(query, limit).hits
        found = [Found(str(self._searcher.doc(address)["id"][0]), float(score)) for score, address in hits if score > 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.id))

    def _conditions(self, wanted: Filter) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Clauses that admit passages and add nothing to their scores."""
        fields = (("source", wanted.sources), ("kind", wanted.kinds))
        sets = [tantivy.Query.term_set_query(self._index.schema, name, list(v)) for name, v in fields if v is not None]
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in sets]

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, field, value, index_option="freq")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()
