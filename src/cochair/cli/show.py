"""How results and errors are shown: plain lines for people, one JSON document for programs."""

import sys
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


def result(value: Any, as_json: bool, lines: list[str]) -> None:  # noqa: FBT001 -- the option's own value
    """Print ``value`` as JSON, or the lines."""
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
        sys.stdout.flush()
    else:
        print("\n".join(lines))
