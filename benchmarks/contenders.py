"""One indexing run, in a process of its own: ``python -m benchmarks.contenders NAME WORKDIR`` prints a JSON line.

``ours``     the whole build: read, verify, cut, embed, both indexes, manifest
``floor``    only Chroma's upsert of the same vectors and texts, ready in memory, with its defaults
``stock``    LlamaIndex's SentenceSplitter, the same embedding, ChromaVectorStore
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def ours(work: Path) -> Callable[[], int]:
    """Our build, from the files on disk."""
    from assistant.session import Assistant

    return lambda: Assistant.prepare(corpus=work / "corpus", store=work / "ours").build(force=True).passages


def prepare_floor(work: Path) -> None:
    """Write the passages and vectors that our build indexes, for `floor`."""
    from assistant.chunking import chunk
    from assistant.corpus import load_corpus
    from assistant.models.embedding import embed_texts
    from assistant.paths import default_recipe
    from assistant.recipe import load_recipe

    corpus, recipe = load_corpus(work / "corpus"), load_recipe(default_recipe())
    passages = [passage for info in corpus for passage in chunk(corpus.source(info.id), recipe.chunking)]
    rows = [{"id": p.id, "text": p.text, "source_id": p.source_id} for p in passages]
    (work / "passages.json").write_text(json.dumps(rows), encoding="utf-8")
    np.save(work / "vectors.npy", embed_texts([passage.text for passage in passages]))


def floor(work: Path) -> Callable[[], int]:
    """The bare upsert, everything loaded."""
    import chromadb
    from chromadb.config import Settings

    rows, vectors = json.loads((work / "passages.json").read_text(encoding="utf-8")), np.load(work / "vectors.npy")
    client = chromadb.PersistentClient(str(work / "floor"), settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("passages", embedding_function=None)
    batch = client.get_max_batch_size()

    def run() -> int:
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            collection.upsert(
                ids=[row["id"] for row in part],
                embeddings=vectors[start : start + batch],
                documents=[row["text"] for row in part],
                metadatas=[{"source_id": row["source_id"]} for row in part],
            )
        return len(rows)

    return run


def stock(work: Path) -> Callable[[], int]:
    """A LlamaIndex pipeline as its documentation has it, but for the batch size, without which it fails."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from assistant.corpus import load_corpus
    from assistant.models.embedding import WordLlamaEmbedding

    client = chromadb.PersistentClient(str(work / "stock"), settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("passages", embedding_function=None)

    def run() -> int:
        corpus = load_corpus(work / "corpus")
        documents = [Document(text=corpus.source(info.id).text, id_=info.id) for info in corpus]
        nodes = SentenceSplitter(chunk_size=128, chunk_overlap=0).get_nodes_from_documents(documents)
        context = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        VectorStoreIndex(nodes, storage_context=context, embed_model=WordLlamaEmbedding(), insert_batch_size=2048)
        return len(nodes)

    return run


def main(name: str, work: Path) -> None:
    """Run one contender and print what it took."""
    if name == "prepare":
        prepare_floor(work)
        return
    shutil.rmtree(work / name, ignore_errors=True)
    run = {"ours": ours, "floor": floor, "stock": stock}[name](work)
    began = time.perf_counter()
    passages = run()
    seconds = time.perf_counter() - began
    size = sum(file.stat().st_size for file in (work / name).rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"passages": passages, "seconds": seconds, "peak_bytes": peak, "index_bytes": size}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
