"""The world of the public pages, made once, with no consent at the start of each test."""

import pytest

from tests.publication import world as make


@pytest.fixture(scope="session")
def _made(tmp_path_factory):
    with make.world(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def world(_made):
    _made.nothing()
    return _made
