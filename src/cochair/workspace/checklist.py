"""What is missing before a text can be adopted, point by point, in the page's language. What may be sealed is decided by ``protocol.prepare`` alone."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cochair.meetings import queries as meetings
from cochair.protocol import gather
from cochair.protocol.queries import Grid, grid
from cochair.workspace.desk import Desk
from cochair.workspace.place import side_name

SETTLED = ("agreed", "ad-referendum", "account")


class Point(NamedTuple):
    """One line of the list: settled or not, what it is, what is missing, where to do it."""

    done: bool
    words: str
    missing: str
    url: str


def points(desk: Desk) -> list[Point]:
    """The list for adoption, in the order in which things are settled."""
    place = desk.place
    view = grid(place.node, place.room, desk.id)
    text = desk.url("protocol")
    with place.node.read() as tx:
        dates = next((one for one in meetings.sessions(tx, place.room, place.side) if one.id == desk.content["session"]), None)
        signers = gather.signatories(tx, place.room, desk.id, desk.content["session"], desk.body)
    named = {one.side for one in signers}
    lacking = [side_name(side) for side in place.sides if side not in named]
    return [
        Point(
            desk.state.standing in ("agreed", "account"),
            _("The instrument: its kind and its languages"),
            _("The Sides have not agreed on it yet"),
            text,
        ),
        *_of_text(view, text),
        *_marks(desk, view, text),
        Point(
            bool(dates and dates.status in SETTLED),
            _("The session"),
            _("The Sides have not agreed on the session yet"),
            text,
        ),
        Point(
            bool(dates and dates.dates is not None and dates.dates.status in SETTLED),
            _("Dates and place of the session"),
            _("They are not agreed yet, and an original names them"),
            text,
        ),
        Point(
            not lacking,
            _("Who signs"),
            _("No post that signs is named for: %(sides)s") % {"sides": ", ".join(lacking)},
            text,
        ),
    ]


def _of_text(view: Grid, url: str) -> list[Point]:
    bound = [lang for lang, status in view.languages if status != "working"]
    cells = [row.cells[lang] for row in view.rows for lang in bound]
    loose = sum(not row.placed for row in view.rows)
    empty = sum(cell.state == "awaiting" for cell in cells)
    open_ = sum(cell.state in ("ours", "theirs", "differ", "reserved") for cell in cells)
    flagged = sum(bool(cell.standing and cell.standing.flags) for cell in cells)
    return [
        Point(bool(view.rows), _("There is a text"), _("No paragraph is proposed yet"), url),
        Point(
            view.order in SETTLED and not loose,
            _("The order of the paragraphs"),
            ngettext("%(count)d paragraph has no place in it", "%(count)d paragraphs have no place in it", loose) % {"count": loose}
            if loose
            else _("The Sides have not agreed on it yet"),
            url,
        ),
        Point(
            not empty,
            _("Each paragraph in each language"),
            ngettext("%(count)d text is missing", "%(count)d texts are missing", empty) % {"count": empty},
            f"{url}?show=open",
        ),
        Point(
            not open_ and not flagged,
            _("Every wording agreed"),
            ngettext("%(count)d text is not agreed yet", "%(count)d texts are not agreed yet", open_ + flagged)
            % {"count": open_ + flagged},
            f"{url}?show=open",
        ),
        Point(
            not view.meter.brackets,
            _("No brackets"),
            ngettext("%(count)d bracket is open", "%(count)d brackets are open", view.meter.brackets) % {"count": view.meter.brackets},
            f"{url}?show=open",
        ),
    ]


def _marks(desk: Desk, view: Grid, url: str) -> list[Point]:
    """Each Side checks each language; a Side that has no node yet cannot, and then it is not asked for."""
    bound = [lang for lang, status in view.languages if status != "working"]
    sides = sorted(gather.heads(desk.place.node, desk.place.room), key=lambda side: side != desk.place.side)
    if len(bound) < 2 or len(sides) < 2:
        return []
    out = []
    for side in sides:
        number = sum(row.marks.get((side, lang)) != "fresh" for row in view.rows if row.placed for lang in bound[1:])
        out.append(
            Point(
                not number,
                _("%(side)s has checked that the languages say the same") % {"side": side_name(side)},
                ngettext("%(count)d check is missing or out of date", "%(count)d checks are missing or out of date", number)
                % {"count": number},
                url,
            )
        )
    return out
