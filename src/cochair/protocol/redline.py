"""Word by word: what one text has and another has not.

The unit is the word of the script (Unicode word boundaries), so a Hindi or Russian word changes whole. Neighbouring changed words are
joined into one run, and a lone space or comma between two changes does not break it: people read phrases. Output is data (text and a
mark), never markup, so a page cannot be injected through a provision.
"""

from dataclasses import replace
from typing import Literal, NamedTuple

from cochair.protocol.text import Bracket, Cell, Run, Text, plain, tidy, wording_of

Mark = Literal["same", "old", "new"]


class Change(NamedTuple):
    """A stretch of words: in both texts ("same"), in the first only ("old") or in the second only ("new")."""

    mark: Mark
    text: str


class Span(NamedTuple):
    """A stretch of a shown line; ``side`` names whose wording it is inside a bracket, "" is common text; ``open`` counts the brackets."""

    text: str
    side: str = ""
    bracket: int = -1


class Line(NamedTuple):
    """One row of a text as a page shows it: its cells, each a list of spans."""

    kind: str
    level: int
    cells: list[list[Span]]


def tokens(line: str) -> list[str]:
    """A string cut at Unicode word boundaries; joined again it is the same string."""
    from unicode_segmentation_rs import split_word_bounds

    return list(split_word_bounds(line))


def compare(old: str, new: str) -> list[Change]:
    """Two strings -> stretches in reading order; "same" and "old" together are ``old``, "same" and "new" together are ``new``."""
    from rapidfuzz.distance import LCSseq

    first, second = tokens(old), tokens(new)
    found: list[list[str]] = []  # [kept, dropped, added] per step, so that dropped comes before added
    for step in LCSseq.opcodes(first, second):
        kept = "".join(first[step.src_start : step.src_end]) if step.tag == "equal" else ""
        dropped = "" if kept else "".join(first[step.src_start : step.src_end])
        added = "" if kept else "".join(second[step.dest_start : step.dest_end])
        if found and not kept and not found[-1][0]:
            found[-1][1] += dropped
            found[-1][2] += added
        else:
            found.append([kept, dropped, added])
    return _changes(_join(found))


def _join(found: list[list[str]]) -> list[list[str]]:
    """A stretch without a letter or digit between two changes belongs to the change."""
    joined: list[list[str]] = []
    for i, (kept, dropped, added) in enumerate(found):
        glue = kept and 0 < i < len(found) - 1 and not any(c.isalnum() for c in kept)
        if glue or (not kept and joined and not joined[-1][0]):
            joined[-1][1] += kept + dropped
            joined[-1][2] += kept + added
        else:
            joined.append([kept, dropped, added])
    return joined


def _changes(found: list[list[str]]) -> list[Change]:
    out: list[Change] = []
    for kept, dropped, added in found:
        if kept:
            out.append(Change("same", kept))
        if dropped:
            out.append(Change("old", dropped))
        if added:
            out.append(Change("new", added))
    return out


def compare_texts(old: Text | None, new: Text | None) -> list[Change]:
    """The plain forms of two texts compared; a missing text is an empty one."""
    return compare(plain(old) if old else "", plain(new) if new else "")


def lines(text: Text) -> list[Line]:
    """A text as the rows a page shows; brackets numbered in reading order, each Side's wording its own span."""
    out: list[Line] = []
    count = -1
    for row in text.rows:
        cells: list[list[Span]] = []
        for cell in row:
            spans: list[Span] = []
            for run in cell:
                if isinstance(run, str):
                    spans.append(Span(run))
                else:
                    count += 1
                    spans.extend(Span(wording, side, count) for side, wording in sorted(run.alts.items()))
            cells.append(spans)
        out.append(Line(text.kind, text.level, cells))
    return out


def bracket(ours: Text, side: str, theirs: Text, other: str) -> Text:
    """Two Sides' texts -> one text that keeps what they share and puts what differs into brackets, each Side's wording under its code.

    Lines are paired in order. Raises nothing: where the two have another shape (kind, number of rows or cells), our text is kept and the
    whole of theirs stands as a wording beside the whole of ours, line by line.
    """
    mine, yours = wording_of(ours, side), wording_of(theirs, other)
    rows: list[tuple[Cell, ...]] = []
    for r in range(max(len(mine.rows), len(yours.rows))):
        a = mine.rows[r] if r < len(mine.rows) else ()
        b = yours.rows[r] if r < len(yours.rows) else ()
        width = max(len(a), len(b))
        rows.append(tuple(_bracket_cell(a[c] if c < len(a) else (), b[c] if c < len(b) else (), side, other) for c in range(width)))
    width = max(len(row) for row in rows)
    return replace(mine, rows=tuple(row + ((),) * (width - len(row)) for row in rows))


def _bracket_cell(a: Cell, b: Cell, side: str, other: str) -> Cell:
    if any(isinstance(run, Bracket) for run in (*a, *b)):  # an older bracket of a third Side: keep it as it stands
        return a or b
    out: list[Run] = []
    pending = {side: "", other: ""}

    def close() -> None:
        if any(w.strip() for w in pending.values()):
            lead = " " if out and any(w.startswith(" ") for w in pending.values()) else ""
            tail = " " if any(w.endswith(" ") for w in pending.values()) else ""
            out.extend([lead, Bracket(dict(pending)), tail])
        elif pending[side]:
            out.append(pending[side])
        pending.update({side: "", other: ""})

    old, new = ("".join(run for run in cell if isinstance(run, str)) for cell in (a, b))
    for change in compare(old, new):
        if change.mark == "same":
            close()
            out.append(change.text)
        else:
            pending[side if change.mark == "old" else other] += change.text
    close()
    cell = tidy(tuple(out))
    if (_wording(cell, side), _wording(cell, other)) == (old, new):
        return cell
    return (Bracket({side: old, other: new}),)  # they differ by white space alone: only the whole line can hold that


def _wording(cell: Cell, side: str) -> str:
    kept = tidy(tuple(run if isinstance(run, str) else run.alts[side] for run in cell))
    return "".join(run for run in kept if isinstance(run, str))
