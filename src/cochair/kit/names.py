"""Names per language, e.g. ``{"en": "Mining", "ru": "Горное дело"}``: which one to show to a reader."""

from collections.abc import Mapping

_FALLBACKS = ("en", "ru", "hi")


def pick(names: Mapping[str, str], lang: str) -> str:
    """The name in ``lang``, else in English, Russian, Hindi, else the first by tag; ``""`` if there is none."""
    for tag in (lang, lang.split("-", maxsplit=1)[0], *_FALLBACKS, *sorted(names)):
        if names.get(tag):
            return names[tag]
    return ""
