"""What a typed content looks like, in a form that any program can read: the *description* of a schema (`docs/formats/schemas.md`).

Two programs that know a schema by the same name have the same description of it, byte by byte, or one of them does not know it. The form is closed: a type
that it has no word for is a fault of whoever registers it. Pure.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import inspect

from cochair.kit import canonical


def describe(schema: str, kind: str, content: type[msgspec.Struct], *, log: str = "", introduces: bool = False) -> dict[str, Any]:
    """The description of a schema. `kind` of entries that carry it; `log`: of a position, where it belongs. Raise ValueError if it cannot be described."""
    found = _Objects()
    found.number(inspect.type_info(content))
    made: dict[str, Any] = {"v": 1, "what": "description", "schema": schema, "kind": kind, "objects": found.made}
    return made | ({"log": log, "introduces": introduces} if kind == "position" else {})


def changed(before: dict[str, Any] | None, after: dict[str, Any]) -> list[tuple[str, str]]:
    """What a version changes, field by field of its first object: (name, ``new`` | ``gone`` | ``changed``), in the order of the new one, what is gone last."""
    old = {field["name"]: _whole(before, field) for field in before["objects"][0]} if before else {}
    new = {field["name"]: _whole(after, field) for field in after["objects"][0]}
    found = [(name, "new" if name not in old else "changed") for name, field in new.items() if old.get(name) != field]
    return found + [(name, "gone") for name in old if name not in new]


def _whole(description: dict[str, Any], value: Any) -> Any:
    """A field with the objects that it leads to in the place of their numbers. Objects that lead to themselves do not occur in contents."""
    if isinstance(value, dict):
        if value.get("is") == "object":
            return {"is": "object", "fields": [_whole(description, field) for field in description["objects"][value["number"]]]}
        return {name: _whole(description, one) for name, one in value.items()}
    return [_whole(description, one) for one in value] if isinstance(value, list) else value


class _Objects:
    """The objects of a description, in the order in which they are met; the first is the content itself."""

    def __init__(self) -> None:
        self.made: list[list[dict[str, Any]]] = []
        self._known: dict[type, int] = {}

    def number(self, found: inspect.Type) -> int:
        """The place of an object, described if it is new."""
        if not isinstance(found, inspect.StructType) or found.tag is not None or found.array_like or not found.forbid_unknown_fields:
            raise ValueError(f"{found} is no content that can be described")
        if found.cls not in self._known:
            self._known[found.cls] = place = len(self.made)
            fields: list[dict[str, Any]] = []
            self.made.append(fields)
            fields += [self._field(field) for field in found.fields]
            assert self.made[place] is fields
        return self._known[found.cls]

    def _field(self, field: inspect.Field) -> dict[str, Any]:
        made = {"name": field.encode_name, "type": self._type(field.type)}
        if field.required:
            return made
        value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        return made | {"absent": canonical.loads(canonical.dumps(msgspec.to_builtins(value)))}

    def _type(self, found: inspect.Type) -> dict[str, Any]:  # a word a type
        match found:
            case inspect.StructType():
                return {"is": "object", "number": self.number(found)}
            case inspect.StrType():
                return _bounded("text", least=found.min_length, most=found.max_length, like=found.pattern)
            case inspect.IntType():
                return _bounded("number", least=found.ge, most=found.le, above=found.gt, below=found.lt, of=found.multiple_of)
            case inspect.BoolType():
                return {"is": "truth"}
            case inspect.NoneType():
                return {"is": "null"}
            case inspect.AnyType():
                return {"is": "any"}
            case inspect.LiteralType():
                return {"is": "one", "of": sorted(found.values)}
            case inspect.ListType() | inspect.VarTupleType():
                return _bounded("list", least=found.min_length or None, most=found.max_length) | {"each": self._type(found.item_type)}
            case inspect.TupleType():
                return {"is": "row", "of": [self._type(one) for one in found.item_types]}
            case inspect.DictType():
                sizes = _bounded("map", least=found.min_length or None, most=found.max_length)
                return sizes | {"name": self._type(found.key_type), "each": self._type(found.value_type)}
            case inspect.UnionType():
                return {"is": "either", "of": sorted((self._type(one) for one in found.types), key=canonical.dumps)}
            case _:
                raise ValueError(f"{found} has no word in a description")


def _bounded(word: str, **bounds: Any) -> dict[str, Any]:
    return {"is": word, **{name: value for name, value in bounds.items() if value is not None}}
