"""Courtesy checks when something about a body is written here. They never judge what the other Side wrote.

Each check raises `CochairError` on what cannot be meant, and returns warnings (plain sentences) on what is odd: practice is odder than any rule.
"""

from collections.abc import Iterable, Sequence

from cochair.bodies.contents import Body, Designee, Holder, Person, Post, Rules
from cochair.kit.errors import CochairError
from cochair.record.fields import day


def body(content: Body, *, own_id: str | None = None, ancestors: Sequence[str] = ()) -> list[str]:
    """Check a body; ``ancestors`` are the ids from its parent up."""
    if not any(content.names.values()):
        raise CochairError("The body has no name", "Give a name in at least one language")
    if content.kind == "commission" and content.parent is not None:
        raise CochairError("A commission stands at the top of the tree", "Leave the parent out, or call it a working group")
    if content.kind == "sub-group" and content.parent is None:
        raise CochairError("A sub-group belongs to a working group or a commission", "Choose the body above it")
    if own_id is not None and own_id in (content.parent, content.reports_to, *ancestors):
        raise CochairError("The body would stand below itself", "Choose another parent")
    return [
        text
        for odd, text in (
            (content.kind == "working-group" and content.parent is None, "This working group has no commission above it"),
            (not content.code, "The body has no short code; lists and feeds will show its name"),
            (len(content.names) < 2, "Only one Side's name of the body is given; the other Side may write it differently"),
        )
        if odd
    ]


def rules(content: Rules) -> list[str]:
    """Check a body's rules of languages, originals and terms."""
    named = [one.lang for one in content.languages]
    authentic = {one.lang for one in content.languages if one.status == "authentic"}
    if len(named) != len(set(named)):
        raise CochairError("A language is listed twice", "Leave one of them out")
    if content.prevailing is not None and content.prevailing not in authentic:
        raise CochairError("The prevailing language is not an authentic one", "Make it authentic, or name no prevailing language")
    warnings = [] if authentic else ["No language is authentic yet; a protocol cannot be signed in a working language"]
    if content.silence == "both-laws":
        warnings.append("Silence as consent is unsafe between two Sides: make sure that both domestic laws allow it")
    return warnings


def post(content: Post) -> list[str]:
    """Check a post."""
    if not content.titles:
        raise CochairError("The post has no title", "Give its title in at least one language")
    return []


def holder(content: Holder, others: Iterable[Holder] = ()) -> list[str]:
    """Check who holds a post; ``others`` are the other holders of the same post."""
    since = day(content.since) if content.since else None
    until = day(content.until) if content.until else None
    if since and until and until < since:
        raise CochairError("The holder would leave the post before taking it", "Exchange or correct the two dates")
    warnings = [] if content.office or content.office_paper else ["No office is given: who the holder is at home will not be printed"]
    for other in others:
        if (content.since or "") <= (other.until or "9999") and (other.since or "") <= (content.until or "9999"):
            warnings.append("Another holder of this post is named for the same time")
            break
    return warnings


def designee(content: Designee) -> list[str]:
    """Check a designee."""
    return [] if content.letter else ["A designee is named by letter; no letter is attached yet"]


def person(content: Person) -> list[str]:
    """Check the paper of a person."""
    if not content.name:
        raise CochairError("The person has no name", "Give the name in at least one script")
    return [] if len(content.name) > 1 else ["The name is given in one script only; the other original will need it in its own"]
