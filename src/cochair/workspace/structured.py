"""Forms made of the record's contents: one field a field of the struct, nested structs and lists as fieldsets, each language a field of its own.

Rules:
 1. A form never knows a kind: a new field of a content appears in it by itself. What it cannot ask for (digests, lists of papers) it keeps as it was.
 2. A list shows what there is and three empty rows; an empty row says nothing. "More rows" sends the page back with what was typed and five more.
 3. Text that may not be typed into a joint text (``kit.text``) is refused at its field. Papers are kept on the node only when the whole form is right.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from msgspec import inspect

from cochair.accounts.shown import language_name
from cochair.kit import text
from cochair.kit.errors import CochairError
from cochair.kit.languages import LANGUAGES
from cochair.record import fields as typed
from cochair.record.registry import Content
from cochair.workspace.names import Names, paper_text
from cochair.workspace.place import side_name
from cochair.workspace.words import code, field_name

LISTS = {
    "body": "bodies", "reports_to": "bodies", "previous": "sessions", "session": "sessions", "area": "areas", "project": "projects",
    "replaced_by": "actions", "action": "actions", "to": "actions",
}  # fmt: skip
WRITTEN = frozenset({"reason"})  # papers that are typed rather than attached
OFFERED = ("en", "ru")
PAPER_LIMIT = 20 * 2**20
BLANK, MORE = 3, 5


def _pattern(kind: Any) -> str:
    meta = get_args(kind)[1]
    return str(meta.pattern)


ID, DIGEST, SIDE, LANGUAGE, DAY = (_pattern(kind) for kind in (typed.Id, typed.Digest, typed.SideCode, typed.Language, typed.Day))


class Line(forms.CharField):
    """Text as it may stand in a joint text."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        try:
            return text.clean(found) if found else found
        except CochairError as error:
            raise ValidationError(_("This may not stand in a joint text: %(why)s") % {"why": error.what}) from None


class DayField(Line):
    """A day of the calendar, as 2026-02-28."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found:
            try:
                typed.day(found)
            except CochairError:
                raise ValidationError(_("Not a day of the calendar: write it as 2026-02-28")) from None
        return found


class Section(NamedTuple):
    """Fields that belong together: ``legend`` is "" for those of the content itself; ``row`` marks one row of a list."""

    legend: str
    names: list[str]
    row: bool = False


class ContentForm(forms.Form):
    """A form for one content. ``content(keep)`` gives the struct once the form is valid; ``keep`` stores the bytes of a paper and names it."""

    def __init__(self, kind: type[Content], names: Names, before: Content | None = None, **given: Any) -> None:
        """``before``: what the fields begin with. ``more``: the data of a form that only wants more rows. ``fixed``: fields that are not asked for."""
        more = given.pop("more", None)
        self._fixed: dict[str, Any] = given.pop("fixed", {})
        super().__init__(**given)
        self.kind, self.names = kind, names
        self.before: dict[str, Any] = msgspec.to_builtins(before) if before is not None else {}
        self.sections: list[Section] = []
        self._defaults: dict[str, Any] = {}
        self._rows: Mapping[str, Any] = more if more is not None else self.data
        self._add_rows = MORE if more is not None else 0
        self._struct(kind, "", self.before, Section("", []), hints=_hints(kind))
        if more is not None:
            for name, shown in self.fields.items():
                if not name.endswith("-rows"):
                    shown.initial = more.getlist(name) if isinstance(shown, forms.MultipleChoiceField) else more.get(name)

    def groups(self) -> Iterator[tuple[str, bool, list[forms.BoundField]]]:
        """(legend, whether it is a row of a list, fields) for the template."""
        for section in self.sections:
            if section.names:
                yield section.legend, section.row, [self[name] for name in section.names]

    @property
    def has_rows(self) -> bool:
        """Whether a list is in the form, so that more rows may be asked for."""
        return any(section.row for section in self.sections)

    # -- building -----------------------------------------------------------------------------------------------------------------------

    def _struct(self, kind: Any, prefix: str, value: Mapping[str, Any], section: Section, *, hints: Mapping[str, Any]) -> None:
        if section not in self.sections:
            self.sections.append(section)
        for one in _fields(kind):
            default = None if one.default is msgspec.NODEFAULT else one.default
            if not prefix and one.name in self._fixed:
                continue
            default = msgspec.to_builtins(default)
            present = value.get(one.name, default)
            self._field(
                _unwrapped(one.type),
                one.name,
                f"{prefix}{one.name}",
                present,
                section,
                _Asked(_required(one), hints.get(one.name), default, kind.__name__),
            )

    def _field(self, info: Any, name: str, path: str, value: Any, section: Section, asked: _Asked) -> None:
        label = field_name(name, asked.kind)
        if isinstance(info, inspect.StructType):
            inner = Section(f"{section.legend}: {label}" if section.row else label, section.names if section.row else [], section.row)
            self._struct(info.cls, f"{path}-", value or {}, section if section.row else inner, hints=_hints(info.cls))
        elif isinstance(info, inspect.VarTupleType) and isinstance(info.item_type, inspect.StructType):
            self._list(info.item_type.cls, name, path, value or [])
        elif isinstance(info, inspect.DictType):
            self._dict(info, name, path, value or {}, section, asked)
        elif (made := self._simple(info, name, value, asked)) is not None:
            made.label, made.initial = label, value
            self._defaults[path] = asked.default
            self._put(path, made, section)

    def _put(self, path: str, made: forms.Field, section: Section) -> None:
        self.fields[path] = made
        section.names.append(path)

    def _list(self, kind: Any, name: str, path: str, values: list[Any]) -> None:
        counter = f"{path}-rows"
        try:
            asked = min(int(self._rows.get(counter, 0)), 200)
        except (TypeError, ValueError):
            asked = 0
        count = (asked or len(values) + BLANK) + self._add_rows
        self.fields[counter] = forms.IntegerField(widget=forms.HiddenInput, initial=count, required=False)
        for row in range(count):
            section = Section(f"{field_name(name)}, {row + 1}", [], row=True)
            self._struct(kind, f"{path}-{row}-", values[row] if row < len(values) else {}, section, hints=_hints(kind))
            for field in section.names:
                self.fields[field].required = False

    def _dict(self, info: inspect.DictType, name: str, path: str, value: dict[str, Any], section: Section, asked: _Asked) -> None:
        for key, words in self._keys(info.key_type, value):
            label = f"{field_name(name)}, {words}"
            inner = info.value_type
            if isinstance(inner, inspect.DictType):
                for tag, language in self._keys(inner.key_type, value.get(key, {})):
                    found = value.get(key, {}).get(tag)
                    self._put(f"{path}-{key}-{tag}", self._line(inner.value_type, f"{label}, {language}", found), section)
            elif isinstance(inner, inspect.IntType):
                shown = forms.IntegerField(min_value=0, max_value=1_000_000, required=False, widget=forms.TextInput(attrs=_width(4)))
                shown.label, shown.initial = label, value.get(key)
                self._put(f"{path}-{key}", shown, section)
            elif isinstance(inner, inspect.StrType) and inner.pattern == DIGEST:
                paper = self._paper(name, value.get(key))
                paper.label = label
                self._put(f"{path}-{key}", paper, section)
            elif isinstance(inner, inspect.StrType):
                self._put(f"{path}-{key}", self._line(inner, label, value.get(key)), section)
        del asked

    def _keys(self, info: Any, value: Mapping[str, Any]) -> list[tuple[str, str]]:
        if info.pattern == SIDE:
            return [(side, side_name(side)) for side in dict.fromkeys((*self.names.place.sides, *value))]
        return [(tag, language_name(tag)) for tag in dict.fromkeys((*OFFERED, *value))]

    def _line(self, info: Any, label: str, value: Any) -> forms.Field:
        long = (info.max_length or 0) > 300
        widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
        return Line(label=label, max_length=info.max_length, required=False, initial=value, widget=widget)

    def _simple(self, info: Any, name: str, value: Any, asked: _Asked) -> forms.Field | None:
        if isinstance(info, inspect.BoolType):
            return forms.BooleanField(required=False)
        if isinstance(info, inspect.IntType):
            return forms.IntegerField(required=False, min_value=0, max_value=1_000_000, widget=forms.TextInput(attrs=_width(4)))
        if isinstance(info, inspect.LiteralType):
            return _choice([(one, code(one)) for one in _literals(asked.hint)], value, asked)
        if isinstance(info, inspect.VarTupleType) and getattr(info.item_type, "pattern", "") == SIDE:
            sides = [(side, side_name(side)) for side in self.names.place.sides]
            return forms.MultipleChoiceField(required=False, choices=sides, widget=forms.CheckboxSelectMultiple)
        return self._string(info, name, value, asked) if isinstance(info, inspect.StrType) else None

    def _string(self, info: inspect.StrType, name: str, value: Any, asked: _Asked) -> forms.Field | None:
        if info.pattern == DIGEST:
            return self._paper(name, value, needed=asked.required and not value) if name != "manifest" else None
        if info.pattern == ID:
            return _choice(self._things(name, value), value, asked)
        if info.pattern == SIDE:
            return _choice([(side, side_name(side)) for side in self.names.place.sides], value, asked)
        if info.pattern == LANGUAGE:
            return _choice([(tag, language_name(tag)) for tag in LANGUAGES], value, asked)
        if info.pattern == DAY:
            return DayField(required=asked.required, help_text=_("For example 2026-02-28"), widget=forms.TextInput(attrs=_width(10)))
        if info.pattern:
            shown = forms.RegexField(
                info.pattern.removeprefix(r"\A").removesuffix(r"\Z"), required=False, widget=forms.TextInput(attrs=_width(10))
            )
            if name == "quarter":
                shown.help_text = _("For example 2026-Q3")
                shown.error_messages["invalid"] = _("Not a quarter: write it as 2026-Q3")
            return shown
        return Line(required=asked.required, max_length=info.max_length, widget=forms.TextInput(attrs=_width(20)))

    def _things(self, name: str, value: Any) -> list[tuple[str, str]]:
        what = LISTS.get(name) or ("areas" if self.kind.__name__ == "Area" else "bodies")
        found = self.names.choices(what)
        return found if not value or value in dict(found) else [*found, (value, self.names.of(value))]

    def _paper(self, name: str, value: Any, *, needed: bool = False) -> forms.Field:
        if name in WRITTEN:
            shown: forms.Field = Line(required=needed, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
            return shown
        shown = forms.FileField(required=needed)
        shown.help_text = _("A paper is attached; choose a file to replace it") if value else ""
        return shown

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """A paper that was typed begins with its words, never with its name."""
        value = super().get_initial_for_field(field, field_name)
        if field_name.rpartition("-")[2] in WRITTEN and isinstance(value, str) and len(value) == 64:
            return paper_text(self.names.place, value)
        return value

    # -- reading ------------------------------------------------------------------------------------------------------------------------

    def content(self, keep: Callable[[bytes], str]) -> Content | None:
        """The struct, or None with an error on the form where its parts do not fit together."""
        try:
            return msgspec.convert(self._take_struct(self.kind, "", self.before, keep), self.kind)
        except msgspec.ValidationError as error:
            self.add_error(None, _("What was entered does not fit: %(why)s") % {"why": error})
            return None

    def _take_struct(self, kind: Any, prefix: str, before: Mapping[str, Any], keep: Callable[[bytes], str]) -> dict[str, Any]:
        out: dict[str, Any] = {} if prefix else dict(self._fixed)
        for one in _fields(kind):
            if not prefix and one.name in self._fixed:
                continue
            found = self._take(_unwrapped(one.type), one, f"{prefix}{one.name}", before.get(one.name), keep)
            if found is not None:
                out[one.encode_name] = found
        return out

    def _take(self, info: Any, one: inspect.Field, path: str, before: Any, keep: Callable[[bytes], str]) -> Any:
        data = self.cleaned_data
        if isinstance(info, inspect.StructType):
            return self._take_struct(info.cls, f"{path}-", before or {}, keep) or None
        if isinstance(info, inspect.VarTupleType) and isinstance(info.item_type, inspect.StructType):
            return self._take_rows(info.item_type.cls, path, before or [], keep)
        if isinstance(info, inspect.DictType):
            return self._take_dict(info, path, before or {}, keep)
        if path not in data:
            return before
        value = data[path]
        if getattr(info, "pattern", None) == DIGEST:
            return self._take_paper(path, value, before, keep)
        return None if value in ("", None) and not (isinstance(info, inspect.StrType) and one.required) else value

    def _take_paper(self, path: str, value: Any, before: Any, keep: Callable[[bytes], str]) -> Any:
        if path.rpartition("-")[2] in WRITTEN:
            if not value:
                return None
            return before if before and paper_text(self.names.place, before) == value else keep(value.encode())
        return keep(value.read()) if value else before

    def _take_rows(self, kind: Any, path: str, before: list[Any], keep: Callable[[bytes], str]) -> list[dict[str, Any]]:
        count = self.cleaned_data.get(f"{path}-rows") or 0
        found = []
        for row in range(min(count, 205)):
            prefix = f"{path}-{row}-"
            if any(self._says(name) for name in self.fields if name.startswith(prefix)):
                found.append(self._take_struct(kind, prefix, before[row] if row < len(before) else {}, keep))
        return found

    def _says(self, name: str) -> bool:
        """Whether a field of a row was filled: a choice that stands where it began says nothing by itself."""
        return self.cleaned_data.get(name) not in ("", None, False, self._defaults.get(name))

    def _take_dict(self, info: inspect.DictType, path: str, before: dict[str, Any], keep: Callable[[bytes], str]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        inner = info.value_type
        for key, _words in self._keys(info.key_type, before):
            if isinstance(inner, inspect.DictType):
                tags = self._keys(inner.key_type, before.get(key, {}))
                found: Any = {tag: word for tag, _name in tags if (word := self.cleaned_data.get(f"{path}-{key}-{tag}"))}
            elif isinstance(inner, inspect.StrType) and inner.pattern == DIGEST:
                found = self._take_paper(f"{path}-{key}", self.cleaned_data.get(f"{path}-{key}"), before.get(key), keep)
            else:
                found = self.cleaned_data.get(f"{path}-{key}")
            if found not in ("", None, {}):
                out[key] = found
        return out


def _fields(kind: Any) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(kind)
    return info.fields if isinstance(info, inspect.StructType) else ()


class _Asked(NamedTuple):
    required: bool
    hint: Any
    default: Any
    kind: str


def _required(one: inspect.Field) -> bool:
    optional = isinstance(one.type, inspect.UnionType) and any(isinstance(kind, inspect.NoneType) for kind in one.type.types)
    return bool(one.required) and not optional


def _unwrapped(info: Any) -> Any:
    if isinstance(info, inspect.UnionType):
        return next(kind for kind in info.types if not isinstance(kind, inspect.NoneType))
    return info


def _choice(choices: list[tuple[str, str]], value: Any, asked: _Asked) -> forms.ChoiceField:
    """A choice begins empty, unless something is chosen already; nobody chooses the first word by forgetting."""
    sure = value is not None and (asked.required or asked.default is not None)
    return forms.ChoiceField(required=asked.required, choices=choices if sure else [("", "–"), *choices])


def _width(columns: int) -> dict[str, Any]:
    return {"class": f"govuk-input--width-{columns}"}


def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _literals(hint: Any) -> list[str]:
    """The values of a Literal in the order in which they are declared."""
    if get_origin(hint) is Literal:
        return [word for one in get_args(hint) for word in ([one] if isinstance(one, str) else _literals(one))]
    return [word for one in get_args(hint) for word in _literals(one)]
