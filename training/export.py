"""The trained network as an ONNX file with 8-bit weights, beside its tokenizer: what `assistant.models.reader` loads.

Dynamic quantization: weights of the matrix products and the word vectors become 8-bit integers, one scale a column;
activations are quantized as they come (Jacob et al. 2018; ONNX Runtime's implementation).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import click
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.base import base_folder
from training.network import Network


def export(weights: Path, folder: Path) -> None:
    """Write ``reader.onnx``, ``tokenizer.json`` and their hashes into a folder."""
    network = Network()
    network.load_state_dict(torch.load(weights, weights_only=True))
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as aside:
        exact = Path(aside) / "exact.onnx"
        _write(network, exact)
        quantize_dynamic(
            exact,
            folder / "reader.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    shutil.copy(base_folder() / "tokenizer.json", folder / "tokenizer.json")
    names = ("reader.onnx", "tokenizer.json")
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "sha256.json").write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


def _write(network: Network, file: Path) -> None:
    ids = torch.ones(2, 16, dtype=torch.long)
    axes = {name: {0: "inputs", 1: "tokens"} for name in ("ids", "types", "mask", "scores")}
    torch.onnx.export(
        network,
        (ids, torch.zeros_like(ids), torch.ones_like(ids, dtype=torch.bool)),
        str(file),
        input_names=["ids", "types", "mask"],
        output_names=["scores"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    onnx.checker.check_model(str(file))


@click.command()
@click.argument("weights", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def main(weights: Path, folder: Path) -> None:
    """Write the trained WEIGHTS into FOLDER as the program loads them."""
    export(weights, folder)


if __name__ == "__main__":
    main()
