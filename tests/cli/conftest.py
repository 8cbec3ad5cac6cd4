"""Either database for nodes that commands make."""

from tests.record.conftest import database  # noqa: F401  (a fixture)
