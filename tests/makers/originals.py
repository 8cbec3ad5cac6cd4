"""A specimen instrument of two Sides in English, Russian and Hindi, acted by posts: what `paper` prints, signs and checks in tests."""

import hashlib
from functools import cache

from cochair.paper.model import Annex, Head, Instrument, Marks, Party, Provision, Signatory
from cochair.paper.render import Rendered, render_original


def paragraph(lang, words):
    return {"v": 1, "t": "paragraph", "lang": lang, "c": [words]}


def heading(lang, words, level=1):
    return {"v": 1, "t": "heading", "lang": lang, "level": level, "c": [words]}


def listed(lang, *items):
    return {"v": 1, "t": "list", "lang": lang, "ordered": True, "items": [[item] for item in items]}


def table(lang, *rows):
    return {"v": 1, "t": "table", "lang": lang, "head": True, "rows": [[[cell] for cell in row] for row in rows]}


NAMES = {
    "hi": {
        "name_in": "भारत गणराज्य",
        "name_ru": "रूसी संघ",
        "body_in": "आधुनिकीकरण और औद्योगिक सहयोग पर भारत-रूस कार्य समूह",
        "body_ru": "आधुनिकीकरण और औद्योगिक सहयोग पर रूस-भारत कार्य समूह",
        "place": "नई दिल्ली",
        "for_in": "भारतीय पक्ष की ओर से",
        "for_ru": "रूसी पक्ष की ओर से",
        "post": "कार्य समूह के सह-अध्यक्ष",
    },
    "ru": {
        "name_in": "Республика Индия",
        "name_ru": "Российская Федерация",
        "body_in": "Индийско-Российская рабочая группа по модернизации и промышленному сотрудничеству",
        "body_ru": "Российско-Индийская рабочая группа по модернизации и промышленному сотрудничеству",
        "place": "Нью-Дели",
        "for_in": "За Индийскую Сторону",
        "for_ru": "За Российскую Сторону",
        "post": "Сопредседатель Рабочей группы",
    },
    "en": {
        "name_in": "Republic of India",
        "name_ru": "Russian Federation",
        "body_in": "India-Russia Working Group on Modernisation and Industrial Cooperation",
        "body_ru": "Russia-India Working Group on Modernisation and Industrial Cooperation",
        "place": "New Delhi",
        "for_in": "For the Indian Side",
        "for_ru": "For the Russian Side",
        "post": "Co-chair of the Working Group",
    },
}
TEXTS = [
    (
        "",
        paragraph,
        {
            "en": "The specimen Working Group held its session in New Delhi on 6 August 2025. The delegations were led by the Co-chairs of both Sides, and the agenda was adopted as proposed.",
            "ru": "Рабочая группа (образец) провела заседание в Нью-Дели 6 августа 2025 г. Делегации возглавляли сопредседатели обеих Сторон, повестка дня была принята в предложенном виде.",
            "hi": "नमूना कार्य समूह का सत्र 6 अगस्त 2025 को नई दिल्ली में आयोजित हुआ। प्रतिनिधिमंडलों का नेतृत्व दोनों पक्षों के सह-अध्यक्षों ने किया और कार्यसूची प्रस्तावित रूप में स्वीकृत की गई।",
        },
    ),
    (
        "I",
        heading,
        {
            "en": "Review of progress since the last session",
            "ru": "Обзор хода работы после предыдущего заседания",
            "hi": "पिछले सत्र के बाद हुई प्रगति की समीक्षा",
        },
    ),
    (
        "1.",
        paragraph,
        {
            "en": "The Sides reviewed the progress made since the tenth session and welcomed cooperation in the field of aerospace science and technology, including a modernised wind tunnel facility and small aircraft piston engines. They noted that the financial and technical annexes of the first-stage agreement had been finalised.",
            "ru": "Стороны рассмотрели ход работы после десятого заседания и приветствовали сотрудничество в области авиационно-космической науки и технологий, включая модернизированную аэродинамическую трубу и малые авиационные поршневые двигатели. Они отметили, что финансово-экономические и научно-технические приложения к соглашению первого этапа согласованы.",
            "hi": "दोनों पक्षों ने दसवें सत्र के बाद हुई प्रगति की समीक्षा की और वांतरिक्ष विज्ञान एवं प्रौद्योगिकी के क्षेत्र में सहयोग का स्वागत किया, जिसमें आधुनिकीकृत वायु सुरंग और छोटे विमानों के पिस्टन इंजन शामिल हैं। उन्होंने ध्यान दिया कि प्रथम चरण के समझौते के वित्तीय और तकनीकी अनुलग्नकों को अंतिम रूप दे दिया गया है।",
        },
    ),
    (
        "2.",
        paragraph,
        {
            "en": "The Sides agreed to continue work on carbon fibre, additive manufacturing and 3D printing, rare earths and critical minerals, underground coal gasification, and modern industrial infrastructure, in accordance with the laws of both States.",
            "ru": "Стороны договорились продолжить работу по углеродному волокну, аддитивным технологиям и трёхмерной печати, редкоземельным и критически важным минералам, подземной газификации угля и современной промышленной инфраструктуре в соответствии с законодательством обоих государств.",
            "hi": "दोनों पक्ष कार्बन फ़ाइबर, योज्य विनिर्माण और त्रि-आयामी मुद्रण, दुर्लभ मृदा एवं महत्वपूर्ण खनिजों, भूमिगत कोयला गैसीकरण तथा आधुनिक औद्योगिक अवसंरचना पर दोनों राज्यों के क़ानूनों के अनुरूप कार्य जारी रखने पर सहमत हुए।",
        },
    ),
    (
        "3.",
        listed,
        {
            "en": (
                "to hold an expert meeting on railway transport in the first quarter of 2026;",
                "to exchange lists of enterprises that are ready to take part;",
                "to report on the results at the next session.",
            ),
            "ru": (
                "провести экспертную встречу по железнодорожному транспорту в первом квартале 2026 г.;",
                "обменяться перечнями предприятий, готовых принять участие;",
                "доложить о результатах на следующем заседании.",
            ),
            "hi": (
                "वर्ष 2026 की प्रथम तिमाही में रेल परिवहन पर विशेषज्ञ बैठक आयोजित करना;",
                "भाग लेने के इच्छुक उद्यमों की सूचियों का आदान-प्रदान करना;",
                "अगले सत्र में परिणामों पर रिपोर्ट प्रस्तुत करना।",
            ),
        },
    ),
    (
        "4.",
        table,
        {
            "en": (
                ("No.", "Project", "Stage", "Date"),
                ("1", "Modernised wind tunnel", "under way", "31 March 2026"),
                ("2", "Small aircraft piston engines", "discussed", "next session"),
                ("3", "Underground coal gasification pilot project", "explored", "next session"),
            ),
            "ru": (
                ("№", "Проект", "Стадия", "Срок"),
                ("1", "Модернизированная аэродинамическая труба", "выполняется", "31 марта 2026 г."),
                ("2", "Малые авиационные поршневые двигатели", "обсуждается", "следующее заседание"),
                ("3", "Опытный проект подземной газификации угля", "изучается", "следующее заседание"),
            ),
            "hi": (
                ("क्र.", "परियोजना", "चरण", "तिथि"),
                ("1", "आधुनिकीकृत वायु सुरंग", "प्रगति पर", "31 मार्च 2026"),
                ("2", "छोटे विमानों के पिस्टन इंजन", "चर्चा में", "अगला सत्र"),
                ("3", "भूमिगत कोयला गैसीकरण की प्रायोगिक परियोजना", "अध्ययन में", "अगला सत्र"),
            ),
        },
    ),
    ("II", heading, {"en": "Way forward", "ru": "Дальнейшие шаги", "hi": "आगे की राह"}),
    (
        "5.",
        paragraph,
        {
            "en": "The Sides agreed to hold the next session in Moscow. The dates will be settled by the secretaries through diplomatic channels.",
            "ru": "Стороны договорились провести следующее заседание в Москве. Сроки будут согласованы секретарями по дипломатическим каналам.",
            "hi": "दोनों पक्ष अगला सत्र मॉस्को में आयोजित करने पर सहमत हुए। तिथियाँ सचिवों द्वारा राजनयिक माध्यमों से तय की जाएँगी।",
        },
    ),
    (
        "",
        paragraph,
        {
            "en": "Done in New Delhi on 6 August 2025 in two originals, all texts being equally authentic.",
            "ru": "Совершено в Нью-Дели 6 августа 2025 г. в двух экземплярах, причём все тексты имеют одинаковую силу.",
            "hi": "नई दिल्ली में 6 अगस्त 2025 को दो मूल प्रतियों में संपन्न; सभी पाठ समान रूप से प्रामाणिक हैं।",
        },
    ),
]


def instrument(languages=("en", "ru"), *, layout="columns", repeat=1, provisions=None, annexes=(), specimen=True, last=""):
    """The specimen; ``repeat`` sets its text so many times, ``last`` is added to the very last paragraph."""

    def words(key):
        return {lang: NAMES[lang][key] for lang in languages}

    made = []
    for round_ in range(repeat):
        for i, (no, make, texts) in enumerate(TEXTS):
            tail = last if round_ == repeat - 1 and i == len(TEXTS) - 1 else ""
            made.append(
                Provision(
                    no=no,
                    texts={
                        lang: make(lang, *texts[lang]) if make in (listed, table) else make(lang, texts[lang] + tail) for lang in languages
                    },
                )
            )
    heads = tuple(Head(side, size, hashlib.sha256(side.encode()).hexdigest()) for side, size in (("IN", 214), ("RU", 198)))
    return Instrument(
        kind="protocol",
        bodies={"IN": words("body_in"), "RU": words("body_ru")},
        parties=(
            Party("IN", words("name_in"), ("hi", "en") if "hi" in languages else ("en",)),
            Party("RU", words("name_ru"), ("ru",)),
        ),
        languages=tuple(languages),
        places=words("place"),
        start="2025-08-06",
        end="2025-08-06",
        provisions=tuple(made) if provisions is None else tuple(provisions),
        signatories=(Signatory("IN", words("for_in"), words("post")), Signatory("RU", words("for_ru"), words("post"))),
        marks=Marks(room=hashlib.sha256(b"room").hexdigest(), slot="sign|IN/record/12|0", heads=heads),
        ordinals={"IN": 11, "RU": 11},
        layout=layout,
        annexes=tuple(annexes),
        specimen=specimen,
    )


def annex(languages):
    """An annex with one paragraph."""
    heads = {"en": "Annex 1", "ru": "Приложение 1", "hi": "अनुलग्नक 1"}
    titles = {"en": "List of meetings", "ru": "Перечень встреч", "hi": "बैठकों की सूची"}
    texts = {"en": "There are none yet.", "ru": "Встреч пока нет.", "hi": "अभी कोई बैठक नहीं है।"}
    return Annex(
        {lang: heads[lang] for lang in languages},
        {lang: titles[lang] for lang in languages},
        (Provision({lang: paragraph(lang, texts[lang]) for lang in languages}, "1."),),
    )


def original(holder="IN", languages=("en", "ru")) -> Rendered:
    """The holder's original of the specimen, made once."""
    return _original(holder, languages)


@cache
def _original(holder, languages):
    return render_original(instrument(languages), holder)
