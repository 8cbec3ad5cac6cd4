"""Courtesy checks before something is written: each refuses with the next step, and none decides about what the other Side wrote.

What is void or valid is judged by the record from an entry's causal past alone; these rules only keep our own people from writing what
would be flagged, clash or never become clean.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from cochair.kit import text as safety
from cochair.kit.errors import Conflict, Rejected
from cochair.protocol.contents import Instrument, OrderRow, ProvisionKind
from cochair.protocol.text import Bracket, Run, Text, brackets, dump, tidy

BLOCKS: dict[ProvisionKind, frozenset[str]] = {
    "title": frozenset({"heading", "paragraph"}),
    "heading": frozenset({"heading"}),
    "paragraph": frozenset({"paragraph"}),
    "list": frozenset({"list"}),
    "table": frozenset({"table"}),
    "term": frozenset({"paragraph"}),
    "annex": frozenset({"heading", "paragraph", "list", "table"}),
}
"""Which form of text a provision of each kind may have."""
ROWS_A_PAGE = 50
"""Rows of an order that surely fit into one entry (each at most 120 bytes)."""


def clean_text(text: Text) -> Text:
    """What our people typed -> the same with white space and Unicode form normalised. Raises Rejected on what text safety refuses."""

    def clean(run: Run) -> Run:
        if isinstance(run, str):
            return safety.clean(run)
        return Bracket({side: safety.clean(wording) for side, wording in run.alts.items()})

    cleaned = replace(text, rows=tuple(tuple(tidy(tuple(clean(run) for run in cell)) for cell in row) for row in text.rows))
    dump(cleaned)
    return cleaned


def check_text(text: Text, lang: str, kind: ProvisionKind, sides: Collection[str]) -> None:
    """Raise Rejected if a text does not fit its place: language, kind of provision, codes of Sides in its brackets."""
    if text.lang != lang:
        raise Rejected(
            "The text is in {lang}, the column is {lang2}", "Put each text into the column of its language", lang=text.lang, lang2=lang
        )
    if text.kind not in BLOCKS[kind]:
        raise Rejected("A provision of one kind cannot hold a text of another", "Add a provision of that kind instead")
    strangers = {side for one in brackets(text) for side in one.alts} - set(sides)
    if strangers:
        raise Rejected(
            "A bracket holds a wording of {strangers}, which is no Side here",
            "Use the codes {sides}",
            strangers=", ".join(sorted(strangers)),
            sides=", ".join(sorted(sides)),
        )


def check_instrument(content: Instrument) -> None:
    """Raise Rejected if the languages contradict each other."""
    names = [each.lang for each in content.languages]
    authentic = [each.lang for each in content.languages if each.status == "authentic"]
    if not authentic or len(set(names)) != len(names):
        raise Rejected("An instrument needs an authentic language, and each language once", "Choose the languages and their status again")
    if content.prevailing is not None and content.prevailing not in authentic:
        raise Rejected("The prevailing language must be an authentic one", "Choose another, or none")
    if content.kind == "correction" and content.manifest is None:
        raise Rejected("A correction says what it corrects", "Choose the signed instrument")


def check_order(rows: Sequence[OrderRow], known: Collection[str]) -> None:
    """Raise Conflict if an order names nothing, something twice, something unknown, or a provision before its heading."""
    if not rows:
        raise Conflict(
            "The order names no paragraph, so nothing would be printed",
            "Give at least one paragraph its place; one that shall go is withdrawn on its own page",
        )
    above: set[str] = set()
    for row in rows:
        if row.id in above:
            raise Conflict("The order names one provision twice", "Open the order again and move it once")
        if row.id not in known:
            raise Conflict("The order names {id}, which is not a provision of this text", "Open the order again", id=row.id)
        if row.parent is not None and row.parent not in above:
            raise Conflict("Provision {no} stands before the heading that it belongs to", "Move it below its heading", no=row.no or row.id)
        above.add(row.id)


def pages(rows: Sequence[OrderRow], before: int) -> list[tuple[str, tuple[OrderRow, ...]]]:
    """An order -> (part, rows) per entry; empty pages follow as far as the earlier order reached with ``before`` pages."""
    cut = [tuple(rows[i : i + ROWS_A_PAGE]) for i in range(0, len(rows), ROWS_A_PAGE)] or [()]
    cut += [()] * (before - len(cut))
    return [("" if n == 0 else str(n), page) for n, page in enumerate(cut)]


def number(depths: Sequence[int], kinds: Sequence[ProvisionKind]) -> list[str]:
    """Printed numbers in decimals (1, 1.1, 1.2, 2 ...) for provisions in order, by depth; titles, terms and annexes get none."""
    counts: list[int] = []
    out: list[str] = []
    for depth, kind in zip(depths, kinds, strict=True):
        if kind in ("title", "term", "annex"):
            out.append("")
            continue
        counts = [*counts[: depth + 1], *[0] * (depth + 1 - len(counts))]
        counts[depth] += 1
        out.append(".".join(str(n) for n in counts[: depth + 1]))
    return out
