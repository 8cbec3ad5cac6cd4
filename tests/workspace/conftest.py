"""Pages over real nodes: a browser signed in on either of them."""

import pytest

from tests.pages import make_user, node, opened, reader  # noqa: F401  (fixtures, and Django set up)
from tests.workspace import scene


@pytest.fixture
def table(tmp_path):
    """Two nodes in the middle of their work."""
    with scene.table(tmp_path) as made:
        yield made


@pytest.fixture
def lone(tmp_path):
    """One Side alone."""
    with scene.alone(tmp_path) as made:
        yield made


@pytest.fixture
def sit(db):
    """``sit(node, "secretary")`` -> a browser signed in on this node; its pages show this node until the end of the test."""
    import contextlib

    from django.test import Client

    from cochair.accounts.here import using

    with contextlib.ExitStack() as stack:

        def seated(node, *roles, language="en"):
            stack.enter_context(using(node))
            browser = Client(headers={"accept-language": language})
            number = seated.count = getattr(seated, "count", 0) + 1
            browser.force_login(
                make_user(f"reader-{number}", *roles, name="Executive Secretary"),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
            return browser

        yield seated
