"""Where data lies: in a checkout, in an editable install, or inside an installed wheel."""

from __future__ import annotations

import hashlib
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_PACKAGE = Path(__file__).resolve().parent
_APP = "armistice-assistant"


def data_root() -> Path:
    """The folder that holds ``corpus``, ``index`` and ``eval``: the checkout, or the wheel's ``_data``."""
    packed = _PACKAGE / "_data"
    return packed if packed.is_dir() else _PACKAGE.parent


def default_corpus() -> Path:
    """The shipped corpus."""
    return data_root() / "corpus"


def is_packed(folder: Path) -> bool:
    """Whether a folder lies inside the installed package, where nothing may be written."""
    return folder.resolve().is_relative_to(_PACKAGE / "_data")


def default_recipe() -> Path:
    """The shipped recipe."""
    return data_root() / "index" / "recipe.toml"


def default_store(corpus: Path) -> Path:
    """Where the index of a corpus is kept: beside the recipe in a checkout, else in the user's cache folder."""
    root = data_root()
    if corpus.resolve() == (root / "corpus").resolve() and root == _PACKAGE.parent:
        return root / "index" / "store"
    name = hashlib.sha256(str(corpus.resolve()).encode()).hexdigest()[:12]
    return user_cache_path(_APP) / f"store-{name}"


def default_feedback() -> Path:
    """Where what readers say of answers is kept: in the user's data folder."""
    return user_data_path(_APP) / "feedback"
