"""The three public reports with everything changed that a report of another body would have different: states, cities, names, numbers, dates, matters.

If a rule were tied to these texts, its facts would be lost here. Offsets of the gold are carried over through the replacements.
"""

import re

from cochair.press.read import read
from cochair.press.reconcile import reconcile
from cochair.press.register import Register
from cochair.press.score import Gold, load_gold, score_readings
from tests.press.shared import GOLD, SEEDS, needs_shared

CHANGES = {
    "Russian Federation": "Republic of Belarus", "Russian": "Belarusian", "Russia": "Belarus", "Indian": "Vietnamese", "India": "Vietnam",
    "New Delhi": "Hanoi", "Moscow": "Brest", "Vanijya Bhawan": "Thang Long Palace", "MENAFN": "TESTWIRE",
    "Amardeep Singh Bhatia": "Nguyen Van Mau", "Alexey Gruzdev": "Ivan Obraztsov", "Aleksandr Fomin": "Pavel Primerov", "Vinay Kumar": "Tran Thi Vidu",
    "Fomin": "Primerov", "Ajit Doval": "Quang Tuong", "Doval": "Tuong", "Vladimir Putin": "Maksim Obrazets", "Putin": "Obrazets", "S. Jaishankar": "T. Phuong",
    "Jaishankar": "Phuong", "Sergey Lavrov": "Viktor Maketov", "Donald Trump": "Taro Yamada", "U.S. President": "Japanese Prime Minister",
    "Promotion of Industry and Internal Trade": "Protection of Forests and Rural Roads", "DPIIT": "DPFR",
    "Ministry of Commerce and Industry": "Ministry of Science and Technology", "Commerce Ministry": "Science Ministry",
    "Deputy Minister of Industry and Trade": "First Deputy Minister of Health", "Deputy Defence Minister": "Deputy Interior Minister",
    "Defence Ministry": "Interior Ministry", "National Security Adviser": "State Secretary", "Colonel General": "Major General",
    "Modernisation and Industrial Cooperation": "Health and Rural Development", "Modernization and Industrial Cooperation": "Health and Rural Development",
    "11th": "7th", "10th": "6th", "around 80": "about 45", "August 6": "March 12", "Aug 06, 2025": "Mar 12, 2025", "2025-08-07": "2025-03-13",
    "September 2024": "May 2023",
    "wind tunnel": "test bench", "piston engines": "gear pumps", "carbon fibre": "basalt wool", "carbon fiber": "basalt wool", "aluminium": "zinc",
    "fertilisers": "pesticides", "fertilizers": "pesticides", "coal gasification": "peat drying", "railway transport": "tramway transport", "railways": "tramways",
    "rare earth": "sea salt", "critical minerals": "white clays", "critical mineral": "white clay", "aerospace": "ceramic", "3D printing": "laser welding",
    "additive manufacturing": "powder pressing", "mining": "quarrying", "domain experts": "legal experts", "modernisation": "horticulture",
}  # fmt: skip
VALUES = {
    "IN": "VN",
    "RU": "BY",
    11: 7,
    10: 6,
    80: 45,
    "2025-08-06": "2025-03-12",
    "2025-08-07": "2025-03-13",
    "2025-08": "2025-03",
    "2024-09": "2023-05",
}
_ANY = re.compile("|".join(re.escape(old) for old in sorted(CHANGES, key=len, reverse=True)))


def changed(text):
    """text -> (text with the replacements, function from old offsets to new ones)."""
    pieces, moves, at, shift = [], [], 0, 0
    for match in _ANY.finditer(text):
        new = CHANGES[match[0]]
        pieces += [text[at : match.start()], new]
        at = match.end()
        moves.append((match.start(), match.end(), match.start() + shift, match.start() + shift + len(new)))
        shift += len(new) - len(match[0])
    pieces.append(text[at:])

    def move(offset):
        moved = offset
        for start, end, new_start, new_end in moves:
            if offset >= end:
                moved = offset + new_end - end
            elif offset >= start:
                return new_start if offset == start else new_end
        return moved

    return "".join(pieces), move


def _value(value):
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, bool) and value in VALUES:
        return VALUES[value]
    return _ANY.sub(lambda m: CHANGES[m[0]], value) if isinstance(value, str) and ":" not in value else value


def _fact(fact, move, text):
    spans = [{"start": move(s["start"]), "end": move(s["end"])} for s in fact["spans"]]
    for span in spans:
        span["text"] = text[span["start"] : span["end"]]
    return fact | {"spans": spans, "value": _value(fact["value"])} | ({"country": _value(fact["country"])} if "country" in fact else {})


def _perturbed():
    gold = load_gold(GOLD)
    register = [
        body | {"parties": [_value(p) for p in body["parties"]], "names": {"en": [changed(n)[0] for n in body["names"]["en"]]}}
        for body in gold.register
    ]
    texts, facts = {}, {}
    for key, entry in gold.files.items():
        text = (SEEDS / entry["file"]).read_bytes().decode()
        texts[key], move = changed(text)
        facts[key] = [_fact(fact, move, texts[key]) for fact in gold.facts[key]]
    return texts, Gold(files=gold.files, facts=facts), Register.from_json(register)


@needs_shared
def test_facts_follow_when_everything_particular_changes():
    texts, gold, register = _perturbed()
    result = score_readings({key: read(text, register, key) for key, text in texts.items()}, gold)
    assert not result.missed
    assert not result.wrong


@needs_shared
def test_reconciliation_follows_too():
    texts, _, register = _perturbed()
    rows = {row.fact: row.verdict for row in reconcile({key: read(text, register, key) for key, text in texts.items()})}
    expected = {
        "body": "same", "framework": "same", "session.ordinal": "same", "session.date": "same", "chair.VN": "same", "chair.BY": "same", "delegates.count": "same",
        "session.previous": "coarser", "subgroups": "silent", "document.status": "contradicts", "document.signers": "silent",
        "engagement:primerov-vidu": "silent", "engagement:tuong-brest-2025-03": "silent", "engagement:tuong-brest-2023-05": "silent",
        "engagement:phuong-brest-2025-03": "silent",
        # areas that no list knows are lined up by their words
        "topic:test_bench": "differs", "topic:basalt_wool": "differs", "topic:zinc": "same",
    }  # fmt: skip
    assert {fact: rows.get(fact) for fact in expected} == expected
