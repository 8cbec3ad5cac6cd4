"""Nodes on either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cochair.record.node import Node
from tests.record.makers import make_node


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """Side -> database address, fresh schema each test (None: SQLite in the node's folder)."""
    if request.param == "sqlite":
        return lambda _side: None
    url = request.getfixturevalue("postgres_url")

    def fresh(side: str) -> str:
        schema = f"n_{side.lower()}"
        with psycopg.connect(url, autocommit=True) as db:
            db.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        return f"{url}#{schema}"

    return fresh


@pytest.fixture
def make(tmp_path: Path, database: Callable[[str], str | None]) -> Iterator[Callable[[str], Node]]:
    """Side -> a new node on the database of this test; closed at its end."""
    nodes: list[Node] = []

    def maker(side: str) -> Node:
        nodes.append(make_node(tmp_path / side, side, database(side)))
        return nodes[-1]

    yield maker
    for node in nodes:
        node.close()
