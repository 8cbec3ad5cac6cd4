"""`cochair verify FILE...`: the command around `cli.verify`. Needs no node, no account and no network."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cochair.cli import show
from cochair.cli.show import JsonOption
from cochair.cli.verify import PARTLY, PROVEN, REFUSED, Line, Verdict, read_anchor, verify

_WORDS = {PROVEN: "PROVEN", REFUSED: "REFUSED", PARTLY: "PROVEN IN PART"}


def command(
    files: Annotated[list[Path], typer.Argument(help="Bundles, folders, and PDFs to be checked against them.", metavar="FILE...")],
    room: Annotated[
        str, typer.Option(help="The room that is meant: its id (64 digits), or a trust file; got by another way than the files.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Check offline what two Sides recorded and signed. Exit status: 0 proven, 1 refused, 3 consistent in itself but whose keys these are is not known,
    4 proven up to the heads that it names, and not readable beyond them.

    Example: `cochair verify record.tar original-IN.pdf --room trust.json`
    """
    verdict = verify(files, read_anchor(room) if room else None)
    show.result(as_value(verdict), as_json, lines(verdict))
    if verdict.status:
        raise typer.Exit(verdict.status)


def as_value(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON."""
    found: dict[str, Any] = msgspec.to_builtins(verdict)
    return found


def lines(verdict: Verdict) -> list[str]:
    """The verdict for people."""
    shown = ["SPECIMEN: a demonstration. Nothing in it was said, agreed or signed by a state."] if verdict.specimen else []
    for line in verdict.lines:
        shown += line_words(line)
    if verdict.keys and verdict.status != PROVEN:
        shown.append("Keys in it:")
        shown += [f"   {side}  {key}" for side, key in verdict.keys.items()]
    return shown


def line_words(line: Line) -> list[str]:
    """One file's line for people."""
    shown = [f"{_WORDS.get(line.status, 'NOT KNOWN')}  {line.file}: {line.words}.", *(f"         - {each}" for each in line.details)]
    return [*shown, *([f"   next:  {line.next_step}."] if line.next_step else [])]


def line_value(line: Line) -> dict[str, Any]:
    """One file's line as JSON."""
    found: dict[str, Any] = msgspec.to_builtins(line)
    return found
