"""What is changed in a module: every mutant of its syntax tree, one small change each.

Changed are comparisons (``<`` to ``<=``, ``==`` to ``!=``, ``in``, ``is``), ``and``/``or`` (also each operand dropped), ``not``, arithmetic, numbers (one up, one
down), truth values, strings, slices, branches of ``a if b else c``, plain conditions, filters, ``any``/``all``, ``min``/``max``, ``sorted`` and their like,
``break``/``continue``, named arguments, exceptions of a handler; and left out are calls that stand alone, ``raise``, updates of state, what is returned.

Not changed, by rule: wording (all inside ``raise`` and calls of error classes, docstrings, titles, the sentences of ``REASONS``), annotations (but the bounds in
those of msgspec structs, which are checks), decorators and the settings of classes that are no checks, ``assert``, protocols without a body, imports.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

ERRORS = {"Rejected", "Conflict", "NotFound", "NotHeld", "Denied", "CochairError", "ValueError", "Words"}
WORDING = {"title"}
SETTINGS = {"gc", "frozen", "slots", "kw_only"}
STRUCTS = {"Struct", "Content"}
COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
NAMES = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "sorted": "list",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
}
METHODS = {"startswith": "endswith", "endswith": "startswith", "partition": "rpartition", "rpartition": "partition"}


@dataclass(frozen=True)
class Mutant:
    """One change. `function`: qualified name of the outermost function it stands in, "" for the module itself; `lines`: first and last that reach it."""

    function: str
    lines: tuple[int, int]
    what: str
    """``old -> new``, as code."""
    at: Any
    field: str
    index: int | None
    new: Any

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The tree with this change in it."""
        old = getattr(self.at, self.field)
        if self.index is None:
            setattr(self.at, self.field, self.new)
        else:
            setattr(self.at, self.field, [*old[: self.index], self.new, *old[self.index + 1 :]])
        try:
            yield
        finally:
            setattr(self.at, self.field, old)


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    return sorted(_Walk().found(tree), key=lambda each: each.lines)


def code(tree: ast.Module, mutant: Mutant, path: str) -> Any:
    """The module's code with the change in it."""
    with mutant.applied():
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class _Walk:
    def __init__(self) -> None:
        self._made: list[Mutant] = []
        self._path: list[str] = []
        self._function = ""
        self._lines = (1, 1)

    def found(self, tree: ast.Module) -> list[Mutant]:
        self._body(tree.body, tree, "body")
        return self._made

    def _add(self, at: Any, field: str, index: int | None, new: Any, old: str | None = None) -> None:
        before = getattr(at, field) if index is None else getattr(at, field)[index]
        if isinstance(new, ast.AST) and isinstance(before, ast.AST) and hasattr(before, "lineno"):
            ast.copy_location(new, before)
        said = f"{old or _text(before)} -> {_text(new)}"
        self._made.append(Mutant(self._function, self._lines, " ".join(said.split()), at, field, index, new))

    # -- statements

    def _body(self, body: list[ast.stmt], at: Any, field: str) -> None:
        for index, statement in enumerate(body):
            self._statement(statement, at, field, index)

    def _statement(self, node: ast.stmt, at: Any, field: str, index: int) -> None:
        before, self._lines = self._lines, _lines(node)
        match node:
            case ast.FunctionDef():
                self._enter_function(node)
            case ast.ClassDef():
                self._enter_class(node)
            case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Global() | ast.Nonlocal():
                pass
            case ast.Expr(ast.Constant()):  # a docstring, or ...
                pass
            case ast.Raise():
                self._add(at, field, index, ast.Pass())
            case ast.If(ast.Name("TYPE_CHECKING")):
                self._body(node.orelse, node, "orelse")
            case ast.Assign([ast.Name("__slots__")]):
                pass
            case ast.Assign([ast.Name("REASONS")], ast.Dict() as words):
                for place, key in enumerate(words.keys):
                    self._expression(key, words, "keys", place)
            case _:
                self._plain(node, at, field, index)
        self._lines = before

    def _plain(self, node: ast.stmt, at: Any, field: str, index: int) -> None:
        match node:
            case ast.Expr() | ast.AugAssign() | ast.Delete():
                self._add(at, field, index, ast.Pass())
            case ast.Assign(targets) if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
                self._add(at, field, index, ast.Pass())
            case ast.Return(value) if value is not None and not _is_false(value):
                self._add(node, "value", None, ast.Constant(None), f"return {_text(value)}")
            case ast.Continue():
                self._add(at, field, index, ast.Break())
            case ast.Break():
                self._add(at, field, index, ast.Continue())
            case _:
                pass
        if isinstance(node, ast.AugAssign):
            self._operator(node)
        if isinstance(node, ast.If | ast.While):
            self._condition(node, "test", None)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "targets") or (name == "target" and not isinstance(value, ast.Subscript)):
                continue
            self._field(name, value, node)

    def _field(self, name: str, value: Any, node: ast.AST) -> None:
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                self._body(value, node, name)
                return
            for place, each in enumerate(value):
                self._any(each, node, name, place)
        else:
            self._any(value, node, name, None)

    def _any(self, value: Any, at: Any, field: str, index: int | None) -> None:
        match value:
            case ast.expr():
                self._expression(value, at, field, index)
            case ast.ExceptHandler():
                before, self._lines = self._lines, (value.lineno, value.lineno)
                if isinstance(value.type, ast.Tuple):
                    for place in range(len(value.type.elts)):
                        rest = [each for number, each in enumerate(value.type.elts) if number != place]
                        self._add(value, "type", None, ast.Tuple(rest, ast.Load()), f"except {_text(value.type)}")
                self._body(value.body, value, "body")
                self._lines = before
            case ast.match_case():
                before = self._lines
                if value.guard is not None:
                    self._lines = (value.guard.lineno, value.guard.end_lineno or value.guard.lineno)
                    self._add(value, "guard", None, None, f"case if {_text(value.guard)}")
                    self._expression(value.guard, value, "guard", None)
                self._body(value.body, value, "body")
                self._lines = before
            case ast.withitem():
                self._expression(value.context_expr, value, "context_expr", None)
            case _:
                pass

    def _enter_function(self, node: ast.FunctionDef) -> None:
        for field in ("defaults", "kw_defaults"):  # made when the module is
            for place, value in enumerate(getattr(node.args, field)):
                if value is not None:
                    self._expression(value, node.args, field, place)
        before = self._function
        self._path.append(node.name)
        self._function = self._function or ".".join(self._path)
        self._body(node.body, node, "body")
        self._path.pop()
        self._function = before

    def _enter_class(self, node: ast.ClassDef) -> None:
        bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
        if "Protocol" in bases:
            return
        for place, keyword in enumerate(node.keywords):
            if keyword.arg not in SETTINGS:
                self._expression(node.keywords[place].value, keyword, "value", None)
        self._path.append(node.name)
        self._body(node.body, node, "body")
        if bases & STRUCTS:
            for each in node.body:
                if isinstance(each, ast.AnnAssign):
                    self._lines = _lines(each)
                    self._bounds(each.annotation)
        self._path.pop()

    def _bounds(self, annotation: ast.expr) -> None:
        for node in ast.walk(annotation):
            for name, value in ast.iter_fields(node):
                for place, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                    if isinstance(each, ast.Constant):
                        self._expression(each, node, name, place)

    # -- expressions

    def _condition(self, at: Any, field: str, index: int | None) -> None:
        test = getattr(at, field) if index is None else getattr(at, field)[index]
        if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant | ast.NamedExpr):
            self._add(at, field, index, ast.UnaryOp(ast.Not(), test))

    def _operator(self, node: ast.BinOp | ast.AugAssign) -> None:
        left = getattr(node, "left", None)
        if isinstance(left, ast.Constant | ast.JoinedStr) and not isinstance(getattr(left, "value", None), int):
            return  # text is joined and filled, not reckoned with
        if other := ARITHMETIC.get(type(node.op)):
            old = _text(node)
            self._made.append(Mutant(self._function, self._lines, "", node, "op", None, other()))
            with self._made[-1].applied():
                new = _text(node)
            self._made[-1] = Mutant(self._function, self._lines, f"{old} -> {new}", node, "op", None, other())

    def _expression(self, node: Any, at: Any, field: str, index: int | None) -> None:
        match node:
            case ast.Call(ast.Name(name)) if name in ERRORS:
                return
            case ast.Compare():
                for place, op in enumerate(node.ops):
                    other = ast.Compare(node.left, [*node.ops[:place], COMPARE[type(op)](), *node.ops[place + 1 :]], node.comparators)
                    self._add(at, field, index, other)
            case ast.BoolOp():
                self._add(at, field, index, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
                for place in range(len(node.values)):
                    rest = [each for number, each in enumerate(node.values) if number != place]
                    if not any(isinstance(each, ast.NamedExpr) for each in ast.walk(node.values[place])):  # else a name goes missing
                        self._add(at, field, index, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
            case ast.UnaryOp(ast.Not()):
                self._add(at, field, index, node.operand)
            case ast.BinOp():
                self._operator(node)
            case ast.Constant():
                for new in _constants(node.value):
                    self._add(at, field, index, ast.Constant(new))
            case ast.IfExp():
                self._add(at, field, index, ast.IfExp(node.test, node.orelse, node.body))
            case ast.comprehension():
                pass
            case ast.Call(ast.Name(name)) if name in NAMES:
                self._add(
                    at, field, index, ast.Call(ast.Name(NAMES[name], ast.Load()), node.args, [] if name == "sorted" else node.keywords)
                )
            case ast.Call(ast.Attribute(value, name)) if name in METHODS:
                self._add(at, field, index, ast.Call(ast.Attribute(value, METHODS[name], ast.Load()), node.args, node.keywords))
            case ast.Slice():
                for bound in ("lower", "upper"):
                    if (given := getattr(node, bound)) is not None and not isinstance(given, ast.Constant):
                        self._add(node, bound, None, None, f"[{_text(node)}] without {_text(given)}")
            case _:
                pass
        self._inside(node)

    def _inside(self, node: Any) -> None:
        if isinstance(node, ast.Call):
            for place, keyword in enumerate(node.keywords):
                if keyword.arg in WORDING | SETTINGS or keyword.arg is None:
                    continue
                if not isinstance(keyword.value, ast.Constant) and not isinstance(node.func, ast.Name):
                    rest = [each for number, each in enumerate(node.keywords) if number != place]
                    self._add(node, "keywords", None, rest, f"{_text(node)} without {keyword.arg}")
                self._expression(keyword.value, keyword, "value", None)
            self._expression(node.func, node, "func", None)
            for place, value in enumerate(node.args):
                self._expression(value, node, "args", place)
            return
        if isinstance(node, ast.Lambda):
            self._expression(node.body, node, "body", None)
            return
        for name, value in ast.iter_fields(node):
            for place, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(each, ast.comprehension):
                    self._expression(each.iter, each, "iter", None)
                    for number, test in enumerate(each.ifs):
                        self._add(each, "ifs", number, ast.Constant(True), f"if {_text(test)}")
                        self._condition(each, "ifs", number)
                        self._expression(test, each, "ifs", number)
                elif isinstance(each, ast.expr):
                    self._expression(each, node, name, place)


def _lines(node: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, of the head alone if it has a body."""
    last = node.end_lineno or node.lineno
    inner = getattr(node, "body", None) or getattr(node, "cases", None)
    if isinstance(node, ast.Match):
        last = node.subject.end_lineno or node.lineno
    elif inner:
        last = max(node.lineno, inner[0].lineno - 1)
    return node.lineno, last


def _constants(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if isinstance(value, str):
        return [f"XX{value}XX"]
    return [b"XX" + value + b"XX"] if isinstance(value, bytes) else []


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _text(node: Any) -> str:
    if isinstance(node, list):
        return "nothing" if not node else ", ".join(map(_text, node))
    if node is None:
        return "nothing"
    return ast.unparse(ast.fix_missing_locations(node)) if isinstance(node, ast.AST) else str(node)
