"""Word lists, gazetteers and grammars of the press reader, which are data: ``data/*.json``."""

from functools import cache
from importlib import resources
from typing import Any

import msgspec


@cache
def load(name: str) -> dict[str, Any]:
    """Name of a data file without ``.json`` -> its content. Not to be changed by the caller."""
    data = resources.files("cochair.press").joinpath("data", f"{name}.json").read_bytes()
    content: dict[str, Any] = msgspec.json.decode(data)
    return content


def small(name: str) -> frozenset[str]:
    """Name of a short list in data/small.json -> its words."""
    return frozenset(load("small")[name].split())
