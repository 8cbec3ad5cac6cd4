"""The table of all lines, from the rows of ``build/drill.json``: what was tried at the newest commit that each line was run at, and whether that keeps the promise."""

from __future__ import annotations

from typing import Any

from tests.drill.lines import LINES, Line, NotBuilt, module


def total(line: Line, rows: list[dict[str, Any]]) -> tuple[int, int, str]:
    """(tried, failed, commit): all pieces at the commit of the newest row. A piece that was run twice counts once: its newest row."""
    mine = [row for row in rows if row["id"] == line.id]
    if not mine:
        return 0, 0, ""
    newest = mine[-1]["commit"]
    pieces = {("" if line.exhaustive else row["seed"], row["part"], row["scale"]): row for row in mine if row["commit"] == newest}
    if line.exhaustive:  # it is whole if the parts of one division are there
        by: dict[str, list[dict[str, Any]]] = {}
        for (_, part, scale), row in pieces.items():
            if scale >= 1 and not row.get("cut"):
                by.setdefault(part.partition("/")[2], []).append(row)
        whole = [found for parts, found in by.items() if len(found) == int(parts)]
        best = whole[-1] if whole else max(by.values(), key=len, default=[])
        failed = sum(row["failed"] for row in pieces.values())
        return (sum(row["tried"] for row in best) if whole else 0), failed, newest
    return sum(row["tried"] for row in pieces.values()), sum(row["failed"] for row in pieces.values()), newest


def verdict(line: Line, rows: list[dict[str, Any]]) -> tuple[str, str, str, str]:
    """(tried, failed, verdict, commit) as shown."""
    try:
        needed = getattr(module(line), "PROMISE", line.promise)
    except NotBuilt as error:
        return "", "", str(error).partition(":")[0], ""
    tried, failed, commit = total(line, rows)
    if not commit:
        return "", "", "not run", ""
    said = "FAILED" if failed else "met" if tried >= needed else f"{tried / needed:.0%} of it" if tried else "in parts, none whole"
    return f"{tried:,}", str(failed), said, commit


def table(rows: list[dict[str, Any]]) -> str:
    """All lines, one a row."""
    shown = [("line", "tried", "failed", "promised", "so far", "commit", "what")]
    for line in LINES:
        tried, failed, said, commit = verdict(line, rows)
        shown.append((line.id, tried, failed, f"{line.promise:,}" if line.promise else "", said, commit, line.what))
    widths = [max(len(row[i]) for row in shown) for i in range(6)]
    return "\n".join(
        "  ".join(
            [*(text.rjust(w) if i in (1, 2, 3) else text.ljust(w) for i, (text, w) in enumerate(zip(row, widths, strict=False))), row[6]]
        )
        for row in shown
    )
