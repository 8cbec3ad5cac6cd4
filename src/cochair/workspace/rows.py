"""The grid of a text as its page draws it: wordings as lines of marked runs, what a row waits for, whose move it is.

Where the Sides differ, the later proposal is shown as that Side's change to the earlier one. A bracket is one unit of a diff: it is kept, struck or
inserted whole. Pure, but for the words of the page's language.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cochair.accounts.pages import said
from cochair.accounts.shown import day, language_name
from cochair.kit.redline import Run, redline
from cochair.protocol.queries import Cell, Grid, Row
from cochair.protocol.text import Bracket, Text
from cochair.protocol.texts import Wording
from cochair.workspace.addresses import ref
from cochair.workspace.desk import language_title

NOTHING = "—"
_PRIVATE = 0xE000
_MARKS = re.compile(r"([\ue000-\uf8ff])")
_CHECK = re.compile(r"(\S+) stands in (\S+) and not in (\S+)")
# the row shows the state of its cell that asks for most
_WEIGHT = ("crossed", "differs", "brackets", "to-answer", "untranslated", "reserved", "awaited", "account", "ad-referendum", "agreed")
_STATUS = {"ours": "awaited", "theirs": "to-answer", "differ": "differs", "awaiting": "untranslated"}

Alternatives = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Block:
    """One wording in lines: ``rows`` of cells of runs. ``kind`` paragraph, heading, list or table."""

    kind: str
    rows: list[list[list[Run]]]
    ordered: bool = False
    head: bool = False


@dataclass(frozen=True)
class CellView:
    """One cell of the grid. ``block`` is None where there is no text yet; ``sides`` are both positions where they differ."""

    lang: str
    name: str
    status: str
    block: Block | None
    sides: list[dict[str, Any]] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    cell: Cell | None = None


@dataclass(frozen=True)
class RowView:
    """One provision. ``notes`` say what is missing; ``takes`` names the languages in which theirs can be taken with one click."""

    row: Row
    ref: str
    no: str
    status: str
    mine: bool
    cells: list[CellView]
    notes: list[str]
    takes: list[str]
    crossed: list[str]

    @property
    def pairs(self) -> list[CellView]:
        """The cells in which both positions stand side by side."""
        return [cell for cell in self.cells if cell.sides]


def row_views(view: Grid, names: Mapping[str, str]) -> list[RowView]:
    """The rows of a grid, for the reader of ``view.side``; ``names``: code of a Side -> its name."""
    return [row_view(row, view.side, names) for row in view.rows]


def row_view(row: Row, side: str, names: Mapping[str, str]) -> RowView:
    """One row."""
    cells = [cell_view(cell, side, names) for cell in row.cells.values()]
    status = min((cell.status for cell in cells), key=_WEIGHT.index, default="untranslated")
    mine = any(cell.move == "us" for cell in row.cells.values())
    takes = [lang for lang, cell in row.cells.items() if takable(cell)]
    crossed = [lang for lang, cell in row.cells.items() if cell.crossed and cell.move == "us"]
    return RowView(row, ref(row.provision), number(row), status, mine, cells, _notes(row, cells, side, names), takes, crossed)


def number(row: Row) -> str:
    """How a provision is called in a row: its printed number, else what it is."""
    return f"¶ {row.no}" if row.no else kinds()[row.kind]


def kinds() -> dict[str, str]:
    """What a provision may be."""
    return {
        "heading": _("Heading"),
        "paragraph": _("Paragraph"),
        "list": _("List"),
        "table": _("Table"),
        "title": _("Title"),
        "term": _("Term"),
        "annex": _("Annex"),
    }


def takable(cell: Cell) -> bool:
    """Whether the other Side's wording is there, readable and not ours already."""
    theirs = [one for one in cell.theirs.values() if one.position]
    return (
        len({one.paper for one in theirs}) == 1
        and not theirs[0].flags
        and theirs[0].text is not None
        and cell.state in ("theirs", "differ", "reserved")
        and not (cell.ours and cell.ours.paper == theirs[0].paper and cell.ours.level == "agreed")
    )


def cell_view(cell: Cell, side: str, names: Mapping[str, str]) -> CellView:
    """One cell: the standing wording, else the later proposal as a change to the earlier one."""
    theirs = next(iter(cell.theirs.items()), None)
    block = None
    if cell.standing is not None:
        block = shown(cell.standing, side)
    elif cell.ours and theirs and cell.ours.text and theirs[1].text and cell.ours.paper != theirs[1].paper:
        ours_last = cell.ours.at > theirs[1].at
        old, new, who = (theirs[1].text, cell.ours.text, side) if ours_last else (cell.ours.text, theirs[1].text, theirs[0])
        block = compared(old, new, who, side, names)
    elif cell.shown is not None:
        block = shown(cell.shown, side)
    status = "crossed" if cell.crossed else _STATUS.get(cell.state, cell.state)
    pair = bool(cell.ours and cell.theirs and cell.standing is None) or bool(cell.theirs and cell.state == "theirs")
    found = [one for one in (cell.ours, *cell.theirs.values()) if one]
    flags = tuple(dict.fromkeys(said(flag) for one in found for flag in one.flags))
    return CellView(cell.lang, language_title(cell.lang), status, block, positions(cell, side, names) if pair else [], flags, cell)


def positions(cell: Cell, side: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Both Sides' wordings, own first, as ``c-pair`` shows them: theirs as a change to ours."""
    mine = {"name": names.get(side, side), "own": True, "lang": cell.lang}
    if cell.ours:
        mine |= _position(cell.ours, shown(cell.ours, side))
    out = [mine]
    for other, wording in cell.theirs.items():
        block = (
            compared(cell.ours.text, wording.text, other, side, names)
            if cell.ours and cell.ours.text and wording.text and cell.ours.paper != wording.paper
            else shown(wording, side)
        )
        out.append({"name": names.get(other, other), "lang": cell.lang} | _position(wording, block))
    if not cell.theirs:
        out += [{"name": name, "lang": cell.lang} for code, name in names.items() if code != side]
    return out


def _position(wording: Wording, block: Block | None) -> dict[str, Any]:
    levels = {"reserved": "reserved", "ad-referendum": "ad-referendum"}
    return {"block": block, "status": levels.get(wording.level, ""), "foot": day(wording.at, "medium"), "missing": wording.text is None}


def shown(wording: Wording, side: str) -> Block | None:
    """One wording without comparison; None where its paper is not held or cannot be read."""
    if wording.text is None:
        return None
    text = wording.text
    rows = [[[_run(run, side) for run in cell] for cell in row] for row in text.rows]
    return Block(text.kind, rows, text.ordered, text.head)


def _run(run: str | Bracket, side: str) -> Run:
    return Run("same", run) if isinstance(run, str) else Run("bracket", alts=_alts(run, side))


def _alts(bracket: Bracket, side: str) -> Alternatives:
    return tuple((who, words or NOTHING) for who, words in sorted(bracket.alts.items(), key=lambda each: (each[0] != side, each[0])))


def compared(old: Text, new: Text, by: str, side: str, names: Mapping[str, str]) -> Block:
    """What ``by`` changes when it writes ``new`` in place of ``old``, in the lines of the new text."""
    brackets: dict[Alternatives, str] = {}
    runs = redline(_plain(old, brackets, side), _plain(new, brackets, side), by)
    known = {mark: alts for alts, mark in brackets.items()}
    rows: list[list[list[Run]]] = [[[]]]
    for run in runs:
        for piece in re.split(r"([\n\t])", run.text):
            if piece == "\n":
                rows.append([[]])
            elif piece == "\t":
                rows[-1].append([])
            elif piece:
                rows[-1][-1] += _restored(piece, run, known, names)
    return Block(new.kind, [row for row in rows if any(row)], new.ordered, new.head)


def _plain(text: Text, brackets: dict[Alternatives, str], side: str) -> str:
    def one(run: str | Bracket) -> str:
        if isinstance(run, str):
            return _MARKS.sub("\ufffd", run)
        return brackets.setdefault(_alts(run, side), chr(_PRIVATE + len(brackets)))

    return "\n".join("\t".join("".join(one(run) for run in cell) for cell in row) for row in text.rows)


def _restored(piece: str, run: Run, known: Mapping[str, Alternatives], names: Mapping[str, str]) -> list[Run]:
    out: list[Run] = []
    for part in _MARKS.split(piece):
        if part in known and run.kind == "same":
            out.append(Run("bracket", alts=known[part]))
        elif part in known:
            words = " / ".join(f"{names.get(who, who)}: {wording}" for who, wording in known[part])
            out.append(Run(run.kind, f"[{words}]", run.side))
        elif part and run.kind == "ins":  # the space around a phrase is nobody's
            words = part.strip()
            lead, tail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :] if words else ""
            out += [
                Run(kind, piece, side) for kind, piece, side in (("same", lead, ""), ("ins", words, run.side), ("same", tail, "")) if piece
            ]
        elif part:
            out.append(Run(run.kind, part, run.side))
    return out


def _notes(row: Row, cells: Sequence[CellView], side: str, names: Mapping[str, str]) -> list[str]:
    notes = [] if row.placed else [_("not placed in the order yet")]
    if row.comments:
        notes.append(ngettext("%(count)d comment", "%(count)d comments", row.comments) % {"count": row.comments})
    notes += [
        _("%(language)s text not yet entered") % {"language": language_name(cell.lang)} for cell in cells if cell.status == "untranslated"
    ]
    if any(cell.cell and cell.cell.move == "them" for cell in cells):
        notes.append(_("awaits %(side)s") % {"side": _others(side, names)})
    others = sum(bool(cell.cell and cell.cell.alternatives) for cell in cells)
    notes += [_("another wording is kept beside")] if others else []
    stale = [names.get(who, who) for (who, _lang), mark in row.marks.items() if mark == "stale"]
    notes += [_("language check of %(side)s is out of date") % {"side": who} for who in dict.fromkeys(stale)]
    fresh = dict.fromkeys(names.get(who, who) for (who, _lang), mark in row.marks.items() if mark == "fresh")
    notes += [_("languages checked: %(sides)s") % {"sides": ", ".join(fresh)}] if fresh else []
    notes += [_("machine check: %(words)s") % {"words": words} for words in checks(row)]
    return notes


def _others(side: str, names: Mapping[str, str]) -> str:
    return ", ".join(name for code, name in names.items() if code != side)


def checks(row: Row) -> list[str]:
    """What the machine sees between the languages, in the page's language."""
    out = []
    for words in row.checks:
        found = _CHECK.fullmatch(words)
        if found:
            said = {"figure": found[1], "more": language_name(found[2]), "less": language_name(found[3])}
            out.append(_("%(figure)s stands in %(more)s and not in %(less)s") % said)
        else:
            out.append(_("the language versions have another form"))
    return out
