"""A real node behind the pages, and readers with each role."""

from tests.pages import node, opened, reader  # noqa: F401  (fixtures)
