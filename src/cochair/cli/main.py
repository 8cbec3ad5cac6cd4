"""`cochair`: the command line. Each group of commands is a file of this folder; heavy parts are imported by the command that needs them.

Every error of ours is shown as what happened and the next step, on standard error (as JSON with ``--json``), with exit status 1; wrong usage is 2.
`cochair verify` has statuses of its own: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys these are.
"""

import sys
from importlib import import_module
from typing import Any, NoReturn

import msgspec
import typer
import typer.core
import typer.main

from cochair.cli import show
from cochair.kit.errors import CochairError

COMMANDS = {
    "sign": "sign:command",
    "demo": "demo.main:command",
    "verify": "verification:command",
    "node": "node:app",
    "keys": "key_group:app",
    "record": "record:app",
    "bundle": "bundle:app",
    "paper": "papers:app",
    "press": "press:app",
}
"""Command -> module of `cochair.cli` and what stands there: a function, or the Typer application of a group."""


class Commands(typer.core.TyperGroup):
    """The commands above; the module of one is imported when it is named (all of them for `--help`), so that a small command starts at once."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- as the base class has it
        """Names, in the order of `--help`."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or `None`."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            module, _, name = COMMANDS[cmd_name].partition(":")
            found = getattr(import_module(f"cochair.cli.{module}"), name)
            one = typer.Typer(rich_markup_mode="markdown", add_completion=False)
            if isinstance(found, typer.Typer):
                one.add_typer(found, name=cmd_name)
                self.add_command(typer.main.get_group(one).commands[cmd_name])
            else:
                one.command(cmd_name)(found)
                self.add_command(typer.main.get_command(one))
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=Commands,
    name="cochair",
    help="The joint record of an intergovernmental commission: negotiated, signed, and checkable by anybody.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.callback()(lambda: None)  # without one, Typer holds that there are no commands


def main() -> None:
    """Entry point of the ``cochair`` program; translates errors at the border."""
    try:
        app()
    except CochairError as error:
        _fail(error)
    except OSError as error:  # a disk or folder that a command met deep inside
        place = f"{error.filename}: " if error.filename else ""
        _fail(CochairError(f"{place}{error.strerror or error}", "Check the name, your rights there, and the space on the disk"))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(error: CochairError) -> NoReturn:
    if not error.next_step:
        error = CochairError(error.what, "Check the files that were named; what they should be: cochair COMMAND --help")
    if "--json" in sys.argv:
        sys.stdout.buffer.write(msgspec.json.encode({"error": error.what, "next": error.next_step}) + b"\n")
    show.error(error)
    sys.exit(1)


if __name__ == "__main__":
    main()
