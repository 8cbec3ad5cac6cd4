"""`cochair`: the command line. Each group of commands is a file of this folder; heavy parts are imported by the command that needs them.

Every error of ours is shown as what happened and the next step, on standard error (as JSON with ``--json``), with exit status 1; wrong usage is 2.
`cochair verify` has statuses of its own: 0 proven, 1 refused, 3 consistent in itself while nothing says whose keys these are.
"""

import sys
from typing import NoReturn

import msgspec
import typer

from cochair.cli import bundle, ceremony, keys, log_keys, node, papers, press, record, show, sign, verification
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
app.add_typer(node.app, name="node")
app.add_typer(keys.app, name="keys")
keys.app.command("ceremony")(ceremony.ceremony)
keys.app.command("approve")(ceremony.approve_)
keys.app.command("roots")(log_keys.roots)
keys.app.command("request")(log_keys.request)
keys.app.command("change")(log_keys.change)
keys.app.command("mandate")(log_keys.mandate)
keys.app.command("end")(log_keys.end)
app.add_typer(record.app, name="record")
app.add_typer(bundle.app, name="bundle")
app.add_typer(papers.app, name="paper")
app.add_typer(press.app, name="press")
app.command("sign")(sign.command)
app.command("demo")(demo.command)
app.command("verify")(verification.command)


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
