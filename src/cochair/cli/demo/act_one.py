"""Act one: what three public reports say of one session, each cell with its place in the report, gaps visible; then where they differ.

Nothing of it enters any record: what a report says is a claim.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from cochair.cli.demo import html
from cochair.cli.demo.play import Play, Scene
from cochair.press import commands
from cochair.press.claims import Claim, Reading, Span
from cochair.press.reconcile import Row, reconcile
from cochair.press.topickeys import topic_keys

BESIDE = Path("..") / "shared" / "seeds"
FACTS = (
    ("Number of the session", "session.ordinal"),
    ("Date", "session.date"),
    ("City", "session.city"),
    ("Building", "session.venue"),
    ("The commission above it", "body.framework"),
    ("Co-chair, Indian side", "chair.IN"),
    ("Co-chair, Russian side", "chair.RU"),
    ("Number of delegates", "delegates.count"),
    ("Session before it", "session.previous"),
    ("Sub-groups that reported", "subgroup"),
    ("Protocol", "document"),
    ("Wind tunnel", "topic:wind_tunnel"),
    ("Small aircraft piston engines", "topic:piston_engines"),
    ("Carbon fibre", "topic:carbon_fibre"),
    ("Underground coal gasification", "topic:coal_gasification"),
)
UNSAID = (
    ("Languages of the protocol", r"\b(languages?|hindi text|russian text|authentic text)\b"),
    ("Agreed actions and their dates", r"\b(deadline|by \d{1,2} \w+ 20\d\d|action plan)\b"),
    ("Date of the next session", r"\b(next session|12th session)\b"),
    ("Delegates of each side", r"\b\d+ (indian|russian) delegates\b"),
)
"""What a record of a session has and a reader asks for, with the words by which a report would say it."""
WORDS = {
    "body": "Body", "framework": "Commission above it", "delegates.kind:experts": "Experts among the delegates", "session.previous": "Session before it",
    "document.status": "The protocol", "document.signers": "Who signed",
}  # fmt: skip
VERDICTS = {"contradicts": "contradicts", "differs": "differs", "silent": "one report alone", "coarser": "one says less", "same": "same"}


def sources() -> tuple[list[Path], str]:
    """The three reports beside the project, or those that come with the product, retold in its own words."""
    beside = sorted(BESIDE.glob("*.txt")) if BESIDE.is_dir() else []
    if len(beside) >= 3:
        return beside[:3], "three public reports of one day"
    return sorted(commands.samples()[0].glob("*.txt"))[:3], "three reports retold from public ones, as they come with the product"


def reports(play: Play) -> Scene:
    """One session as three reports tell it."""
    files, whence = sources()
    readings = commands.read_files(files)
    texts = [path.read_text("utf-8") for path in files]
    names = [f"Report {letter}" for letter in "ABC"]
    play.ids["readings"], play.ids["names"] = readings, names
    rows = [(label, *(_cell(_claims(fact, reading)) for reading in readings)) for label, fact in FACTS]
    gaps = [label for label, words in UNSAID if not any(re.search(words, text, re.IGNORECASE) for text in texts)]
    rows += [(label, *(html.tag("no report says") for _ in names)) for label in gaps]
    holes = sum(not _claims(fact, reading) for _, fact in FACTS for reading in readings)
    coverage = {kind: sum(reading.coverage[kind] for reading in readings) for kind in ("claim", "boilerplate", "not classified")}
    said = f"{coverage['claim']} sentences tell something, {coverage['boilerplate']} are boilerplate, {coverage['not classified']} could not be read"
    play.result["reports"] = [
        {"name": name, "title": _title(reading), "characters": reading.chars, "sentences": reading.coverage, "claims": len(reading.claims)}
        for name, reading in zip(names, readings, strict=True)
    ]
    play.expect("three reports of one session were read", len(readings), 3)
    play.expect("every report speaks of the 11th session", [c.value for r in readings for c in r.of("session.ordinal")[:1]], [11, 11, 11])
    play.expect("there are gaps, and they are shown", holes > 0 and bool(gaps))
    head = [
        "What one would want to know",
        *(html.join([name, html.Safe("<br>"), html.small(_title(r))]) for name, r in zip(names, readings, strict=True)),
    ]
    return Scene(
        "One session, as three reports tell it",
        (
            f"Before any record, there are only the newspapers. Here are {whence}, read sentence by sentence ({said}).",
            "Each cell repeats the report's own words and where they stand in it. An empty cell is a gap, and stays one: nothing is filled in from another report.",
        ),
        html.table("What the reports say", head, rows, specimen=False),
        act=1,
    )


def differences(play: Play) -> Scene:
    """Where the reports do not agree."""
    readings: list[Reading] = play.ids["readings"]
    names: list[str] = play.ids["names"]
    by = dict(zip([r.report for r in readings], names, strict=True))
    rows = reconcile(dict(zip(names, readings, strict=True)))
    apart = sorted((row for row in rows if row.verdict in ("contradicts", "differs")), key=lambda row: row.verdict)
    play.result["differences"] = [
        {"fact": row.fact, "verdict": row.verdict, "states": {name: _words(row, name, readings, names) for name in row.states}}
        for row in apart
    ]
    found = {row.fact: " ".join(_words(row, name, readings, names) for name in row.states) for row in apart}
    play.expect('"agreed to finalize" stands against "signed"', _has(found.get("document.status", ""), "agreed to finalize", "sign"))
    play.expect('"production" stands against "co-development"', _has(found.get("topic:piston_engines", ""), "production", "co-development"))
    table = html.table(
        "Where the reports differ",
        ["Fact", *names, "Verdict"],
        [
            (
                _label(row.fact),
                *(_words(row, name, readings, names) or html.small("says nothing") for name in names),
                html.tag(VERDICTS[row.verdict]),
            )
            for row in apart
        ],
        specimen=False,
    )
    agree = sum(row.verdict == "same" for row in rows)
    return Scene(
        "Where they differ",
        (
            (
                f"{agree} facts agree. {len(apart)} do not: one report lets the two governments still “agree to finalize” a protocol that the others call signed, and even says both; one "
                "has aircraft engines produced where another has them developed together."
            ),
            f"The program does not decide who is right among {', '.join(sorted(by.values()))}. It shows the words. Only the two governments could say, and that is what the rest of this play is about.",
        ),
        table,
        act=1,
    )


def _has(text: str, *words: str) -> bool:
    return all(word.lower() in text.lower() for word in words)


def _title(reading: Reading) -> str:
    found = reading.of("doc.headline")
    return found[0].spans[0].text if found else "no headline"


def _claims(fact: str, reading: Reading) -> list[Claim]:
    field, _, more = fact.partition(":")
    if field == "topic":
        return [claim for claim in reading.of("topic") if more in topic_keys(claim.value)]
    if field.startswith("chair."):
        return [claim for claim in reading.of("chair") if claim.value["side"] == field.removeprefix("chair.")][:1]
    found = reading.of(field)
    return found if field in ("subgroup", "document") else found[:1]


def _spans(claim: Claim) -> list[Span]:
    """The words of a claim with the words that give it its sense, in the order of the text."""
    more = [span for key in ("status_span", "cue", "unit_span", "office") if isinstance(span := claim.detail.get(key), Span)]
    return sorted([*claim.spans, *more], key=lambda span: span.start)


def _quote(claims: Sequence[Claim]) -> str:
    return "; ".join(dict.fromkeys(_together(_spans(claim)) for claim in claims))


def _together(spans: Sequence[Span]) -> str:
    """The words of spans in order; "…" where the report has words between them."""
    quote, end = "", -2
    for span in spans:
        if span.start >= end:
            quote += ("" if not quote else " " if span.start - end <= 1 else " … ") + span.text.strip()
            end = span.end
    return quote


def _cell(claims: Sequence[Claim]) -> html.Safe:
    if not claims:
        return html.small("says nothing")
    first = min(span.start for claim in claims for span in claim.spans)
    place = html.small(f"from character {first}{_meant(claims[0])}")
    return html.join([f"“{_quote(claims)}”", html.Safe("<br>"), place])


def _meant(claim: Claim) -> str:
    """What the words are taken to mean, where they do not say it themselves."""
    if claim.value is None:
        return "; not settled by the report"
    plain = isinstance(claim.value, str) and claim.field in ("session.date", "session.city")
    return f"; read as {claim.value}" if plain and claim.value not in claim.spans[0].text else ""


def _words(row: Row, name: str, readings: Sequence[Reading], names: Sequence[str]) -> str:
    """What a report says of a row's fact, in its own words."""
    if name not in row.states:
        return ""
    reading = readings[names.index(name)]
    field = {"document.status": "document", "body": "body.name", "framework": "body.framework"}.get(row.fact, row.fact)
    claims = _claims(field, reading)
    state = row.states[name]
    return f"“{_quote(claims)}”" if claims else str(state if not isinstance(state, list) else ", ".join(map(str, state)))


def _label(fact: str) -> str:
    if fact in WORDS:
        return WORDS[fact]
    return next((label for label, each in FACTS if each == fact), fact.partition(":")[2].replace("_", " ").capitalize() or fact)
