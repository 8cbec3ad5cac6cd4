"""Text safety: what may be typed into a joint text, and what a reader must be warned of.

`clean` refuses what nobody can see: every control, format, private-use and unassigned code point except newline. The joiners ZWJ and ZWNJ stand only
between letters of one Indic or Arabic-script word, where they are spelling. Tab becomes a space, CR and CR LF a newline.
`check` warns of what one reads as something else, code by code (`Finding.code`):
- ``mixed-script``: a word with letters of two scripts.
- ``look-alike``: a word wholly in another script than the text's language, each letter of which looks like one of that script ("сор" in English).
- ``letter-in-number``: digits and letters that look like digits ("1О млн"), or digits of two numeral systems.
- ``foreign-letter``: a letter of the right script that the language does not write, or a letter-like symbol.
- ``invisible``: a blank that shows nothing or parts lines without a newline; a mark on no letter.
- ``spelling``: Devanagari vowels built of two signs, which look like one letter and are another text.
`look_alike` compares two proposals. Nothing here is part of the fold: the Unicode tables are the interpreter's. Used where *our* Side types;
what another Side has logged is kept and shown with its findings.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from cochair.kit.errors import Rejected
from cochair.kit.languages import LANGUAGES

_REFUSED = {"Cc", "Cf", "Co", "Cn", "Cs"}
_JOINERS = "\u200c\u200d"
_JOINING = {
    "ARABIC",
    "SYRIAC",
    "BENGALI",
    "DEVANAGARI",
    "GUJARATI",
    "GURMUKHI",
    "KANNADA",
    "MALAYALAM",
    "ORIYA",
    "SINHALA",
    "TAMIL",
    "TELUGU",
}
_SCRIPTS = _JOINING | {
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARMENIAN",
    "GEORGIAN",
    "HEBREW",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "THAI",
    "TIBETAN",
}
_SCRIPT_OF_CODE = {"Latn": "LATIN", "Cyrl": "CYRILLIC", "Deva": "DEVANAGARI", "Arab": "ARABIC", "Hans": "CJK"}
_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA"}  # one word of Japanese
_ORDINARY = set("ªºµʼʹ")  # letters by category, signs by use

# Which character of the second row each of the first is taken for. Both rows of a pair are of the same length.
_LOOK_ALIKES = (
    ("АВСЕҮНІЈКМОРԚЅТԜХҮУаеорсухіјѕԁһԛԝӏүҺг", "ABCEYHIJKMOPQSTWXYYaeopcyxijsdhqwlyhr"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυχικγ", "ABEZHIKMNOPTYXavopuxiky"),
    ("ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıȷℓ", "ABCDEGHIJKLMNOPRSTUVWYZagijl"),
)
_TO_LATIN = {ord(one): other for row in _LOOK_ALIKES for one, other in zip(*row, strict=True)}
_TAKEN_FOR = {"LATIN": frozenset(map(chr, _TO_LATIN)), "CYRILLIC": frozenset(_LOOK_ALIKES[0][1]), "GREEK": frozenset(_LOOK_ALIKES[1][1])}
_DIGIT_LIKE = set("OoОоΟοlIІіӀӏЗзЭƷҘб")
_SKELETON = _TO_LATIN | {ord(one): other for one, other in zip("0О1lI|ЗЭ", "OOlllll33", strict=False)}

_ALPHABETS = {
    "en": "abcdefghijklmnopqrstuvwxyzàâäáãåæçéèêëíîïìñóôöòõøœúùûüýÿßšžčćłńśźżğşı",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
}
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0dff\u200c\u200d])*")
_BLANKS = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2028\u2029\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_STRAY_MARK = re.compile(r"(?:^|(?<=[\s]))[\u0300-\u036f\u0900-\u0903\u093a-\u093c\u093e-\u094f]")
_TWO_SIGNS = re.compile(r"[\u0904-\u0914][\u093a\u093b\u093e-\u094c\u094e\u094f]|[\u093e-\u094c]{2,}|(?<=[\u0900-\u0963])[|]")


class Finding(NamedTuple):
    """One warning about ``text[start:end]``."""

    code: str
    start: int
    end: int
    what: str


def clean(text: str) -> str:
    """``text`` with tabs and line ends normalised; raises `Rejected` on a character that must not be in a joint text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if text.replace("\n", "").isprintable():  # all that is refused is not
        return text
    for place, char in enumerate(text):
        if char == "\n" or unicodedata.category(char) not in _REFUSED:
            continue
        if char in _JOINERS and _joins(text, place):
            continue
        name = unicodedata.name(char, "a character without a name")
        raise Rejected(
            "Character {place} is {code} ({name}), which cannot be seen",
            "Delete it and type the word again",
            place=place + 1,
            code=f"U+{ord(char):04X}",
            name=name,
        )
    return text


def _joins(text: str, place: int) -> bool:
    if not 0 < place < len(text) - 1:
        return False
    before, behind = script(text[place - 1]), script(text[place + 1])
    return before == behind and before in _JOINING


@lru_cache(4096)
def script(char: str) -> str:
    """Script of a letter or mark by its Unicode name (``LATIN``, ``CYRILLIC``, …); ``""`` for anything else."""
    if unicodedata.category(char)[0] not in "LM" or char in _ORDINARY:
        return ""
    word = unicodedata.name(char, "").split(" ")[0]
    return "" if word in {"COMBINING", "MODIFIER"} else word


def check(text: str, lang: str | None = None) -> list[Finding]:
    """The warnings about a text, in its order; with its language (a known tag) also those that depend on it."""
    own = _SCRIPT_OF_CODE[LANGUAGES[lang].script] if lang in LANGUAGES else None
    findings = [Finding("invisible", match.start(), match.end(), _code(match[0])) for match in _BLANKS.finditer(text)]
    findings += [
        Finding("invisible", match.start(), match.end(), f"a mark on no letter: {_code(match[0])}") for match in _STRAY_MARK.finditer(text)
    ]
    findings += [Finding("spelling", match.start(), match.end(), match[0]) for match in _TWO_SIGNS.finditer(text)]
    for match in _WORD.finditer(text):
        found = (_known_word if match.end() - match.start() < 50 else _check_word)(match[0], own, lang or "")
        if found:
            findings.append(Finding(found[0], match.start(), match.end(), found[1]))
    return sorted(findings, key=lambda finding: (finding.start, finding.end, finding.code))


def _check_word(word: str, own: str | None, lang: str) -> tuple[str, str] | None:
    if word.isascii() and own in {None, "LATIN"} and not _reads_as_number(word):
        return None
    scripts = {script(char) for char in word} - {""}
    if _reads_as_number(word):
        return "letter-in-number", f"{word}: a letter stands where a digit is read"
    if len({_zero_of(char) for char in word if char.isdecimal()}) > 1:
        return "letter-in-number", f"{word}: digits of two numeral systems"
    if len(scripts - _TOGETHER) + bool(scripts & _TOGETHER) > 1:
        return "mixed-script", f"{word}: letters of {' and '.join(sorted(scripts)).title()}"
    unusual = next((char for char in word if script(char) and script(char) not in _SCRIPTS), None)
    if unusual is not None:
        return "foreign-letter", f"{word}: {_code(unusual)}"
    if own is None or not scripts:
        return None
    if own not in scripts:
        letters = {char for char in word if script(char)}
        taken = _TAKEN_FOR["CYRILLIC"] if own == "CYRILLIC" else _TAKEN_FOR["LATIN"] if own == "LATIN" else frozenset()
        return ("look-alike", f"{word}: {min(scripts).title()} letters that look like {own.title()}") if letters <= taken else None
    alphabet = _ALPHABETS.get(lang)
    strange = next((char for char in word if alphabet and script(char) and char.lower() not in alphabet and not _is_mark(char)), None)
    return None if strange is None else ("foreign-letter", f"{word}: {_code(strange)}")


_known_word = lru_cache(1 << 14)(_check_word)
"""The words of a text are the same in each draft of it and on each page that shows it."""


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _reads_as_number(word: str) -> bool:
    """Whether a word of digits and digit-like letters has both."""
    digits = sum(char.isdecimal() for char in word)
    return 0 < digits < len(word) and all(char.isdecimal() or char in _DIGIT_LIKE for char in word)


def _zero_of(char: str) -> int:
    return ord(char) - unicodedata.decimal(char)


def _code(char: str) -> str:
    return f"U+{ord(char[0]):04X} {unicodedata.name(char[0], 'without a name')}"


def skeleton(text: str) -> str:
    """What a text looks like: compatibility forms resolved, look-alikes folded on one letter, runs of blanks one space."""
    folded = unicodedata.normalize("NFKC", text).translate(_SKELETON)
    return " ".join("".join(char for char in folded if unicodedata.category(char) not in _REFUSED or char == "\n").split())


def look_alike(one: str, other: str) -> bool:
    """Whether two different texts look the same: two proposals that a reader would take for one."""
    return one != other and skeleton(one) == skeleton(other)
