r"""A text as people type it into a plain field, and back.

    # Heading            ## Heading of the second level
    A paragraph, in which [IN: this wording / RU: that wording] is still in brackets; — stands for "nothing here".
    - item               1. item of a numbered list
    | cell | cell |      a row of a table; a row |---|---| under the first makes it the header; \| is a bar inside a cell

``read(write(text)) == text`` for every text without these marks at the beginning of its lines. Pages work without script, so this form is
the editor's ground; nothing typed is changed but white space.
"""

import re

from cochair.kit.errors import Rejected
from cochair.protocol.text import Bracket, Cell, Kind, Row, Run, Text, dump, tidy

_OPEN = re.compile(r"\[([^\[\]]*)\]")
_SIDE = re.compile(r"\s*([A-Z][A-Z0-9]{1,7}):\s*")
_PART = re.compile(r"\s/\s(?=[A-Z][A-Z0-9]{1,7}:)")
_NUMBER = re.compile(r"\d+[.)]\s+")
NOTHING = "—"


def read(typed: str, lang: str) -> Text:
    """What was typed -> Text, checked. Raises Rejected naming what cannot be read; the caller keeps what was typed."""
    lines = [line.strip() for line in typed.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines:
        raise Rejected("There is no text", "Type the wording, or withdraw your proposal")
    kind: Kind = "paragraph"
    rows: tuple[Row, ...]
    level, ordered, head = 0, False, False
    if mark := re.fullmatch(r"(#{1,6})\s+(.*)", lines[0]):
        kind, level, rows = "heading", len(mark[1]), ((_cell(" ".join([mark[2], *lines[1:]])),),)
    elif all(line.startswith("- ") for line in lines):
        kind, rows = "list", tuple((_cell(line[2:]),) for line in lines)
    elif all(_NUMBER.match(line) for line in lines) and len(lines) > 1:
        kind, ordered, rows = "list", True, tuple((_cell(_NUMBER.sub("", line, count=1)),) for line in lines)
    elif all(line.startswith("|") for line in lines):
        head = len(lines) > 1 and set(lines[1]) <= set("|-: ")
        kind, rows = "table", tuple(_table_row(line) for i, line in enumerate(lines) if not (head and i == 1))
    else:
        rows = ((_cell(" ".join(lines)),),)
    text = Text(kind, lang, rows, level=level, ordered=ordered, head=head)
    dump(text)
    return text


def write(text: Text) -> str:
    """Text -> what a person would type for it."""
    if text.kind == "table":
        rows = ["| " + " | ".join(_typed(cell).replace("|", "\\|") for cell in row) + " |" for row in text.rows]
        return "\n".join(rows[:1] + (["|" + "---|" * len(text.rows[0])] if text.head else []) + rows[1:])
    marks = {"heading": "#" * text.level + " ", "paragraph": "", "list": "- "}
    return "\n".join((f"{i}. " if text.ordered else marks[text.kind]) + _typed(row[0]) for i, row in enumerate(text.rows, start=1))


def _typed(cell: Cell) -> str:
    return "".join(
        run
        if isinstance(run, str)
        else "[" + " / ".join(f"{side}: {wording or NOTHING}" for side, wording in sorted(run.alts.items())) + "]"
        for run in cell
    )


def _table_row(line: str) -> Row:
    cells = re.split(r"(?<!\\)\|", line.strip())[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(_cell(cell.replace("\\|", "|")) for cell in cells)


def _cell(line: str) -> Cell:
    out: list[Run] = []
    end = 0
    for found in _OPEN.finditer(line):
        out.extend([line[end : found.start()], _bracket(found[1])])
        end = found.end()
    out.append(line[end:])
    for run in out:
        if isinstance(run, str) and ("[" in run or "]" in run):
            raise Rejected(
                "A square bracket is not closed, or stands inside another",
                "Write wording in dispute as [IN: one wording / RU: the other], without brackets inside brackets",
            )
    return tidy(tuple(out))


def _bracket(inside: str) -> Bracket:
    alts: dict[str, str] = {}
    for part in _PART.split(inside):
        side = _SIDE.match(part)
        if not side or side[1] in alts:
            raise Rejected(
                "The bracket [{inside}] does not say whose wording it holds",
                "Write each Side's code and a colon before its wording, parted by a slash: [IN: one wording / RU: the other]",
                inside=inside,
            )
        wording = part[side.end() :].strip()
        alts[side[1]] = "" if wording == NOTHING else wording
    return Bracket(alts)
