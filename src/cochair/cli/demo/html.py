"""Pieces of the demonstration's pages: text is escaped here and nowhere else; classes are those of the product's own style sheet."""

from collections.abc import Iterable, Sequence
from html import escape

COLOURS = {
    "agreed": "green", "confirmed": "green", "done": "green", "accepted": "green", "same": "green", "signed": "green",
    "our account": "yellow", "corrected": "yellow", "in brackets": "yellow", "in progress": "teal", "standing task": "teal",
    "the Sides differ": "orange", "refused": "red", "contradicts": "red", "differs": "orange", "one report alone": "grey", "no report says": "grey",
}  # fmt: skip


class Safe(str):
    """Markup that is already escaped."""

    __slots__ = ()


def text(value: object) -> Safe:
    """Anything -> escaped text; markup made here stays."""
    return value if isinstance(value, Safe) else Safe(escape(str(value)))


def join(parts: Iterable[object], between: str = "") -> Safe:
    """Pieces put together."""
    return Safe(between.join(text(part) for part in parts))


def tag(word: str) -> Safe:
    """A state in words on a colour."""
    return Safe(f'<strong class="govuk-tag govuk-tag--{COLOURS.get(word, "grey")}">{escape(word)}</strong>')


def para(words: object, lang: str = "") -> Safe:
    """A paragraph."""
    said = f' lang="{lang}"' if lang else ""
    return Safe(f'<p class="govuk-body"{said}>{text(words)}</p>')


def heading(words: object) -> Safe:
    """A heading within a scene."""
    return Safe(f'<h3 class="govuk-heading-s">{text(words)}</h3>')


def small(words: object) -> Safe:
    """A note below or beside something."""
    return Safe(f'<small class="app-muted">{text(words)}</small>')


def table(caption: str, head: Sequence[object], rows: Iterable[Sequence[object]], *, specimen: bool = True) -> Safe:
    """A table whose first cell of each row names it. In act two every row is marked as a specimen."""
    more = ["Kind"] if specimen else []
    top = "".join(f'<th scope="col">{text(each)}</th>' for each in (*head, *more))
    body = "".join(
        "<tr>"
        f'<th scope="row">{text(row[0])}</th>'
        + "".join(f"<td>{text(each)}</td>" for each in row[1:])
        + (f"<td>{tag('SPECIMEN')}</td>" if specimen else "")
        + "</tr>"
        for row in rows
    )
    return Safe(
        f'<div class="app-scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}"><table class="app-table">'
        f'<caption class="govuk-visually-hidden">{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def pair(left: tuple[object, object, object], right: tuple[object, object, object]) -> Safe:
    """Two Sides beside each other: who, the words, a note; the reader's own first."""
    sides = "".join(
        f'<section class="app-pair__side"><p class="app-pair__who">{text(who)}</p><div class="app-pair__text">{text(words)}</div>'
        f'<p class="app-pair__foot">{text(foot)}</p></section>'
        for who, words, foot in (left, right)
    )
    return Safe(f'<div class="app-pair">{sides}</div>')


def notice(words: object, kind: str = "") -> Safe:
    """A notice."""
    more = f" app-notice--{kind}" if kind else ""
    return Safe(f'<div class="app-notice{more}"><p>{text(words)}</p></div>')


def figure(source: str, alt: str) -> Safe:
    """A picture."""
    return Safe(
        f'<figure class="demo-figure"><img src="{escape(source, quote=True)}" alt="{escape(alt, quote=True)}" loading="lazy"></figure>'
    )
