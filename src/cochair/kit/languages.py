"""Languages by BCP 47 tags, and what the program knows of each: its names, its script, how its reader sees it.

Only the tags in `LANGUAGES` may stand in a record. A tag fixes one script: a text in that language is written in it, besides Latin terms.
"""

from typing import NamedTuple

from cochair.kit.errors import Rejected


class Language(NamedTuple):
    """One language. ``script`` is an ISO 15924 code."""

    tag: str
    script: str
    own_name: str
    english: str
    russian: str
    rtl: bool = False


_ALL = (
    Language("en", "Latn", "English", "English", "английский"),
    Language("ru", "Cyrl", "русский", "Russian", "русский"),
    Language("hi", "Deva", "हिन्दी", "Hindi", "хинди"),
    Language("fr", "Latn", "français", "French", "французский"),
    Language("de", "Latn", "Deutsch", "German", "немецкий"),
    Language("es", "Latn", "español", "Spanish", "испанский"),
    Language("pt", "Latn", "português", "Portuguese", "португальский"),
    Language("ar", "Arab", "العربية", "Arabic", "арабский", rtl=True),
    Language("zh", "Hans", "中文", "Chinese", "китайский"),
    Language("uk", "Cyrl", "українська", "Ukrainian", "украинский"),
    Language("be", "Cyrl", "беларуская", "Belarusian", "белорусский"),
    Language("kk", "Cyrl", "қазақ тілі", "Kazakh", "казахский"),
)
LANGUAGES = {language.tag: language for language in _ALL}


def language(tag: str) -> Language:
    """The language of a tag; raises `Rejected` on one that the program does not know."""
    found = LANGUAGES.get(tag)
    if found is None:
        raise Rejected("{tag!r} is no language that the program knows", "Use one of {known}", tag=tag[:40], known=", ".join(LANGUAGES))
    return found
