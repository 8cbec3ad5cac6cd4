"""Django for the tests that need it, and readers of its pages; the other tests stay free of Django.

A folder's ``conftest.py`` says ``from tests.pages import node, opened, reader  # noqa: F401`` and has a real node behind the pages.
"""

import os
import tempfile

import django
import pytest
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
os.environ.setdefault("COCHAIR_NODE", tempfile.mkdtemp(prefix="cochair-tests-"))
django.setup()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow hashing is the library's, not ours to test

PASSWORD = "a long enough password"


def make_user(username, *roles, name="", room="", body=""):
    """An account with one seat of these roles; without roles, no seat."""
    from cochair.accounts.models import Seat, User

    user = User.objects.create_user(username, password=PASSWORD, name=name)
    if roles:
        Seat.objects.create(user=user, room=room, body=body, roles=sorted(roles))
    return user


def make_node(folder, side="IN", *, specimen=False):
    """A real node of one Side in this folder; close it after use."""
    from cochair.record.node import Node
    from cochair.stages import REGISTRY

    return Node.init(folder, side=side, domain=f"{side.lower()}.example", registry=REGISTRY, specimen=specimen)


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """One empty node for the whole run."""
    node = make_node(tmp_path_factory.mktemp("node") / "in")
    yield node
    node.close()


@pytest.fixture
def node(opened):
    """The node that the pages of this test show."""
    from cochair.accounts.here import using

    with using(opened):
        yield opened


@pytest.fixture
def reader(client, db, node):
    """``reader("secretary")`` is a browser signed in with that role, ``reader()`` one with an account and no seat."""

    def signed_in(*roles):
        user = make_user("reader", *roles, name="Executive Secretary")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
