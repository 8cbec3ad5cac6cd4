"""A delegation list goes out as CSV and XLSX and comes back the same; what is wrong is told row by row."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from cochair.bodies.contents import Person
from cochair.kit.errors import CochairError, Rejected
from cochair.meetings import sheet
from cochair.meetings.contents import Member
from cochair.meetings.sheet import Line

POSTS = {
    "IN/record/3": {"en": "Co-chair, SPECIMEN", "ru": "Сопредседатель, ОБРАЗЕЦ"},
    "IN/record/4": {"en": "Executive secretary, SPECIMEN"},
}
LANGUAGES = ("en", "ru", "hi")
LINES = (
    Line(
        1,
        "head",
        "official",
        Person({"en": "SPECIMEN One", "hi": "नमूना एक"}, {"en": "Shri"}, "1", {"en": "SPECIMEN Ministry"}),
        "IN/record/3",
    ),
    Line(2, "adviser", "expert", Person({"en": 'SPECIMEN "Two", Ltd; a\u00a0b', "ru": "ОБРАЗЕЦ Два"}), None, "IN/record/4"),
    Line(3, "member", "industry", Person({"ru": "ОБРАЗЕЦ Три"}, {}, None, {"ru": "Завод № 1"})),
)
EN = "No.,Role,Kind,Name [en]\r\n"


def texts():
    letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"), max_codepoint=0xFFFF)
    return st.text(letters, min_size=1, max_size=12)


def people():
    lines = st.dictionaries(st.sampled_from(LANGUAGES), texts(), max_size=3)
    return st.builds(Person, st.dictionaries(st.sampled_from(LANGUAGES), texts(), min_size=1), lines, st.none() | texts(), lines)


def lists():
    posts = st.none() | st.sampled_from(list(POSTS))
    line = st.builds(
        Line, st.integers(1, 99999), st.sampled_from(list(sheet.ROLES)), st.sampled_from(list(sheet.KINDS)), people(), posts, posts
    )
    return st.lists(line, min_size=1, max_size=5).map(tuple)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("write", [sheet.write_csv, sheet.write_xlsx])
def test_what_goes_out_comes_back(write, lang):
    assert sheet.read(write(LINES, POSTS, LANGUAGES, lang), POSTS) == (tuple(_spaced(LINES)), ())


def _spaced(lines):
    """A cell has single spaces: what a spreadsheet shows is what is meant."""
    for line in lines:
        name = {tag: " ".join(text.split()) for tag, text in line.person.name.items()}
        yield line._replace(person=structs.replace(line.person, name=name))


@settings(max_examples=60)
@given(lists(), st.sampled_from(LANGUAGES))
def test_any_list_comes_back_from_csv(lines, lang):
    from cochair.kit.text import clean

    for line in lines:  # letters that no joint text may hold are refused, and tested elsewhere
        for field in ("name", "honorific", "organisation"):
            for text in getattr(line.person, field).values():
                try:
                    clean(text)
                except CochairError:
                    return
    found = sheet.read(sheet.write_csv(lines, POSTS, LANGUAGES, lang), POSTS)
    assert found.wrong == ()
    assert found.lines == lines


def test_the_columns_are_what_the_record_holds_and_no_more():
    member = {one.name for one in structs.fields(Member)} - {"person"}
    person = {one.name for one in structs.fields(Person)} - {"v"}
    assert set(sheet.HEADINGS) == member | person


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_other_spreadsheets_save_is_read(mark, encoding):
    data = f"№{mark}Роль{mark}Имя [ru]\r\n{mark}глава{mark}ОБРАЗЕЦ Один\r\n\r\n7{mark}{mark}ОБРАЗЕЦ Два\r\n".encode(encoding)
    found = sheet.read(data, {})
    assert found.wrong == ()
    assert [(line.order, line.role, line.person.name) for line in found.lines] == [
        (1, "head", {"ru": "ОБРАЗЕЦ Один"}),
        (7, "member", {"ru": "ОБРАЗЕЦ Два"}),
    ]


@pytest.mark.parametrize("text", ["=1+2", "+7 495", "-x", "@home", "'quoted'", "\u2212x"])
def test_no_cell_is_a_formula(text):
    lines = (Line(1, "head", "official", Person({"en": text})),)
    data = sheet.write_csv(lines, {}, ("en",), "en")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in data.decode("utf-8-sig").split("\r\n")[1].split(","))
    assert sheet.read(data, {}).lines == lines
    book = sheet.write_xlsx(lines, {}, ("en",), "en")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")
    assert sheet.read(book, {}).lines == lines


@pytest.mark.parametrize(
    ("row", "heading", "says"),
    [
        ("x,Member,Official,SPECIMEN A", "No.", "is no number"),
        ("1,King,Official,SPECIMEN A", "Role", "'King' is not known here"),
        ("1,Head,Robot,SPECIMEN A", "Kind", "Write one of: Official, Expert, Industry"),
        ("1,Head,Official,", "Name [en]", "The row has no name"),
        ("1,Head,Official," + "x" * 301, "Name [en]", "more than 300 characters"),
        ("1,Head,Official,a\u202eb", "Name [en]", "cannot be seen"),
    ],
)
def test_a_wrong_row_is_told_with_its_number_and_heading(row, heading, says):
    found = sheet.read((EN + "1,Head,Official,SPECIMEN B\r\n" + row + "\r\n").encode(), POSTS)
    assert len(found.lines) == 1
    [wrong] = found.wrong
    assert (wrong.row, wrong.heading) == (3, heading)
    assert says in str(wrong.error)


def test_a_post_is_named_by_its_title_in_any_language():
    data = "Name [en],Post\r\nSPECIMEN A,сопредседатель, ОБРАЗЕЦ\r\n".replace("сопредседатель, ОБРАЗЕЦ", '"сопредседатель, ОБРАЗЕЦ"')
    assert sheet.read(data.encode(), POSTS).lines[0].post == "IN/record/3"
    [wrong] = sheet.read(b"Name [en],Post\r\nSPECIMEN A,King\r\n", POSTS).wrong
    assert "has no post called 'King'" in str(wrong.error)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("Name [en],Passport", "There is no column 'Passport'"),
        ("Name [en],Date of birth", "There is no column"),
        ("Name", "There is no column 'Name'"),
        ("Role [en],Name [en]", "There is no column 'Role [en]'"),
        ("Name [en],name [EN]", "stands twice"),
        ("No.,Role", "no column of names"),
    ],
)
def test_a_wrong_heading_refuses_the_list(head, says):
    found = sheet.read(f"{head}\r\nx,x\r\n".encode(), POSTS)
    assert found.lines == ()
    assert says in str(found.wrong[0].error)
    assert found.wrong[0].row == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\r\n,,\r\n", "empty"),
        (EN.encode(), "no row"),
        (b"PK\x03\x04 no workbook", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        ("Имя [ru]\r\nОБРАЗЕЦ\r\n".encode("cp1251"), "cannot be read"),
        (b"a\0b", "no table"),
        (b"x" * (sheet.LIMIT + 1), "larger than 2 MB"),
        (EN.encode() + b"1,Head,Official,SPECIMEN A\r\n" * 601, "more than 600 rows"),
        (b'Name [en]\r\n"' + b"x" * 200_000, "no table"),
    ],
)
def test_what_is_no_list_is_refused_with_the_next_step(data, says):
    with pytest.raises(Rejected) as caught:
        sheet.read(data, POSTS)
    assert says in str(caught.value)
    assert caught.value.next_step


def test_a_workbook_that_unpacks_without_end_is_refused():
    out = io.BytesIO()
    good = sheet.write_xlsx(LINES, POSTS, LANGUAGES, "en")
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            data = source.read(name)
            bomb.writestr(name, data if name != "xl/sharedStrings.xml" else b"<sst>" + b"<si><t>x</t></si>" * 24_000_000)
    with pytest.raises(Rejected):
        sheet.read(out.getvalue(), POSTS)
