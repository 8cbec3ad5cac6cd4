"""S11: a cold start, from a folder with a node to its first page, in processes of their own: settings, tables of the application, web server, sign-in page."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.measure import NotHere, Row, figure, not_measured
from cochair.record.node import Node
from cochair.stages import REGISTRY

WITHIN = 60.0
_SERVE = "import sys; from pathlib import Path; from cochair.web.serve import serve; serve(Path(sys.argv[1]), port=int(sys.argv[2]))"


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path) -> Iterator[Callable[[], None]]:
    """A process that serves the node -> a function that waits for its first page."""
    port = _port()
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", _SERVE, str(folder), str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def first_page() -> None:
        while time.perf_counter() - start < WITHIN:
            if child.poll() is not None:
                raise NotHere("the node ended at once")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=WITHIN) as answer:
                    answer.read()
                    return
            except urllib.error.HTTPError as error:
                raise NotHere(f"the first page answers {error.code}") from None
            except OSError:
                time.sleep(0.02)
        raise NotHere(f"no page within {WITHIN:.0f} s")

    try:
        yield first_page
    finally:
        child.terminate()
        child.wait(30)


def _first_page(folder: Path) -> float:
    """Seconds from the start of the process to the last byte of the first page."""
    start = time.perf_counter()
    with serving(folder) as page:
        page()
        return time.perf_counter() - start


def measure(folder: Path, *, rounds: int = 3) -> list[Row]:
    """The row of S11; the first start, which also makes the application's tables, is not counted."""
    what, promise = "cold start of a node to its first page, seconds", "<= 3 s"
    Node.init(folder / "IN", side="IN", domain="in.example", registry=REGISTRY, specimen=True).close()
    try:
        _first_page(folder / "IN")
        seconds = median(_first_page(folder / "IN") for _ in range(rounds))
    except NotHere as error:
        return [not_measured("S11", what, promise, error)]
    return [figure("S11", what, seconds, promise, met=seconds <= 3)]
