"""What a machine can say about whether language versions agree: numbers, dates, names of the same form. Never whether they mean the same."""

from collections.abc import Mapping

from cochair.kit import numbers
from cochair.protocol.text import Text, plain


def differences(versions: Mapping[str, Text]) -> list[str]:
    """Texts of one provision by language -> what stands in one and not in another, in words; empty when nothing is seen."""
    found = numbers.differences({lang: plain(text) for lang, text in versions.items()})
    shapes = {lang: (text.kind, len(text.rows), len(text.rows[0])) for lang, text in versions.items()}
    out = [f"{each.figure} stands in {each.more} and not in {each.less}" for each in found]
    if len(set(shapes.values())) > 1:
        out.append(
            "The language versions have another form: "
            + ", ".join(f"{lang}: {kind} of {rows}" for lang, (kind, rows, _) in sorted(shapes.items()))
        )
    return out
