"""What all tests share: a real PostgreSQL for the session, on a free port of this machine, gone afterwards; and a thread free of the browser's event loop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator

import pytest

from tests.makers import postgres

# A shell that begins the tests in the background lets them, and every program that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def outside_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """The browser that a journey opened keeps its event loop marked as running in this thread, until the worker ends. Tests that open none are not inside it."""
    if "journeys" in request.path.parts:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(autouse=True)
def in_no_language() -> Iterator[None]:
    """A page leaves its reader's language active in the thread; the next test begins without one."""
    yield
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        from django.utils import translation

        translation.deactivate()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty database on a cluster that lives for this session only."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed here (no initdb found)")
    with postgres.cluster() as url:
        yield url
