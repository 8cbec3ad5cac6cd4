"""Tags and filters of every page (they need no ``load``): files, statuses, dates and lists as the language writes them, texts with marks.

Dates come out of the record as ISO strings and may be passed as they are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cochair.accounts.shown import and_list, day, days, moment, session_name
from cochair.kit.names import pick as pick_name
from cochair.kit.redline import Run, Span, segments
from cochair.kit.redline import redline as diff
from cochair.web.statuses import STATUSES

register = template.Library()
for shown in (and_list, day, moment, session_name):
    register.filter(shown)
register.simple_tag(days)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file, with its digest, so that a browser never keeps an old one."""
    return f"{static(f'cochair/{name}')}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    path = find(f"cochair/{name}")
    if not isinstance(path, str):
        raise template.TemplateSyntaxError(f"there is no static file cochair/{name}")
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


@register.simple_tag
def status(code: str) -> str:
    """A status of ``cochair.web.statuses`` as a tag; an unknown code is shown as it is, in grey."""
    words, colour = STATUSES.get(str(code), (code, "grey"))
    return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour, words)


@register.simple_tag
def share(done: Any, of: Any) -> int:
    """Per cent, from 0 to 100; nothing of nothing is all."""
    part, whole = int(done), int(of)
    return 100 if whole <= 0 else max(0, min(100, part * 100 // whole))


@register.filter
def sentence(text: str) -> str:
    """The text with a full stop, if it ends without one."""
    text = str(text)
    return text if text.endswith((".", "!", "?", "…")) or not text else f"{text}."


@register.filter
def pick(names: Mapping[str, str]) -> str:
    """The name in the page's language, or the nearest there is."""
    return pick_name(names, get_language() or "en")


@register.simple_tag(takes_context=True)
def runs(context: template.Context, pieces: Sequence[Run]) -> SafeString:
    """Text with each Side's changes: the reader's own single, the other's double underlined, and said in words for who does not see it.

    The page's context may give ``own_side`` (else the node's) and ``side_names`` (code -> name in the page's language, else the code).
    """
    own, names = _own_side(context), context.get("side_names") or {}
    return SafeString("".join(_run(piece, own, names) for piece in pieces))


@register.simple_tag(takes_context=True)
def redline(context: template.Context, old: str, new: str, side: str = "") -> SafeString:
    """The word diff from one wording to another, as the change of a Side."""
    return runs(context, diff(str(old), str(new), side))


@register.simple_tag
def marked(text: str, spans: Sequence[Span]) -> SafeString:
    """A report's text with its claims highlighted and labelled; a label stands at the end of its span, a link can go to it by its anchor."""
    out: list[str] = []
    opened: set[str] = set()
    position = 0
    for piece, over in segments(text, spans):
        position += len(piece)
        inner = format_html("{}", piece)
        for span in reversed(over):
            label = format_html('<span class="app-mark__label">{}</span>', span.label) if span.end == position else ""
            anchor = format_html(' id="{}"', span.anchor) if span.anchor and span.anchor not in opened else ""
            opened.add(span.anchor)
            inner = format_html('<mark class="app-mark app-mark--{}"{}>{}{}</mark>', span.kind, anchor, inner, label)
        out.append(inner)
    return SafeString("".join(out))


def _own_side(context: template.Context) -> str:
    own = context.get("own_side")
    if own is None:
        from cochair.accounts.here import get_node

        own = get_node().side
    return str(own)


def _run(run: Run, own: str, names: Mapping[str, str]) -> str:
    if run.kind == "same":
        return format_html("{}", run.text)
    if run.kind == "bracket":
        alts = format_html_join(
            SafeString('<span class="app-bracket__or">/</span>'),
            '<span class="app-bracket__by">{}:</span>{}',
            ((names.get(who, who), text) for who, text in run.alts),
        )
        note = format_html('<span class="govuk-visually-hidden">{} </span>', _("not agreed:"))
        return format_html('<span class="app-bracket">{}{}</span>', note, alts or run.text)
    words = _("inserted by %(side)s:") if run.kind == "ins" else _("deleted by %(side)s:")
    said = words % {"side": names.get(run.side, run.side) or "–"}
    other = "" if not run.side or run.side == own else f" app-{run.kind}--other"
    return format_html('<{0} class="app-{0}{1}"><span class="govuk-visually-hidden">{2} </span>{3}</{0}>', run.kind, other, said, run.text)
