"""`cochair press`: read press reports into claims, and score the reader against a gold file. No node is needed, and nothing is written."""

from pathlib import Path
from typing import Annotated

import typer

from cochair.cli import show
from cochair.kit.errors import NotFound
from cochair.press import commands
from cochair.press.claims import Reading
from cochair.press.reconcile import Row

app = typer.Typer(help="Read press reports into claims; a claim is never the record.", no_args_is_help=True)

RegisterOption = Annotated[
    Path | None, typer.Option("--register", help="JSON file with the register of bodies; the one that comes with the product if left out.")
]


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Reports as plain text, of one session.")],
    register: RegisterOption = None,
    json: show.JsonOption = False,
) -> None:
    """Read reports into claims with their places in the text, and reconcile them when there are several.

    Example: `cochair press read report-1.txt report-2.txt --json`
    """
    known = commands.load_register(register) if register else None
    with show.working("Reading"):
        readings = commands.read_files(files, known)
        rows = commands.reconcile_files(files, known) if len(files) > 1 else []
    lines = [line for reading in readings for line in _reading(reading)] + [_row(row) for row in rows]
    show.result({"reports": [r.to_json() for r in readings], "reconciliation": [r.to_json() for r in rows]}, json, lines)


@app.command()
def score(
    folder: Annotated[Path, typer.Argument(help="Folder of the reports.")],
    gold: Annotated[Path, typer.Argument(help="Gold file: which facts stand where, and how the reports compare.")],
    json: show.JsonOption = False,
) -> None:
    """Score the reader: facts and rows found, out of those in a gold file. The status is 1 if one is missed or a wrong one is claimed.

    Example: `cochair press score reports/ gold.json`
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}", "Name the folder of the reports")
    with show.working("Reading"):
        found = commands.score_folder(folder, gold)
    lines = [
        f"facts      {found.facts_found} of {found.facts}",
        f"rows       {found.rows_found} of {found.rows}",
        f"precision  {found.precision:.4f}",
        *(f"missed     {what}" for what in (*found.missed, *found.rows_missed)),
        *(f"wrong      {what}" for what in found.wrong),
    ]
    show.result(found.to_json(), json, lines)
    if found.facts_found < found.facts or found.rows_found < found.rows or found.wrong:
        raise typer.Exit(1)


def _reading(reading: Reading) -> list[str]:
    coverage = ", ".join(f"{count} {kind}" for kind, count in reading.coverage.items())
    lines = [f"{reading.report} ({reading.language}, {reading.chars} characters; sentences: {coverage})"]
    for claim in reading.claims:
        span = claim.spans[0] if claim.spans else None
        quote = " ".join(span.text.split())[:70] if span else ""
        place = f"{span.start}-{span.end}" if span else ""
        lines.append(f"  {claim.field:22} {place:11} {_plain(claim.value):32} “{quote}”")
    return lines


def _row(row: Row) -> str:
    return f"  {row.fact:40} {row.verdict}"


def _plain(value: object) -> str:
    return "not settled" if value is None else str(value)[:60]
