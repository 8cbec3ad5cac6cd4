"""The text: a draft in two languages, one bracket that both Sides close in both of them, and the Sides' own check that the languages say the same."""

from cochair.cli.demo import html, story
from cochair.cli.demo.play import Play, Scene, secretary
from cochair.protocol import compose
from cochair.protocol import operations as op
from cochair.protocol.queries import Cell, Row, grid
from cochair.protocol.text import Bracket, Text, plain, runs

LANGS = ("en", "ru")


def brackets(play: Play) -> Scene:
    """From the first draft to the clean text."""
    room, ours, theirs = play.room, play.ours, play.theirs
    play.instrument = id_ = op.open_instrument(ours, room, secretary("IN"), story.instrument(play.session))
    play.meet()
    op.accept_instrument(theirs, room, secretary("RU"), id_)
    made = op.propose_draft(ours, room, secretary("IN"), id_, story.units())
    op.propose_draft(ours, room, secretary("IN"), id_, compose.review_section(ours, room, play.session, number="3"))
    play.meet()
    op.accept_all(theirs, room, secretary("RU"), id_)
    play.meet()
    play.ids |= {"provisions": made, "bracketed": made[3], "late": made[4]}
    open_row, open_meter = row_of(play, made[3]), grid(ours, room, id_).meter
    for lang, words in story.CLOSED.items():
        base = open_row.cells[lang].ours
        op.resolve_bracket(ours, room, secretary("IN"), made[3], lang, 0, words, base=base.position if base else None)
    play.meet()
    proposed = row_of(play, made[3])
    op.accept_texts(theirs, room, secretary("RU"), made[3])
    play.meet()
    for node, side in ((ours, "IN"), (theirs, "RU")):
        op.mark_concordance(node, room, secretary(side), id_)
    play.meet()
    view, closed = grid(ours, room, id_), row_of(play, made[3])
    play.expect("one provision stood in brackets, in both languages", (open_meter.brackets, open_row.cells["en"].state), (2, "brackets"))
    play.expect("a proposal to close it is not yet an agreement", [proposed.cells[lang].state for lang in LANGS], ["differ", "differ"])
    play.expect("the bracket is closed in both languages", [closed.cells[lang].state for lang in LANGS], ["agreed", "agreed"])
    play.expect("the text is clean on both nodes", [grid(node, room, id_).meter.clean for node in (ours, theirs)], [True, True])
    head = ["No.", "English", "Русский", "Standing"]
    before = html.table(
        "The paragraph in brackets", head, [(open_row.no, *(_shown(open_row.cells[lang]) for lang in LANGS), html.tag("in brackets"))]
    )
    after = html.table(
        "The clean text", head, [(row.no, *(_shown(row.cells[lang]) for lang in LANGS), html.tag("agreed")) for row in view.rows]
    )
    return Scene(
        "One bracket, two languages",
        (
            (f"The protocol is negotiated paragraph by paragraph, in English and Russian at once: {len(view.rows)} units, the review section composed from what was just agreed. One paragraph stays in brackets: "
            "one Side wants to establish the wind tunnel, the other to go on studying it."),
            ("The Indian Side proposes a third wording in both languages; the Russian Side takes it. Each Side then checks that the two languages say the same. "
            f"{view.meter.agreed} of {view.meter.all} texts are agreed and clean."),
        ),
        html.join([html.heading("Before"), before, html.heading("After"), after]),
    )  # fmt: skip


def row_of(play: Play, provision: str) -> Row:
    """One provision as the Indian Side's page shows it."""
    return next(row for row in grid(play.ours, play.room, play.instrument).rows if row.provision == provision)


def _shown(cell: Cell) -> html.Safe:
    wording = cell.shown
    return html.small("awaiting") if wording is None or wording.text is None else shown(wording.text)


def shown(text: Text) -> html.Safe:
    """A text as a page shows it, brackets with each Side's wording."""
    if text.kind == "list":
        lines = html.join((html.text(line) for line in plain(text).split("\n")), "<br>")
        return html.Safe(f'<span lang="{text.lang}">{lines}</span>')
    parts = [_bracket(run) if isinstance(run, Bracket) else html.text(run) for run in runs(text)]
    tag = "strong" if text.kind == "heading" else "span"
    return html.Safe(f'<{tag} lang="{text.lang}">{html.join(parts)}</{tag}>')


def _bracket(run: Bracket) -> html.Safe:
    sides = [html.Safe(f'<span class="app-bracket__by">{side}</span>{html.text(words or "—")}') for side, words in run.alts.items()]
    between = '<span class="app-bracket__or"> / </span>'
    return html.Safe(f'<span class="app-bracket">{html.join(sides, between)}</span>')
