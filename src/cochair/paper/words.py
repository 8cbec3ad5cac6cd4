"""The closed list of words that Cochair itself prints on papers, and dates in words: English, Russian, Hindi.

Kept here and not taken from a locale library, because every byte of an original must be the same on both Sides' machines in thirty years.
Forms are chosen so that names from the data never need to be inflected: each stands on a line of its own.
"""

from cochair.kit.errors import Rejected

WORDS: dict[str, dict[str, str]] = {
    "protocol": {"en": "Protocol", "ru": "Протокол", "hi": "प्रोटोकॉल"},
    "agreed-minutes": {"en": "Agreed Minutes", "ru": "Согласованный протокол", "hi": "सहमत कार्यवृत्त"},
    "final-act": {"en": "Final Act", "ru": "Заключительный акт", "hi": "अंतिम अधिनियम"},
    "memorandum": {"en": "Memorandum", "ru": "Меморандум", "hi": "ज्ञापन"},
    "correction": {"en": "Correction", "ru": "Исправление", "hi": "शुद्धिपत्र"},
    "original": {"en": "Original", "ru": "Экземпляр", "hi": "मूल प्रति"},
    "session": {"en": "{} session", "ru": "{} заседание", "hi": "{} सत्र"},
    "marks": {"en": "Marks of the record", "ru": "Отметки записи", "hi": "अभिलेख के चिह्न"},
    "room": {"en": "Room", "ru": "Запись", "hi": "अभिलेख"},
    "slot": {"en": "Act", "ru": "Действие", "hi": "कार्य"},
    "head": {"en": "Head", "ru": "Вершина", "hi": "शीर्ष"},
    "specimen": {
        "en": "SPECIMEN · not an instrument of any state",
        "ru": "ОБРАЗЕЦ · не документ какого-либо государства",
        "hi": "नमूना · किसी भी राज्य का दस्तावेज़ नहीं",
    },
    "cover": {"en": "Signing list", "ru": "Лист подписания", "hi": "हस्ताक्षर सूची"},
    "signs": {"en": "signs here", "ru": "подписывает здесь", "hi": "यहाँ हस्ताक्षर"},
    "page": {"en": "Page", "ru": "Страница", "hi": "पृष्ठ"},
    "place_left": {"en": "left column", "ru": "левая колонка", "hi": "बायाँ स्तंभ"},
    "place_right": {"en": "right column", "ru": "правая колонка", "hi": "दायाँ स्तंभ"},
    "keeps": {"en": "Kept by", "ru": "Хранит", "hi": "रखने वाला पक्ष"},
    "pages": {"en": "Pages", "ru": "Страниц", "hi": "पृष्ठ संख्या"},
    "post": {"en": "Who signs", "ru": "Кто подписывает", "hi": "हस्ताक्षरकर्ता"},
    "where": {"en": "Where", "ru": "Где", "hi": "कहाँ"},
    "done": {"en": "Done", "ru": "Сделано", "hi": "हो गया"},
    "digest": {"en": "Digest of the file (SHA-256)", "ru": "Контрольная сумма файла (SHA-256)", "hi": "फ़ाइल का सार (SHA-256)"},
    "after": {
        "en": "After signing: scan every page of both originals; each Side attests the scan of its own original.",
        "ru": "После подписания: отсканируйте все страницы обоих экземпляров; каждая Сторона удостоверяет скан своего экземпляра.",
        "hi": "हस्ताक्षर के बाद: दोनों मूल प्रतियों के सभी पृष्ठ स्कैन करें; प्रत्येक पक्ष अपनी प्रति के स्कैन को प्रमाणित करता है।",
    },
    "brief": {"en": "Brief for the co-chair", "ru": "Справка сопредседателю", "hi": "सह-अध्यक्ष के लिए संक्षेप"},
    "internal": {
        "en": "Internal · never leaves this Side",
        "ru": "Внутренний документ · не передаётся другой Стороне",
        "hi": "आंतरिक · इस पक्ष के बाहर नहीं",
    },
    "next": {"en": "Next session", "ru": "Следующее заседание", "hi": "अगला सत्र"},
    "days": {"en": "{} days", "ru": "дней: {}", "hi": "{} दिन"},
    "decide": {"en": "Yours to decide", "ru": "Требует решения", "hi": "आपके निर्णय के लिए"},
    "brackets": {"en": "Open brackets", "ru": "Открытые скобки", "hi": "खुले कोष्ठक"},
    "ours": {"en": "Our wording", "ru": "Наша формулировка", "hi": "हमारे शब्द"},
    "theirs": {"en": "Their wording", "ru": "Их формулировка", "hi": "उनके शब्द"},
    "we_owe": {"en": "We owe", "ru": "За нами", "hi": "हमारी ओर से बाकी"},
    "they_owe": {"en": "They owe", "ru": "За ними", "hi": "उनकी ओर से बाकी"},
    "due": {"en": "by", "ru": "до", "hi": "तक"},
    "passed": {"en": "date passed", "ru": "срок прошёл", "hi": "तिथि बीत गई"},
    "press": {"en": "What the press asks", "ru": "О чём спрашивает пресса", "hi": "प्रेस के प्रश्न"},
    "nothing": {"en": "Nothing.", "ru": "Ничего.", "hi": "कुछ नहीं।"},
    "more": {"en": "and {} more in Cochair", "ru": "и ещё {} в Cochair", "hi": "और {} Cochair में"},
}

MONTHS = {
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    "ru": ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
    "hi": ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्तूबर", "नवंबर", "दिसंबर"],
}
_EN_TENS = {1: "st", 2: "nd", 3: "rd"}
_HI_ORDINALS = {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा"}


def word(key: str, lang: str) -> str:
    """One of the printed words. Raises Rejected for a language that papers are not printed in."""
    try:
        return WORDS[key][lang]
    except KeyError:
        raise Rejected(f"Papers cannot be printed in {lang}", "Use en, ru or hi, or add the language to the word list") from None


def ordinal(number: int, lang: str) -> str:
    """A positive number -> the ordinal that goes before "session" (11 -> 11th, 11-е, 11वाँ)."""
    match lang:
        case "en":
            return f"{number}{'th' if number // 10 % 10 == 1 else _EN_TENS.get(number % 10, 'th')}"
        case "ru":
            return f"{number}-е"
        case _:
            return _HI_ORDINALS.get(number, f"{number}वाँ")


def session(number: int, lang: str) -> str:
    """The line "11th session" in that language."""
    return word("session", lang).format(ordinal(number, lang))


def day(iso: str) -> tuple[int, int, int]:
    """``2025-08-06`` -> (2025, 8, 6). Raises Rejected."""
    from datetime import date

    try:
        parsed = date.fromisoformat(iso)
    except ValueError:
        raise Rejected(f"{iso!r} is not a date", "Write dates as 2025-08-06") from None
    return parsed.year, parsed.month, parsed.day


def dates(start: str, end: str, lang: str) -> str:
    """One day or a period in words: "6 August 2025", "5-6 августа 2025 г.", "30 июля - 1 августа 2025 г."."""
    (y1, m1, d1), (y2, m2, d2) = day(start), day(end)
    word("page", lang)  # an unknown language is refused with the plain sentence
    name1, name2 = MONTHS[lang][m1 - 1], MONTHS[lang][m2 - 1]
    tail = " г." if lang == "ru" else ""
    if (y1, m1, d1) == (y2, m2, d2):
        return f"{d1} {name1} {y1}{tail}"
    if (y1, m1) == (y2, m2):
        return f"{d1}–{d2} {name1} {y1}{tail}"
    if y1 == y2:
        return f"{d1} {name1} – {d2} {name2} {y1}{tail}"
    return f"{d1} {name1} {y1}{tail} – {d2} {name2} {y2}{tail}"
