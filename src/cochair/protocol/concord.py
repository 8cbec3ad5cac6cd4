"""What a machine can say about whether language versions agree: numbers, dates and form. Never whether they mean the same."""

import re
from collections.abc import Mapping

from cochair.kit import numbers
from cochair.protocol.text import Text, plain

_POINT = ("en", "hi", "zh")
"""Languages that write decimals with a point; in the others a point between digits parts the levels of a printed number."""
_TWO = re.compile(r"(?<![\d.,])(\d+)\.(\d+)(?![\d.]*\d)")
_MORE = re.compile(r"(?<![\d.,])\d+(?:\.\d+){2,}(?![\d])")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")


def differences(versions: Mapping[str, Text]) -> list[str]:
    """Texts of one provision by language -> what stands in one and not in another, in words; empty when nothing is seen."""
    found = numbers.differences({lang: _references(plain(text), lang) for lang, text in versions.items()})
    out = [f"{each.figure} stands in {each.more} and not in {each.less}" for each in found]
    forms = {lang: f"{text.kind} of {len(text.rows)} × {len(text.rows[0])}" for lang, text in sorted(versions.items())}
    if len(set(forms.values())) > 1:
        out.append("The language versions have another form: " + ", ".join(f"{lang}: {form}" for lang, form in forms.items()))
    return out


def _references(text: str, lang: str) -> str:
    """Printed numbers such as 12.8 and 12.8.1 written so that every language reads them alike; a date stays a date."""
    text = _MORE.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else found[0].replace(".", " "), text)
    return text if lang.split("-", maxsplit=1)[0] in _POINT else _TWO.sub(r"\1,\2", text)
