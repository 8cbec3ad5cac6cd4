"""A delegation list as a table, CSV or XLSX: what is written here is read here, in any of the languages of its headings.

One row a delegate. Columns: number in the order of precedence, role, kind, then for each language the name, honorific and organisation, the rank, the post, and
the post for which a designee sits. Nothing more is asked, and a column that is not known is an error, so that passport data, once in a file, does not get in.
Headings, roles and kinds are read in English, Russian or Hindi; a post by its title in any language. In CSV a cell that a spreadsheet would take for a formula is
written with an apostrophe in front, and read without it. Pure: bytes and rows, no node.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cochair.bodies.contents import Person
from cochair.kit.errors import CochairError, Rejected
from cochair.kit.text import clean
from cochair.meetings.contents import DelegateKind, Role
from cochair.paper.sandbox import run_limited

LIMIT = 2 * 1024 * 1024
ROWS, COLUMNS = 600, 60
_CELL = 300

_Names = Mapping[str, tuple[str, str, str]]
HEADINGS: _Names = {
    "order": ("No.", "№", "क्रम"),
    "role": ("Role", "Роль", "भूमिका"),
    "kind": ("Kind", "Категория", "श्रेणी"),
    "honorific": ("Honorific", "Обращение", "सम्बोधन"),
    "name": ("Name", "Имя", "नाम"),
    "organisation": ("Organisation", "Организация", "संगठन"),
    "rank": ("Rank", "Ранг", "पद श्रेणी"),
    "post": ("Post", "Должность", "पद"),
    "on_behalf_of": ("On behalf of", "За кого", "की ओर से"),
}
ROLES: _Names = {
    "head": ("Head", "Глава", "प्रमुख"),
    "deputy": ("Deputy head", "Заместитель главы", "उप प्रमुख"),
    "member": ("Member", "Член", "सदस्य"),
    "adviser": ("Adviser", "Советник", "सलाहकार"),
    "interpreter": ("Interpreter", "Переводчик", "दुभाषिया"),
    "secretary": ("Secretary", "Секретарь", "सचिव"),
    "observer": ("Observer", "Наблюдатель", "पर्यवेक्षक"),
}
KINDS: _Names = {
    "official": ("Official", "Должностное лицо", "अधिकारी"),
    "expert": ("Expert", "Эксперт", "विशेषज्ञ"),
    "industry": ("Industry", "Промышленность", "उद्योग"),
}
_WRITTEN_IN = ("en", "ru", "hi")
_BY_LANGUAGE = ("honorific", "name", "organisation")
_HEADING = re.compile(r"(.*?)\s*\[([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Line(NamedTuple):
    """One delegate. ``post`` and ``on_behalf_of`` are ids of posts, or ``None``."""

    order: int
    role: Role
    kind: DelegateKind
    person: Person
    post: str | None = None
    on_behalf_of: str | None = None


class Wrong(NamedTuple):
    """What is wrong in one row (as the spreadsheet counts, the headings are row 1), under which heading, and what to do."""

    row: int
    heading: str
    error: CochairError


class Sheet(NamedTuple):
    """A file as it was read: the rows that can be used, and what is wrong with others."""

    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...]


def write_csv(lines: Iterable[Line], posts: Mapping[str, Mapping[str, str]], languages: Sequence[str], lang: str) -> bytes:
    """The list as CSV that every spreadsheet opens: UTF-8 with its mark, commas. ``posts``: id -> title by language; ``lang``: of the headings."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([*map(_guarded, row)] for row in _table(lines, posts, languages, lang))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(lines: Iterable[Line], posts: Mapping[str, Mapping[str, str]], languages: Sequence[str], lang: str) -> bytes:
    """The same as a workbook, with roles, kinds and posts to choose from."""
    import xlsxwriter

    rows = _table(lines, posts, languages, lang)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, plain if number else head)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, len(rows[0]) - 1, 22)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        titles = [_title(each, lang) for each in posts.values()]
        last = len(rows[0]) - 1
        for column, choices in (
            (1, [_in(words, lang) for words in ROLES.values()]),
            (2, [_in(words, lang) for words in KINDS.values()]),
            (last - 1, titles),
            (last, titles),
        ):
            if choices and len(",".join(choices)) <= 255:  # what the format allows
                sheet.data_validation(1, column, ROWS, column, {"validate": "list", "source": choices, "error_type": "warning"})
    return out.getvalue()


def read(data: bytes, posts: Mapping[str, Mapping[str, str]]) -> Sheet:
    """Take a file apart. Raises `Rejected` if it is no table at all; what is wrong in a row is told with the row."""
    if len(data) > LIMIT:
        raise Rejected("The file is larger than 2 MB", "Leave pictures and other sheets out")
    rows = cells(data) if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0") else _csv_rows(data)
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not numbered:
        raise Rejected("The file is empty", "Save the list as it was given out, fill it in and bring it again")
    if len(numbered) > ROWS:
        raise Rejected("The list has more than {rows} rows", "Leave out what is not a delegate", rows=ROWS)
    (first, head), body = numbered[0], numbered[1:]
    columns, wrong = _columns(first, head)
    if wrong:
        return Sheet((), tuple(wrong))
    if not body:
        raise Rejected("The list has headings and no row", "Write each delegate into a row of its own")
    lines: list[Line] = []
    known = {_folded(title): post for post, titles in posts.items() for title in titles.values()}
    for place, (number, row) in enumerate(body, 1):
        line, found = _line(number, place, dict(zip(columns, [*row, *[""] * len(columns)], strict=False)), head, columns, known)
        wrong += found
        if line is not None:
            lines.append(line)
    return Sheet(tuple(lines), tuple(wrong))


def cells(data: bytes) -> list[list[str]]:
    """The first sheet of a workbook, taken apart in a child process with limits. Raises `Rejected`."""
    try:
        found: list[list[str]] = run_limited(workbook_cells, data)
    except CochairError:
        raise Rejected("The workbook is damaged, or too large", "Open it in a spreadsheet and save it as XLSX or CSV") from None
    return found


def warm() -> None:
    """What `workbook_cells` needs, imported before the child's files are closed."""
    import python_calamine  # noqa: F401  # only to have it in memory


def workbook_cells(data: bytes) -> list[list[str]]:
    """Text of each cell of the first sheet (XLSX, XLS, ODS); numbers as a person wrote them."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=ROWS + 2)
    return [[_plain(cell) for cell in row[:COLUMNS]] for row in rows]


def _plain(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _csv_rows(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected("The letters of the file cannot be read", "Save it as XLSX, or as CSV in UTF-8") from None
    if "\0" in text:
        raise Rejected("The file is no table", "Save it as XLSX, or as CSV in UTF-8")
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        raise Rejected("The file is no table", "Save it as XLSX, or as CSV in UTF-8") from None
    return [[_unguarded(" ".join(cell.split())) for cell in row[:COLUMNS]] for row in rows]


def _columns(number: int, head: Sequence[str]) -> tuple[list[tuple[str, str]], list[Wrong]]:
    """(field, language) of each column, ("", "") for one without heading."""
    columns: list[tuple[str, str]] = []
    wrong: list[Wrong] = []
    for heading in head:
        parted = _HEADING.fullmatch(heading)
        field, tag = _code(HEADINGS, parted[1] if parted else heading), parted[2].lower() if parted else ""
        if not heading:
            columns.append(("", ""))
        elif field is None or bool(tag) != (field in _BY_LANGUAGE):
            wrong.append(
                Wrong(
                    number,
                    heading,
                    Rejected("There is no column {heading!r} in a delegation list", "Take the column out", heading=heading[:60]),
                )
            )
        elif (field, tag) in columns:
            wrong.append(
                Wrong(number, heading, Rejected("The column {heading!r} stands twice", "Leave one of the two out", heading=heading[:60]))
            )
        else:
            columns.append((field, tag))
    if not wrong and not any(field == "name" for field, _ in columns):
        asked = Rejected("The list has no column of names", "Begin with the list as it is given out here")
        wrong.append(Wrong(number, head[0] if head else "", asked))
    return columns, wrong


def _line(
    number: int,
    place: int,
    row: Mapping[tuple[str, str], str],
    head: Sequence[str],
    columns: Sequence[tuple[str, str]],
    known: Mapping[str, str],
) -> tuple[Line | None, list[Wrong]]:
    wrong: list[Wrong] = []

    def refuse(column: tuple[str, str], error: CochairError) -> None:
        wrong.append(Wrong(number, head[columns.index(column)], error))

    words: dict[str, dict[str, str]] = {field: {} for field in _BY_LANGUAGE}
    for (field, tag), cell in row.items():
        if len(cell) > _CELL:
            refuse((field, tag), Rejected("The cell has more than {most} characters", "Shorten it", most=_CELL))
            continue
        try:
            clean(cell)
        except CochairError as error:
            refuse((field, tag), error)
            continue
        if cell and field in words:
            words[field][tag] = cell
    name = next(column for column in columns if column[0] == "name")
    if not words["name"] and not wrong:
        refuse(name, Rejected("The row has no name", "Write the name in at least one language, or empty the row"))
    order = row.get(("order", ""), "")
    if order and not (order.isdecimal() and len(order) < 6):
        refuse(
            ("order", ""),
            Rejected("{order!r} is no number in the order of precedence", "Write a number such as {place}", order=order[:20], place=place),
        )
        order = ""
    chosen: dict[str, Any] = {}
    for field, table, usual in (("role", ROLES, "member"), ("kind", KINDS, "official")):
        cell = row.get((field, ""), "")
        chosen[field] = _code(table, cell) if cell else usual
        if chosen[field] is None:
            among = ", ".join(names[0] for names in table.values())
            refuse((field, ""), Rejected("{cell!r} is not known here", "Write one of: {among}", cell=cell[:40], among=among))
    for field in ("post", "on_behalf_of"):
        cell = row.get((field, ""), "")
        chosen[field] = known.get(_folded(cell)) if cell else None
        if cell and chosen[field] is None:
            refuse(
                (field, ""),
                Rejected(
                    "Your Side has no post called {cell!r}", "Add the post on the page of the body, or empty the cell", cell=cell[:60]
                ),
            )
    if wrong:
        return None, wrong
    person = Person(words["name"], words["honorific"], row.get(("rank", "")) or None, words["organisation"])
    return Line(int(order or place), person=person, **chosen), []


def _table(lines: Iterable[Line], posts: Mapping[str, Mapping[str, str]], languages: Sequence[str], lang: str) -> list[list[str | int]]:
    head: list[str | int] = [_in(HEADINGS[field], lang) for field in ("order", "role", "kind")]
    pairs = [(field, tag) for tag in languages for field in _BY_LANGUAGE]
    head += [f"{_in(HEADINGS[field], lang)} [{tag}]" for field, tag in pairs]
    head += [_in(HEADINGS[field], lang) for field in ("rank", "post", "on_behalf_of")]
    rows = [head]
    for one in lines:
        row: list[str | int] = [one.order, _in(ROLES[one.role], lang), _in(KINDS[one.kind], lang)]
        row += [getattr(one.person, field).get(tag, "") for field, tag in pairs]
        row += [one.person.rank or "", *(_title(posts.get(post or "", {}), lang) for post in (one.post, one.on_behalf_of))]
        rows.append(row)
    return rows


def languages_of(lines: Iterable[Line], wanted: Sequence[str]) -> list[str]:
    """The languages that a table of these delegates needs: those wanted, then any other in which something is written."""
    said = [tag for one in lines for field in _BY_LANGUAGE for tag in getattr(one.person, field)]
    return list(dict.fromkeys((*wanted, *sorted(said))))


def _title(titles: Mapping[str, str], lang: str) -> str:
    return titles.get(lang) or titles.get("en") or next(iter(titles.values()), "")


def _in(words: tuple[str, str, str], lang: str) -> str:
    return words[_WRITTEN_IN.index(lang) if lang in _WRITTEN_IN else 0]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _code(table: _Names, text: str) -> str | None:
    """The code that a word stands for, in whichever language."""
    wanted = _folded(text)
    return next((code for code, words in table.items() if wanted in (code, *map(_folded, words))), None)


def _guarded(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith((*_FORMULA, "'")) else cell


def _unguarded(cell: str) -> str:
    return cell.removeprefix("'")
