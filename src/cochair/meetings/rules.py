"""Courtesy checks when something about a meeting is written here. They never judge what the other Side wrote.

Each check raises `CochairError` on what cannot be meant, and returns warnings (plain sentences) on what is odd. Odd dates warn, never refuse:
orders have been signed with a term that had passed three days before.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from cochair.kit.errors import CochairError
from cochair.meetings.contents import Agenda, Dates, Declaration, DelegationChange, Letter, Member, Receipt, Report, Session
from cochair.record.fields import day

PAGE = 32
"""Members on one page of a delegation list: what fits in one entry with room to spare."""


def session(content: Session, previous: Session | None = None) -> list[str]:
    """Check a meeting; ``previous`` is the one it names."""
    if content.kind == "session" and not content.ordinals:
        raise CochairError("A session is numbered", "Give the number as at least one Side counts, or choose another kind of meeting")
    if content.kind != "session" and content.ordinals:
        raise CochairError("Only a session is numbered", "Leave the number out, or call the meeting a session")
    warnings = []
    if len(set(content.ordinals.values())) > 1:
        warnings.append("The Sides count this session differently")
    if previous is not None:
        if previous.body != content.body:
            warnings.append("The previous session belongs to another body")
        warnings += [
            f"{side} counted {previous.ordinals[side]} before and {number} now"
            for side, number in sorted(content.ordinals.items())
            if side in previous.ordinals and number != previous.ordinals[side] + 1
        ]
        if content.host is not None and content.host == previous.host:
            warnings.append("The same Side was the host last time")
    elif any(number > 1 for number in content.ordinals.values()):
        warnings.append("No previous session is named; its agreed actions will not be reviewed")
    return warnings


def dates(content: Dates, *, today: str | None = None, previous_end: str | None = None) -> list[str]:
    """Check dates and place. ``today`` and ``previous_end`` are days such as ``2026-02-28``."""
    start, end = day(content.start), day(content.end)
    if end < start:
        raise CochairError("The meeting would end before it starts", "Exchange or correct the two dates")
    return [
        text
        for odd, text in (
            ((end - start).days > 14, "The meeting lasts more than two weeks"),
            (any(one.weekday() > 4 for one in (start, end)), "The meeting starts or ends on a Saturday or Sunday"),
            (today is not None and content.start < today, "The first day has passed"),
            (previous_end is not None and content.start <= previous_end, "The meeting would not be later than the previous one"),
            (not content.place and content.form != "video", "No place is given"),
            (not _known_zone(content.timezone), f"The time zone {content.timezone!r} is not known here"),
        )
        if odd
    ]


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # not a zone, not a name, or no zone data on this machine
        return False
    return True


def agenda(content: Agenda) -> list[str]:
    """Check an agenda."""
    if not content.items:
        raise CochairError("The agenda is empty", "Add an item")
    twice = [no for no, times in Counter(item.no for item in content.items if item.no).items() if times > 1]
    if twice:
        raise CochairError("The number {twice} stands twice in the agenda", "Number the items anew", twice=twice[0])
    if any(not item.title for item in content.items):
        raise CochairError("An item of the agenda has no title", "Give it one in at least one language")
    languages = sorted({lang for item in content.items for lang in item.title})
    return [
        f"Item {item.no or place} has no title in {', '.join(missing)}"
        for place, item in enumerate(content.items, 1)
        if (missing := [lang for lang in languages if lang not in item.title])
    ]


def members(content: Sequence[Member]) -> list[str]:
    """Check a whole delegation list of one Side."""
    if not content:
        raise CochairError("The delegation list is empty", "Add a member")
    people = Counter(member.person for member in content)
    if people and people.most_common(1)[0][1] > 1:
        raise CochairError("A person stands twice on the list", "Leave one of the two lines out")
    heads = sum(member.role == "head" for member in content)
    warnings = []
    if heads != 1:
        warnings.append("The delegation has no head" if heads == 0 else f"The delegation has {heads} heads")
    if len({member.order for member in content}) < len(content):
        warnings.append("Two members have the same place in the order of precedence; they are shown in the order of the list")
    return warnings


def change(content: DelegationChange, present: Iterable[str], *, frozen: bool) -> list[str]:
    """Check one change; ``present`` are the person papers on the list as it stands."""
    on_list = set(present)
    if content.left is None and content.joined is None:
        raise CochairError("The change names nobody", "Say who leaves the delegation, who joins it, or both")
    if content.left is not None and content.left not in on_list:
        raise CochairError("The person who would leave is not on the list", "Choose a person of the list")
    if content.joined is not None and content.joined.person in on_list - {content.left}:
        raise CochairError("The person who would join is on the list already", "Choose another person")
    return [] if frozen else ["The list is not frozen yet; it can still be replaced as a whole"]


def report(content: Report) -> list[str]:
    """Check a sub-group's report."""
    if not content.papers:
        raise CochairError("The report has no text", "Attach it in at least one language")
    if content.dated:
        day(content.dated)
    return []


def letter(content: Letter, *, side: str, today: str | None = None) -> list[str]:
    """Check a letter of ``side``."""
    day(content.dated)
    if content.to == side:
        raise CochairError("The letter is addressed to its sender", "Choose the other Side")
    if not content.about:
        raise CochairError("The letter has no subject", "Say in one line what it is about")
    return [
        text
        for odd, text in (
            (not content.number, "The letter has no number"),
            (today is not None and content.dated > today, "The letter is dated in the future"),
        )
        if odd
    ]


def receipt(content: Receipt, *, dated: str | None = None) -> list[str]:
    """Check the receipt of a letter that is dated ``dated``."""
    day(content.received)
    return ["The letter would have arrived before its date"] if dated is not None and content.received < dated else []


def declaration(content: Declaration) -> list[str]:
    """Check a statement for the record."""
    if not content.title or not content.papers:
        raise CochairError("The statement needs a title and a text", "Give both in at least one language")
    return []
