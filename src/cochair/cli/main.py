"""`cochair`: the command line. Each group of commands is a file of this folder; heavy parts are imported by the command that needs them.

Every error of ours is shown as what happened and the next step, on standard error (as JSON with ``--json``), with exit status 1; wrong usage is 2.
`cochair verify` has statuses of its own: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys these are.
"""

import sys

import msgspec
import typer

from cochair.cli import show
from cochair.cli.demo import main as demo
from cochair.kit.errors import CochairError

app = typer.Typer(
    name="cochair",
    help="The joint record of an intergovernmental commission: negotiated, signed, and checkable by anybody.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.command)


@app.callback()
def root() -> None:
    """Groups of commands, each in a file of its own."""


def main() -> None:
    """Entry point of the ``cochair`` program; translates errors at the border."""
    try:
        app()
    except CochairError as error:
        if "--json" in sys.argv:
            sys.stdout.buffer.write(msgspec.json.encode({"error": error.what, "next": error.next_step}) + b"\n")
        show.error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
