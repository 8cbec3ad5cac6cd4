"""How results and errors are shown: plain lines for people, one JSON document for programs."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer

from cochair.kit.errors import CochairError

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of lines for people.")]


def error(problem: CochairError) -> None:
    """What happened and the next step, to standard error."""
    print(f"error: {problem.what}.", file=sys.stderr)
    if problem.next_step:
        print(f"next:  {problem.next_step}.", file=sys.stderr)


def result(value: Any, as_json: bool, lines: list[str]) -> None:
    """Print ``value`` as JSON, or the lines."""
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
        sys.stdout.flush()
    else:
        print("\n".join(lines))


@contextmanager
def working(what: str) -> Iterator[None]:
    """Something moves on the terminal while work goes on; nothing where the output goes to a program."""
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, once the work takes over a second; call what is given with bytes done and bytes in all. Nothing where the output goes to a program."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn(f"{what} …"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task, begun, shown = bar.add_task(what, total=None), time.monotonic(), False

    def tell(done: int, total: int) -> None:
        nonlocal shown
        bar.update(task, completed=done, total=total)
        if not shown and console.is_terminal and time.monotonic() - begun > 1:
            bar.start()
            shown = True

    try:
        yield tell
    finally:
        if shown:
            bar.stop()


def pulled(came: dict[str, Any]) -> list[str]:
    """Lines on what an exchange brought (`exchange.run.as_json`)."""
    lines = [f"{origin}: {count} new entries" for origin, count in sorted(came["entries"].items())]
    lines += [f"papers: {came['papers']}"] if came["papers"] else []
    return [*lines, *(f"problem: {where}: {why}" for where, why in sorted(came["problems"].items()))] or ["Nothing new."]
