"""Scoring of readings against a gold file.

Rules of this module (the gold's own):

- A fact is *found* when a claim of its field has the right value, the right scored keys (``SCORED``), and a span that overlaps one of the fact's.
  Keys that the fact lists under ``lenient`` are not scored; a key that is absent equals an empty one.
- A claim that repeats a value of the gold elsewhere in the same report is neutral; any other claim of the fields in the gold's vocabulary that matches no fact is *wrong*
  and counts against precision. Kinds of claim outside that vocabulary are listed, not scored.
- A row of reconciliation is found when a row of the same fact has the same verdict and the same reports left silent.
"""

from pathlib import Path
from typing import Any

import msgspec

from cochair.kit.errors import Rejected
from cochair.press.claims import FIELDS, Claim, Reading
from cochair.press.reconcile import Row, reconcile
from cochair.press.register import Register

SCORED = ("modes", "stage", "country", "approximate", "weekday", "hedged", "anaphor", "anonymous", "deictic")
TEXTS = ("office", "side_span", "unit_span", "status_span", "date_span", "place_span")


class Gold(msgspec.Struct):
    """A gold file: texts by report key, facts by report key, rows, register of bodies."""

    files: dict[str, dict[str, Any]]
    facts: dict[str, list[dict[str, Any]]]
    reconciliation: list[dict[str, Any]] = []
    register: list[dict[str, Any]] = []


class FieldScore(msgspec.Struct):
    """Counts of one field: facts in the gold, found, and wrong claims."""

    gold: int = 0
    found: int = 0
    wrong: int = 0


class Score(msgspec.Struct):
    """Result of scoring one folder. ``missed`` and ``wrong`` say what, one line each."""

    facts: int
    facts_found: int
    rows: int
    rows_found: int
    precision: float
    fields: dict[str, FieldScore]
    missed: list[str]
    wrong: list[str]
    rows_missed: list[str]
    details: int
    details_found: int
    details_missed: list[str]
    other_kinds: dict[str, int]
    coverage: dict[str, dict[str, int]]

    @property
    def recall(self) -> float:
        """-> found facts / facts."""
        return self.facts_found / self.facts if self.facts else 1.0

    @property
    def f1(self) -> float:
        """-> harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_json(self) -> dict[str, Any]:
        """-> JSON for the command line."""
        out: dict[str, Any] = msgspec.to_builtins(self)
        return out | {"recall": round(self.recall, 4), "precision": round(self.precision, 4), "f1": round(self.f1, 4)}


def load_gold(path: Path) -> Gold:
    """Gold file -> Gold. Raises Rejected when it is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Gold)
    except (OSError, ValueError, RecursionError) as fault:
        raise Rejected(
            f"{path.name} cannot be read as a gold file: {fault}", "Give a file in the form of docs/formats/press-claims.md"
        ) from None


def _overlaps(claim: Claim, fact: dict[str, Any]) -> bool:
    return any(s.start < g["end"] and g["start"] < s.end for s in claim.spans for g in fact["spans"])


def _same(claim: Claim, fact: dict[str, Any]) -> bool:
    lenient = fact.get("lenient", ())
    if claim.value != fact["value"]:
        return False
    return all(key in lenient or (claim.detail.get(key) or None) == (fact.get(key) or None) for key in SCORED)


def _text(value: Any) -> Any:
    return getattr(value, "text", value.get("text") if isinstance(value, dict) else value)


class _Tally:
    def __init__(self) -> None:
        self.fields: dict[str, FieldScore] = {}
        self.missed: list[str] = []
        self.wrong: list[str] = []
        self.details = self.details_found = 0
        self.details_missed: list[str] = []
        self.others: dict[str, int] = {}

    def report(self, key: str, reading: Reading, facts: list[dict[str, Any]]) -> None:
        used: set[int] = set()
        for fact in facts:
            line = self.fields.setdefault(fact["field"], FieldScore())
            line.gold += 1
            match = next(
                (c for c in reading.claims if id(c) not in used and c.field == fact["field"] and _overlaps(c, fact) and _same(c, fact)),
                None,
            )
            if match is None:
                self.missed.append(
                    f"{key} {fact['field']} {fact['value']!r} at {fact['spans'][0]['start']}: {fact['spans'][0]['text'][:60]!r}"
                )
                continue
            used.add(id(match))
            line.found += 1
            self._details(key, match, fact)
        for claim in reading.claims:
            if claim.field not in FIELDS:
                self.others[claim.field] = self.others.get(claim.field, 0) + 1
            elif id(claim) not in used and not self._neutral(claim, facts):
                self.fields.setdefault(claim.field, FieldScore()).wrong += 1
                self.wrong.append(
                    f"{key} {claim.field} {claim.value!r} {claim.detail.get('modes', '')} at {claim.spans[0].start}: {claim.spans[0].text[:60]!r} ({claim.rule})"
                )

    def _neutral(self, claim: Claim, facts: list[dict[str, Any]]) -> bool:
        return any(
            f["field"] == claim.field and f["value"] == claim.value and (claim.value is not None or _overlaps(claim, f)) for f in facts
        )

    def _details(self, key: str, claim: Claim, fact: dict[str, Any]) -> None:
        for name in TEXTS:
            if name in fact:
                self.details += 1
                if _text(claim.detail.get(name)) == _text(fact[name]):
                    self.details_found += 1
                else:
                    self.details_missed.append(
                        f"{key} {fact['field']} {name}: {_text(claim.detail.get(name))!r}, gold {_text(fact[name])!r}"
                    )
        self.details += 1
        if any(s.start == g["start"] and s.end == g["end"] for s in claim.spans for g in fact["spans"]):
            self.details_found += 1
        else:
            self.details_missed.append(f"{key} {fact['field']} span: {claim.spans[0].text!r}, gold {fact['spans'][0]['text']!r}")


def score_readings(readings: dict[str, Reading], gold: Gold) -> Score:
    """Readings by the gold's report keys, gold -> Score."""
    tally = _Tally()
    for key, facts in gold.facts.items():
        tally.report(key, readings[key], facts)
    rows: dict[str, Row] = {row.fact: row for row in reconcile(readings)} if gold.reconciliation else {}
    rows_missed = []
    for wanted in gold.reconciliation:
        row = rows.get(wanted["fact"])
        if row is None or row.verdict != wanted["verdict"] or sorted(row.omits) != sorted(wanted["omits"]):
            seen = "no row" if row is None else f"{row.verdict}, omits {row.omits}, states {row.states}"
            rows_missed.append(f"{wanted['fact']}: {seen}; gold {wanted['verdict']}, omits {wanted['omits']}")
    facts_total = sum(f.gold for f in tally.fields.values())
    found = sum(f.found for f in tally.fields.values())
    wrong = sum(f.wrong for f in tally.fields.values())
    return Score(
        facts=facts_total, facts_found=found, rows=len(gold.reconciliation), rows_found=len(gold.reconciliation) - len(rows_missed),
        precision=found / (found + wrong) if found + wrong else 1.0, fields=dict(sorted(tally.fields.items())), missed=tally.missed, wrong=tally.wrong,
        rows_missed=rows_missed, details=tally.details, details_found=tally.details_found, details_missed=tally.details_missed,
        other_kinds=tally.others, coverage={key: reading.coverage for key, reading in readings.items()},
    )  # fmt: skip


def score(folder: Path, gold_path: Path) -> Score:
    """Folder of reports, gold file -> Score. The register comes with the gold. Raises CochairError for what cannot be read."""
    from cochair.press.read import read_bytes

    gold = load_gold(gold_path)
    register = Register.from_json(gold.register)
    readings = {}
    for key, entry in gold.files.items():
        try:
            data = (folder / entry["file"]).read_bytes()
        except OSError:
            raise Rejected(
                f"The gold names {entry['file']}, which is not in {folder.name}", "Give the folder that the gold was made for"
            ) from None
        readings[key] = read_bytes(data, register, report=key)
    return score_readings(readings, gold)
