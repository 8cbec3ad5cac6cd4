"""The paper of a text: one provision in one language, as a small tree of canonical JSON.

Rulebook (the bytes stand in ``docs/formats/text.md``):

1. A text is a heading, a paragraph, a list or a table. In memory each is rows of cells of runs, so that one walk serves all four.
2. A run is a string or a bracket. A bracket holds each Side's own wording at that place; an empty wording says "nothing here".
   A bracket holds strings only: brackets inside brackets are refused, and so are square brackets typed as characters, because a
   text with an open bracket must never be taken for a clean one.
3. There is one tree for one text: no empty run, no two strings side by side, no control character, no white space at the ends of a cell.
   ``parse`` refuses what ``dump`` would not have written.
4. A text is clean when it holds no bracket.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from cochair.kit import canonical
from cochair.kit.errors import Rejected

Kind = Literal["heading", "paragraph", "list", "table"]
KINDS: tuple[Kind, ...] = ("heading", "paragraph", "list", "table")

LIMIT_BYTES = 262_144
LIMIT_RUN = 16_384
LIMIT_RUNS = 512
LIMIT_ROWS = 512
LIMIT_COLUMNS = 32
LIMIT_SIDES = 8

_SIDE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NEXT = "Ask the Side that sent it to propose the text anew"


@dataclass(frozen=True, slots=True)
class Bracket:
    """A place where the Sides' wordings differ: ``alts`` maps a Side's code to its wording ("" = nothing here)."""

    alts: Mapping[str, str]


Run = str | Bracket
Cell = tuple[Run, ...]
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One provision in one language. ``level`` counts for headings (1 to 6), ``ordered`` for lists, ``head`` (header row) for tables."""

    kind: Kind
    lang: str
    rows: tuple[Row, ...]
    level: int = 0
    ordered: bool = False
    head: bool = False


def paragraph(lang: str, *runs: Run) -> Text:
    """A paragraph of the given runs, normalised."""
    return Text("paragraph", lang, ((tidy(runs),),))


def heading(lang: str, *runs: Run, level: int = 1) -> Text:
    """A heading of the given runs, normalised; 1 is the outermost level."""
    return Text("heading", lang, ((tidy(runs),),), level=level)


def tidy(runs: tuple[Run, ...]) -> Cell:
    """Runs -> the one form of rule 3: neighbouring strings joined, white space made single, ends trimmed, empty runs dropped."""
    joined: list[Run] = []
    for run in runs:
        if isinstance(run, Bracket):
            joined.append(Bracket({side: " ".join(wording.split()) for side, wording in sorted(run.alts.items())}))
        elif joined and isinstance(joined[-1], str):
            joined[-1] += run
        else:
            joined.append(run)
    clean: list[Run] = []
    for i, run in enumerate(joined):
        if isinstance(run, str):
            body = re.sub(r"\s+", " ", run)
            body = body.lstrip() if i == 0 else body
            body = body.rstrip() if i == len(joined) - 1 else body
            if body:
                clean.append(body)
        else:
            clean.append(run)
    return tuple(clean)


# --- bytes ---


def dump(text: Text) -> bytes:
    """Text -> the bytes of its paper. Raises Rejected if the text breaks a rule (so nothing is written that ``parse`` refuses)."""
    tree: dict[str, Any] = {"v": 1, "t": text.kind, "lang": text.lang}
    cells = [[[_run_out(run) for run in cell] for cell in row] for row in text.rows]
    if text.kind in ("heading", "paragraph"):
        if len(cells) != 1 or len(cells[0]) != 1:
            raise _bad("a heading or a paragraph is one line")
        tree["c"] = cells[0][0]
        if text.kind == "heading":
            tree["level"] = text.level
    elif text.kind == "list":
        if any(len(row) != 1 for row in cells):
            raise _bad("an item of a list is one line")
        tree |= {"items": [row[0] for row in cells], "ordered": text.ordered}
    else:
        tree |= {"rows": cells, "head": text.head}
    data = canonical.dumps(tree)
    parse(data)
    return data


def parse(data: bytes) -> Text:
    """Bytes of a paper -> Text; strict. Raises Rejected."""
    tree = canonical.loads(data, limit=LIMIT_BYTES, depth=8)
    if not isinstance(tree, dict) or tree.get("v") != 1 or isinstance(tree["v"], bool):
        raise _bad("not a text of a known version")
    kind, lang = tree.get("t"), tree.get("lang")
    if not isinstance(lang, str) or not _LANG.fullmatch(lang):
        raise _bad("the language is missing")
    match kind:
        case "heading":
            _keys(tree, {"v", "t", "lang", "c", "level"})
            level = tree["level"]
            if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 6:
                raise _bad("the level of a heading is 1 to 6")
            return Text("heading", lang, ((_cell(tree["c"], full=True),),), level=level)
        case "paragraph":
            _keys(tree, {"v", "t", "lang", "c"})
            return Text("paragraph", lang, ((_cell(tree["c"], full=True),),))
        case "list":
            _keys(tree, {"v", "t", "lang", "items", "ordered"})
            items = _sequence(tree["items"], LIMIT_ROWS)
            return Text("list", lang, tuple((_cell(item, full=True),) for item in items), ordered=_flag(tree["ordered"]))
        case "table":
            _keys(tree, {"v", "t", "lang", "rows", "head"})
            rows = tuple(tuple(_cell(cell) for cell in _sequence(row, LIMIT_COLUMNS)) for row in _sequence(tree["rows"], LIMIT_ROWS))
            if len({len(row) for row in rows}) != 1:
                raise _bad("the rows of a table have different numbers of cells")
            return Text("table", lang, rows, head=_flag(tree["head"]))
        case _:
            raise _bad("a text is a heading, a paragraph, a list or a table")


def _run_out(run: Run) -> Any:
    return run if isinstance(run, str) else {"t": "bracket", "alts": dict(run.alts)}


def _cell(value: Any, *, full: bool = False) -> Cell:
    if not isinstance(value, list) or len(value) > LIMIT_RUNS:
        raise _bad("a line is a list of runs")
    cell = tuple(_run(item) for item in value)
    if full and not cell:
        raise _bad("a line without words")
    if any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(cell)):
        raise _bad("two strings side by side")
    first, last = (cell[0], cell[-1]) if cell else ("x", "x")
    if (isinstance(first, str) and first != first.lstrip()) or (isinstance(last, str) and last != last.rstrip()):
        raise _bad("white space at the end of a line")
    return cell


def _run(item: Any) -> Run:
    if isinstance(item, str):
        if not item:
            raise _bad("an empty run")
        return _words(item)
    if not isinstance(item, dict) or item.get("t") != "bracket":
        raise _bad("a run is a string or a bracket")
    _keys(item, {"t", "alts"})
    alts = item["alts"]
    if not isinstance(alts, dict) or not 1 <= len(alts) <= LIMIT_SIDES:
        raise _bad("a bracket holds the wording of one to eight Sides")
    for side, wording in alts.items():
        if not _SIDE.fullmatch(side) or not isinstance(wording, str):
            raise _bad("a bracket maps the code of a Side to its wording; brackets do not nest")
        if wording != wording.strip():
            raise _bad("white space at the end of a wording")
        _words(wording)
    if not any(alts.values()):
        raise _bad("a bracket without words")
    return Bracket(alts)


def _words(value: str) -> str:
    if len(value) > LIMIT_RUN:
        raise _bad(f"a run is longer than {LIMIT_RUN} characters")
    if _CONTROL.search(value):
        raise _bad("a control character in the text")
    if "[" in value or "]" in value:
        raise _bad("a square bracket typed as a character: wording in dispute is a bracket node")
    return value


def _keys(tree: dict[str, Any], wanted: set[str]) -> None:
    if set(tree) != wanted:
        raise _bad(f"fields {', '.join(sorted(set(tree) ^ wanted))} are missing or unknown")


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _bad("a flag is true or false")
    return value


def _sequence(value: Any, limit: int) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= limit:
        raise _bad(f"a list of 1 to {limit} members was expected")
    return value


def _bad(what: str) -> Rejected:
    return Rejected("This is not a text of a provision: {thing}", _NEXT, thing=what)


# --- reading a text ---


def runs(text: Text) -> Iterator[Run]:
    """Every run, in reading order."""
    for row in text.rows:
        for cell in row:
            yield from cell


def brackets(text: Text) -> list[Bracket]:
    """The open brackets in reading order; their index is what ``resolve`` takes."""
    return [run for run in runs(text) if isinstance(run, Bracket)]


def is_clean(text: Text) -> bool:
    """No bracket is open (rule 4)."""
    return not brackets(text)


def resolve(text: Text, index: int, wording: str) -> Text:
    """The text with its ``index``-th bracket replaced by ``wording`` ("" drops it). Raises Rejected if there is no such bracket."""
    if not 0 <= index < len(brackets(text)):
        raise Rejected("The text has no bracket number {index}", "Open the provision again: it may have changed meanwhile", index=index + 1)
    seen = -1

    def change(run: Run) -> Run:
        nonlocal seen
        seen += isinstance(run, Bracket)
        return wording if isinstance(run, Bracket) and seen == index else run

    rows = tuple(tuple(tidy(tuple(change(run) for run in cell)) for cell in row) for row in text.rows)
    return replace(text, rows=rows)


def wording_of(text: Text, side: str) -> Text:
    """The text as one Side would have it: each bracket replaced by that Side's wording; a bracket without one stays open."""
    rows = tuple(
        tuple(tidy(tuple(run if isinstance(run, str) else run.alts.get(side, run) for run in cell)) for cell in row) for row in text.rows
    )
    return replace(text, rows=rows)


def plain(text: Text) -> str:
    """The text as one string: a line a row, cells parted by tabs, a bracket as "[IN: this / RU: that]"."""
    return "\n".join("\t".join("".join(_run_plain(run) for run in cell) for cell in row) for row in text.rows)


def _run_plain(run: Run) -> str:
    if isinstance(run, str):
        return run
    return "[" + " / ".join(f"{side}: {wording or '—'}" for side, wording in sorted(run.alts.items())) + "]"


def words(text: Text) -> list[str]:
    """The words in reading order, whole in every script (Unicode word boundaries), the wordings of brackets included."""
    from unicode_segmentation_rs import unicode_words

    return [word for part in _wordings(text) for word in unicode_words(part)]


def _wordings(text: Text) -> Iterator[str]:
    for run in runs(text):
        yield from (run,) if isinstance(run, str) else run.alts.values()


def unsafe(text: Text) -> list[str]:
    """Why the wording may be neither proposed nor accepted (``kit.text.clean``), for people; empty when it may."""
    from cochair.kit.text import clean

    found = []
    for part in _wordings(text):
        try:
            clean(part)
        except Rejected as error:
            found.append(error.what)
    return found


def warnings(text: Text) -> list[str]:
    """What a reader should look at twice (``kit.text.check``): look-alikes, mixed scripts, a letter in a number."""
    from cochair.kit.text import check

    return [finding.what for part in _wordings(text) for finding in check(part, text.lang)]
