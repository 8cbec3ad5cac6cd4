"""Reconciliation: the same facts in several reports side by side, and against the record.

Rules of this module:

- A row is one fact. ``states`` says what each report says, ``omits`` which reports are silent. Reports of different sessions (other body or other ordinal) are not to be given together.
- Verdict among the reports: ``silent`` only one states it; ``same`` they agree (spelling, wording, level of detail may differ and is named); ``coarser`` one leaves open what another
  settles; ``differs`` they say different things that can both be so; ``contradicts`` they cannot both be so, or one report contradicts itself.
- Topics are lined up, and their modes compared, by ``topickeys``. Among matters that all reports call merely potential, *project* says nothing of the mode.
- The record is a plain mapping of fact -> value; each report's verdict against it uses the same words, and ``silent`` where the record has nothing.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from cochair.press.claims import Claim, Reading
from cochair.press.datafiles import load
from cochair.press.tokens import stem, tokenize, words
from cochair.press.topickeys import SMALL, compare_modes, narrower, topic_keys

Verdict = str
TENTATIVE = frozenset({"potential", "explored", "emerging"})
_INDUSTRY = frozenset({"industry", "business", "private", "company", "commercial", "corporate", "entrepreneur", "enterprise"})


class Row(msgspec.Struct):
    """One fact: what each report states, who omits it, verdict among reports, kind of difference, and the record beside it."""

    fact: str
    states: dict[str, Any]
    omits: list[str]
    verdict: Verdict
    difference: str | None = None
    record: Any = None
    against_record: dict[str, Verdict] = {}

    def to_json(self) -> dict[str, Any]:
        """-> JSON."""
        out: dict[str, Any] = msgspec.to_builtins(self)
        return out


def _row(fact: str, states: dict[str, Any], reports: list[str], verdict: Verdict, difference: str | None = None) -> Row:
    if len(states) == 1 and verdict != "contradicts":
        verdict, difference = "silent", None
    return Row(fact, states, [r for r in reports if r not in states], verdict, difference)


def _same_text(texts: list[str]) -> str | None:
    """Texts of one meaning -> None, "spelling_variant" or "wording"."""
    if len(set(texts)) < 2:
        return None
    return "spelling_variant" if len({words(t) for t in texts}) == 1 else "wording"


class _Reports:
    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self.readings = readings
        self.keys = list(readings)

    def of(self, field: str) -> dict[str, list[Claim]]:
        return {key: found for key, reading in self.readings.items() if (found := reading.of(field))}

    # facts with one value

    def single(self, fact: str, field: str) -> list[Row]:
        found = self.of(field)
        if not found:
            return []
        values = {key: [c.value for c in claims] for key, claims in found.items()}
        states = {key: _one(vals) for key, vals in values.items()}
        known = [v for vals in values.values() for v in vals if v is not None]
        if field == "session.city" and _one_city_in_two_scripts(found):
            verdict = "same"
        elif len({repr(v) for v in known}) > 1:
            verdict = "contradicts"
        elif any(v is None for v in states.values()) and known:
            verdict = "same" if field == "session.date" and self._weekdays_fit(found, known[0]) else "coarser"
        else:
            verdict = "same"
        texts = [c.spans[0].text for claims in found.values() for c in claims[:1]]
        difference = (
            _same_text(texts) if field.startswith("body") and verdict == "same" else "granularity" if verdict == "coarser" else None
        )
        return [_row(fact, states, self.keys, verdict, difference)]

    def _weekdays_fit(self, found: dict[str, list[Claim]], known: str) -> bool:
        from datetime import date

        codes = [c.detail.get("weekday") for claims in found.values() for c in claims if c.value is None]
        day = date.fromisoformat(known[:10]).isoweekday()
        return all(code == ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day - 1] for code in codes)

    def chairs(self) -> list[Row]:
        sides = {c.value["side"] for claims in self.of("chair").values() for c in claims if c.value["side"]}
        rows = []
        for side in sorted(sides):
            found = {key: [c for c in claims if c.value["side"] == side] for key, claims in self.of("chair").items()}
            found = {key: claims for key, claims in found.items() if claims}
            names = {key: claims[0].value["person"] for key, claims in found.items()}
            verdict = "same" if _names_fit(list(names.values())) else "contradicts"
            offices = {c[0].detail["office"].text for c in found.values() if "office" in c[0].detail}
            rows.append(
                _row(f"chair.{side}", names, self.keys, verdict, "office: " + " / ".join(sorted(offices)) if len(offices) > 1 else None)
            )
        return rows

    def count(self) -> list[Row]:
        found = self.of("delegates.count")
        if not found:
            return []
        states = {key: {"value": c[0].value, "approximate": bool(c[0].detail.get("approximate"))} for key, c in found.items()}
        values = {s["value"] for s in states.values()}
        loose = any(s["approximate"] for s in states.values())
        verdict = "same" if len(values) == 1 else "differs" if loose and max(values) <= 1.1 * min(values) else "contradicts"
        return [_row("delegates.count", states, self.keys, verdict)]

    # kinds of delegates

    def kinds(self) -> list[Row]:
        groups: dict[str, dict[str, Claim]] = {}
        for key, claims in self.of("delegates.kind").items():
            for claim in claims:
                groups.setdefault(_kind(claim.spans[0].text), {}).setdefault(key, claim)
        rows = []
        for kind, found in groups.items():
            texts = {key: c.spans[0].text for key, c in found.items()}
            rests = [_modifiers(t) for t in texts.values()]
            if len(set(texts.values())) == 1:
                verdict, difference = "same", None
            elif kind == "industry" or any(a <= b or b <= a for a in rests for b in rests if a is not b):
                verdict, difference = "same", "wording"
            else:
                verdict, difference = "differs", None
            rows.append(_row(f"delegates.kind:{kind}", texts, self.keys, verdict, difference))
        return rows

    def subgroups(self) -> list[Row]:
        found = self.of("subgroup")
        if not found:
            return []
        states = {key: [c.value for c in claims] for key, claims in found.items()}
        sets = [{words(v) for v in vals} for vals in states.values()]
        full = set.union(*sets)
        verdict = "same" if all(s == full for s in sets) else "coarser" if any(s == full for s in sets) else "differs"
        return [_row("subgroups", states, self.keys, verdict)]

    # documents

    def documents(self) -> list[Row]:
        found = self.of("document")
        if not found:
            return []
        kinds = [c.value["type"] for claims in found.values() for c in claims]
        main = max(dict.fromkeys(kinds), key=kinds.count)
        own = {key: [c for c in claims if c.value["type"] == main] for key, claims in found.items()}
        statuses = {key: list(dict.fromkeys(c.value["status"] for c in claims)) for key, claims in own.items() if claims}
        verdict = "same" if len({s for vals in statuses.values() for s in vals}) == 1 else "contradicts"
        rows = [_row("document.status", {key: _one(vals) for key, vals in statuses.items()}, self.keys, verdict)]
        signers = {}
        for key, claims in own.items():
            chairs = {c.value["person"] for c in self.readings[key].of("chair")}
            persons = [
                p
                for c in claims
                if c.value["status"] == "signed"
                for s in c.detail.get("signers", ())
                for p in s["resolves_to"]
                if len(p) > 2 or p in chairs
            ]
            if persons:
                signers[key] = list(dict.fromkeys(persons))
        if signers:
            verdict = "same" if len({tuple(sorted(v)) for v in signers.values()}) == 1 else "differs"
            rows.append(_row("document.signers", signers, self.keys, verdict))
        return rows

    # topics

    def topics(self) -> list[Row]:
        groups: dict[str, dict[str, list[Claim]]] = {}
        for key, claims in self.of("topic").items():
            for claim in claims:
                for label in topic_keys(claim.value):
                    groups.setdefault(label, {}).setdefault(key, []).append(claim)
        return [self._topic(label, found) for label, found in _merge(groups).items()]

    def _topic(self, label: str, found: dict[str, list[Claim]]) -> Row:
        states = {key: _one([_told(c) for c in claims]) for key, claims in found.items()}
        modes = {key: _modes(claims) for key, claims in found.items()}
        tentative = all(c.detail.get("stage") in TENTATIVE for claims in found.values() for c in claims)
        if tentative:
            modes = {key: own - {"joint_project"} for key, own in modes.items()}
        verdict = compare_modes([frozenset(own) for own in modes.values()])
        texts = [c.value for claims in found.values() for c in claims[:1]]
        difference = None
        if verdict == "same":
            difference = _same_text(texts)
            difference = "granularity" if difference == "wording" else difference
        return _row(f"topic:{label}", states, self.keys, verdict, difference)

    # voices and engagements

    def quotations(self) -> list[Row]:
        groups: dict[str, dict[str, Any]] = {}
        for key, reading in self.readings.items():
            session = [e.spans[0] for e in reading.of("engagement")]
            for claim in reading.of("quotation"):
                if session and claim.spans[0].start > session[0].start:  # words of another engagement
                    continue
                speaker = claim.detail.get("speaker")
                name = speaker["span"].text if speaker else "unknown"
                groups.setdefault("_".join(w for w in words(name) if w != "the" and w.isalnum()), {}).setdefault(key, claim.spans[0].text)
        return [
            _row(f"quotation:{name}", states, self.keys, "same" if len(set(states.values())) == 1 else "differs")
            for name, states in groups.items()
        ]

    def engagements(self) -> list[Row]:
        groups: dict[str, dict[str, Any]] = {}
        for key, reading in self.readings.items():
            published = next((c.value for c in reading.of("doc.published") if c.value), None)
            for claim in reading.of("engagement"):
                groups.setdefault(engagement_key(claim, published), {})[key] = claim.value
        rows = []
        for name, states in groups.items():
            statuses = {s["status"] for s in states.values()}
            rows.append(_row(f"engagement:{name}", states, self.keys, "same" if len(statuses) == 1 else "differs"))
        return rows


def _one_city_in_two_scripts(found: dict[str, list[Claim]]) -> bool:
    """Ташкент and Tashkent: names in different scripts of one state exclude nothing; two names in one script do."""
    claims = [c for own in found.values() for c in own]
    latin, other = ({c.value for c in claims if str(c.value).isascii() is flag} for flag in (True, False))
    return len(latin) == len(other) == 1 and len({c.detail.get("country") for c in claims}) == 1


def _one(values: list[Any]) -> Any:
    distinct = [v for i, v in enumerate(values) if v not in values[:i]]
    return distinct[0] if len(distinct) == 1 else distinct


def _names_fit(names: list[str]) -> bool:
    """Do all names mean one person? The surname must agree (one letter apart is a spelling), and a first name must not exclude the other."""
    from rapidfuzz.distance import Levenshtein

    def fits(one: str, two: str) -> bool:
        a, b = one.lower().replace(".", "").split(), two.lower().replace(".", "").split()
        if not a or not b:
            return False
        near = Levenshtein.distance(a[-1], b[-1]) <= (1 if min(len(a[-1]), len(b[-1])) < 6 else 2)
        return near and (len(a) == 1 or len(b) == 1 or a[0][0] == b[0][0])

    return all(fits(names[0], other) for other in names[1:])


def _kind(text: str) -> str:
    heads = load("en")["kindhead"]
    folds = [t.fold for t in tokenize(text)]
    for i in range(len(folds)):
        for size in (2, 1):
            found = heads.get(" ".join(folds[i : i + size]))
            if found in {"representatives", "members"}:
                return "industry" if any(stem(f) in _INDUSTRY for f in folds) else str(found)
            if found:
                return str(found)
    return "others"


def _modifiers(text: str) -> frozenset[str]:
    heads = load("en")["kindhead"]
    return frozenset(stem(t.text) for t in tokenize(text) if t.fold not in heads and t.fold not in SMALL)


def _told(claim: Claim) -> str:
    modes = claim.detail.get("modes") or []
    value = str(claim.value)
    return value + (" / " + ", ".join(modes) if modes else "") + (f" ({claim.detail['stage']})" if claim.detail.get("stage") else "")


def _merge(groups: dict[str, dict[str, list[Claim]]]) -> dict[str, dict[str, list[Claim]]]:
    """An area that no report has together with a narrower one joins it; so does a topic of unknown area whose words hold those of another."""
    out = dict(groups)
    for label in list(groups):
        below = [other for other in out if other != label and narrower(label, other)]
        below = [other for other in below if not set(out[other]) & set(out[label])]
        if len(below) == 1:
            target = out[below[0]]
            for key, claims in out.pop(label).items():
                target.setdefault(key, []).extend(claims)
    return out


def _modes(claims: list[Claim]) -> set[str]:
    return {m for c in claims for m in c.detail.get("modes") or []}


def engagement_key(claim: Claim, published: str | None) -> str:
    """Engagement -> "fomin-kumar" for a meeting, "doval-moscow-2025-08" for a visit; a visit under way takes the month of publication."""
    value = claim.value
    surnames = [p.split()[-1].lower() for p in value["persons"]]
    if value["kind"] == "meeting":
        return "-".join(surnames)
    month = (value["date"] or (published if value["status"] == "ongoing" else None) or "")[:7]
    return "-".join(x for x in (surnames[0], (value["place"] or "").lower().replace(" ", "_"), month) if x)


def _verdict(stated: Any, held: Any) -> Verdict:
    """One report's value, the record's value -> verdict."""
    if held is None:
        return "silent"
    if stated is None or (isinstance(held, list) and isinstance(stated, list) and set(map(str, stated)) < set(map(str, held))):
        return "coarser"
    if isinstance(stated, list) and not isinstance(held, list):
        return "same" if all(_verdict(s, held) == "same" for s in stated) else "contradicts"
    if isinstance(stated, dict) and "value" in stated:
        number = held["value"] if isinstance(held, dict) else held
        if stated["value"] == number:
            return "same"
        if not isinstance(number, int):
            return "contradicts"
        return "differs" if stated.get("approximate") and abs(stated["value"] - number) <= 0.1 * number else "contradicts"
    if isinstance(stated, str) and isinstance(held, str):
        return "same" if words(stated) == words(held) else "contradicts"
    return "same" if stated == held else "contradicts"


def reconcile(readings: Mapping[str, Reading] | list[Reading], record: Mapping[str, Any] | None = None) -> list[Row]:
    """Readings of one session (by report key, or a list), facts of the record -> rows, one a fact.

    ``record`` maps the names of rows (``session.date``, ``chair.IN``, ``document.status``, ``topic:railway``...) to values; for a topic the value is {"modes": [...]}.
    """
    if isinstance(readings, list):
        readings = {reading.report: reading for reading in readings}
    reports = _Reports(readings)
    rows = [
        *reports.single("body", "body.name"), *reports.single("framework", "body.framework"), *reports.single("session.ordinal", "session.ordinal"),
        *reports.single("session.date", "session.date"), *reports.single("session.city", "session.city"), *reports.single("session.venue", "session.venue"),
        *reports.chairs(), *reports.count(), *reports.kinds(), *reports.single("session.previous", "session.previous"), *reports.subgroups(),
        *reports.documents(), *reports.topics(), *reports.quotations(), *reports.engagements(),
    ]  # fmt: skip
    for row in rows:
        if record is not None:
            row.record = record.get(row.fact)
            row.against_record = {key: _against(reports, row, key, row.record) for key in row.states}
    return rows


def _against(reports: _Reports, row: Row, key: str, held: Any) -> Verdict:
    if row.fact.startswith("topic:") and isinstance(held, dict):
        label = row.fact.split(":", 1)[1]
        own = [
            c
            for c in reports.readings[key].of("topic")
            if label in topic_keys(c.value) or any(narrower(k, label) for k in topic_keys(c.value))
        ]
        return compare_modes([frozenset(_modes(own)), frozenset(held.get("modes", ()))])
    stated = row.states[key]
    if row.fact.startswith("chair.") and isinstance(stated, str) and isinstance(held, str):
        return "same" if _names_fit([stated, held]) else "contradicts"
    return _verdict(stated, held)
