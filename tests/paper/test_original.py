"""Originals: the alternat, the same bytes everywhere, every sentence to be had back, nothing printed that is not whole."""

import hashlib
import io
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pikepdf
import pypdfium2
import pytest

from cochair.kit.errors import Rejected
from cochair.paper import fontset, typeset
from cochair.paper.layout import original_sheet
from cochair.paper.model import Provision
from cochair.paper.package import render_print_package
from cochair.paper.render import finish, render_original
from tests.makers.originals import NAMES, TEXTS, annex, instrument, original, paragraph

PAIRS = [(("en", "ru"), "RU"), (("hi", "ru"), "IN"), (("en", "hi", "ru"), "IN")]


def sentences(texts):
    return [s.strip() for text in texts for s in re.split(r"(?<=[.!?।;])\s+(?=[^\sa-zа-яё])", " ".join(text.split())) if s.strip()]


def extracted(pdf, tmp_path):
    """The words of a file as three tools give them."""
    file = tmp_path / "original.pdf"
    file.write_bytes(pdf)
    for options in ([], ["-raw"]):
        done = subprocess.run(["pdftotext", *options, str(file), "-"], capture_output=True, text=True, check=True)
        yield "pdftotext " + " ".join(options), " ".join(done.stdout.split())
    yield "pdfium", " ".join(" ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).split())


@pytest.mark.parametrize(("languages", "holder"), PAIRS)
def test_every_sentence_comes_back_from_the_file(languages, holder, tmp_path):
    data = instrument(languages, repeat=3, annexes=[annex(languages)])
    wanted = sentences(original_sheet(data, holder).texts)
    made = render_original(data, holder)
    assert made.pages >= 5
    for tool, words in extracted(made.pdf, tmp_path):
        assert [s for s in wanted if s not in words] == [], tool


def test_rare_syllables_and_long_paragraphs_come_back_too(tmp_path):
    rnd = random.Random(20250806)
    letters = [chr(c) for c in range(0x915, 0x93A) if c not in (0x929, 0x931, 0x934)]
    signs = ["", "ा", "ि", "ी", "ु", "ू", "ृ", "े", "ै", "ो", "ौ", "ॉ"]

    def syllable():
        body = rnd.choice(letters)
        body = rnd.choice([body, body, rnd.choice(letters) + "्" + body, "र्" + body, body + "्र"])
        return body + rnd.choice(signs) + rnd.choice(["", "", "ं", "ँ"])

    def word():
        return rnd.choice(["2025", "10,5 %", "AMD-7", "वर्ष", *("".join(syllable() for _ in range(rnd.randint(1, 5))) for _ in range(9))])

    def text():
        return " ".join(" ".join(word() for _ in range(rnd.randint(4, 22))) + "।" for _ in range(rnd.randint(1, 14)))

    ru = TEXTS[2][2]["ru"]
    provisions = [Provision({"hi": paragraph("hi", text()), "ru": paragraph("ru", ru)}, f"{i}.") for i in range(1, 25)]
    data = instrument(("hi", "ru"), provisions=provisions)
    wanted = [s for p in provisions for tree in p.texts.values() for s in sentences([tree["c"][0]])]
    made = render_original(data, "IN")
    assert len(wanted) > 150
    for tool, words in extracted(made.pdf, tmp_path):
        assert [s for s in wanted if s not in words] == [], tool


def test_the_text_layer_moves_nothing_on_the_page():
    sheet = original_sheet(instrument(("hi", "ru")), "IN")
    raw = typeset.compile_pdf("original.typ", sheet.data)
    done = finish(raw, sheet.texts, {"sign-IN": "IN", "sign-RU": "RU"}).pdf
    before, after = pypdfium2.PdfDocument(raw), pypdfium2.PdfDocument(done)
    assert len(before) == len(after) == 2
    for one, two in zip(before, after, strict=True):
        assert bytes(one.render(scale=2).buffer) == bytes(two.render(scale=2).buffer)


def test_a_page_that_says_something_else_is_refused():
    sheet = original_sheet(instrument(), "IN")
    raw = typeset.compile_pdf("original.typ", sheet.data)
    changed = [text.replace("wind tunnel", "wind turbine") for text in sheet.texts]
    with pytest.raises(Rejected, match="The page says"):
        finish(raw, changed, {"sign-IN": "IN", "sign-RU": "RU"})
    with pytest.raises(Rejected, match="texts"):
        finish(raw, sheet.texts[:-1], {"sign-IN": "IN", "sign-RU": "RU"})


def test_the_other_side_renders_the_same_bytes():
    code = "import sys; sys.path[:0] = ['.']\nfrom tests.makers.originals import original\nprint(original('RU', ('hi', 'ru')).digest)"
    for seed, zone in (("1", "Asia/Kolkata"), ("2", "Europe/Moscow")):
        env = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, cwd=Path(__file__).parents[2]
        )
        assert done.stdout.strip() == original("RU", ("hi", "ru")).digest


def test_digest_and_length_are_those_of_the_file():
    made = original()
    assert (made.digest, made.length) == (hashlib.sha256(made.pdf).hexdigest(), len(made.pdf))
    assert made.fonts == json.loads((fontset.FOLDER / "fonts.json").read_text())


def test_alternat_turns_names_languages_and_signatures_and_never_numbers():
    ours, theirs = (original_sheet(instrument(), side) for side in ("IN", "RU"))
    assert [c["lang"] for c in ours.data["blocks"][0]["cols"]] == ["en", "ru"]
    assert [c["lang"] for c in theirs.data["blocks"][0]["cols"]] == ["ru", "en"]
    sign = {side: next(b for b in sheet.data["blocks"] if b["k"] == "sign") for side, sheet in (("IN", ours), ("RU", theirs))}
    assert [c["field"] for c in sign["IN"]["cols"]] == ["sign-IN", "sign-RU"]
    assert [c["field"] for c in sign["RU"]["cols"]] == ["sign-RU", "sign-IN"]
    body = {
        side: next(line["s"] for line in sheet.data["blocks"][0]["cols"][0]["lines"] if line["style"] == "body")
        for side, sheet in (("IN", ours), ("RU", theirs))
    }
    assert body == {"IN": NAMES["en"]["body_in"], "RU": NAMES["ru"]["body_ru"]}

    def numbers(sheet):
        return [
            b["cols"][0]["blocks"][0]["labels"][0]["s"]
            for b in sheet.data["blocks"]
            if b["k"] == "row" and b["cols"][0]["blocks"][0]["labels"]
        ]

    assert numbers(ours) == numbers(theirs) == ["I", "1.", "2.", "3.", "II", "5."]


def test_the_place_of_honour_is_on_the_left():
    for holder, other in (("IN", "RU"), ("RU", "IN")):
        with pikepdf.open(io.BytesIO(original(holder).pdf)) as pdf:
            left = {str(f.T): float(f.Rect[0]) for f in pdf.Root.AcroForm.Fields}
        assert left[f"sign-{holder}"] < left[f"sign-{other}"]


def test_wording_that_names_the_parties_in_turn_follows_the_holder():
    both = {"en": paragraph("en", "India and Russia agree."), "ru": paragraph("ru", "Индия и Россия согласны.")}
    turned = {"en": paragraph("en", "Russia and India agree."), "ru": paragraph("ru", "Россия и Индия согласны.")}
    data = instrument(provisions=[Provision(both, "1.", alternat={"RU": turned})])
    assert "1. India and Russia agree." in original_sheet(data, "IN").texts
    assert "1. Russia and India agree." in original_sheet(data, "RU").texts


def test_the_file_is_tagged_archive_pdf_with_marks_and_without_programs(tmp_path):
    made = original()
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        meta = pdf.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "en"
        assert "/OutputIntents" in pdf.Root
        assert not {"/OpenAction", "/AA", "/Names"} & set(pdf.Root.keys())
        forms = [n for n in pdf.objects if isinstance(n, pikepdf.Dictionary) and n.get("/S") == "/Form"]
        assert sorted(str(f.Alt) for f in forms) == ["For the Indian Side", "For the Russian Side"]  # a screen reader finds the places
    words = dict(extracted(made.pdf, tmp_path))["pdftotext "]
    assert "SPECIMEN" in words
    for head in instrument().marks.heads:
        assert f"{head.size} · {head.root[:8]} {head.root[8:16]}" in words
    assert "sign | IN/record/12 | 0" in words


def test_every_page_of_a_specimen_says_so_and_no_page_of_another_does():
    for specimen in (True, False):
        made = render_original(instrument(repeat=2, specimen=specimen), "IN")
        pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made.pdf)]
        assert len(pages) > 2
        assert ["SPECIMEN" in page for page in pages] == [specimen] * len(pages)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"languages": ()}, "no language"),
        ({"languages": ("en", "ru", "hi")}, "in hi"),
        ({"places": {"en": "New Delhi"}}, "in ru"),
        ({"end": "6 August"}, "not a date"),
        ({"signatories": ()}, "0 signatories"),
        ({"bodies": {}}, "no name"),
        (
            {
                "provisions": (
                    Provision({"en": {"t": "paragraph", "c": [{"t": "bracket", "alts": {"IN": "a"}}]}, "ru": paragraph("ru", "б")}, "7."),
                )
            },
            "brackets",
        ),
        ({"provisions": (Provision({"en": paragraph("en", " "), "ru": paragraph("ru", "б")}, "7."),)}, "empty line"),
        ({"provisions": (Provision({"en": {"t": "list", "items": 3, "ordered": True}, "ru": paragraph("ru", "б")}, "7."),)}, "known form"),
        (
            {"provisions": (Provision({"en": {"t": "table", "rows": [["a"], ["b", "c"]]}, "ru": {"t": "table", "rows": [["a"]]}}, "7."),)},
            "different length",
        ),
    ],
)
def test_what_is_not_whole_is_not_printed(change, what):
    with pytest.raises(Rejected, match=what):
        render_original(msgspec.structs.replace(instrument(), **change), "IN")


def test_only_a_party_keeps_an_original():
    with pytest.raises(Rejected, match="not a party"):
        render_original(instrument(), "EU")


def test_a_text_cannot_speak_to_the_typesetter(tmp_path):
    hostile = '#read("/etc/passwd") $x$ *b* <l> @r \\u{41} // c /* d */ [e] ~ --- `f` #import "x"'
    data = instrument(provisions=[Provision({"en": paragraph("en", hostile), "ru": paragraph("ru", hostile)}, "1.")])
    for _, words in extracted(render_original(data, "IN").pdf, tmp_path):
        assert words.count(hostile) == 2


def test_a_changed_font_stops_the_work(tmp_path, monkeypatch):
    for file in fontset.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(fontset, "FOLDER", tmp_path)
    assert len(fontset.verified.__wrapped__()) == 10
    (tmp_path / "NotoSans-Regular.ttf").write_bytes(b"another")
    with pytest.raises(Rejected, match="NotoSans-Regular"):
        fontset.verified.__wrapped__()


def test_the_print_package_says_who_signs_where():
    package = render_print_package(instrument())
    assert {side: made.digest for side, made in package.originals.items()} == {side: original(side).digest for side in ("IN", "RU")}
    cover = " ".join(pypdfium2.PdfDocument(package.cover.pdf)[0].get_textpage().get_text_range().split())
    assert package.originals["IN"].digest in cover
    assert package.originals["RU"].digest in cover
    assert cover.count("For the Indian Side: Co-chair of the Working Group") == 2
    assert f"Page {package.originals['IN'].sign_page}, left column" in cover
