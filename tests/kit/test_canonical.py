import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit import canonical
from cochair.kit.errors import Rejected

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-canonical.MAX_INT, canonical.MAX_INT) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12)


@given(VALUES)
def test_writes_what_the_reference_writes_and_reads_it_back(value):
    data = canonical.dumps(value)
    assert data == rfc8785.dumps(value)
    assert canonical.loads(data, limit=len(data)) == value


@given(st.text() | st.binary(max_size=64) | VALUES.map(lambda value: json.dumps(value, ensure_ascii=False)))
def test_reads_one_form_only(text):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        value = canonical.loads(data)
    except Rejected:
        return
    assert canonical.dumps(value) == data == rfc8785.dumps(value)


@given(VALUES, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(value, data):
    raw = bytearray(canonical.dumps([value]))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        changed = canonical.loads(bytes(raw))
    except Rejected:
        return
    assert canonical.dumps(changed) == bytes(raw)
    assert canonical.dumps(changed) != canonical.dumps([value])


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        {1: 2},
        2**53,
        -(2**53),
        "a\0",
        "\ud800",
        {"\ud800": 1},
        {"\0": 1},
        {"a": object()},
        b"a",
        {f"k{n}": 0 for n in range(65)},
        {1, 2},
    ],
)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: [0, {"a": value}], lambda value: ("😀", {"😀": 1}, value)])
def test_refuses_to_write(value, wrap):
    with pytest.raises(Rejected):
        canonical.dumps(wrap(value))


def nested(depth):
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("depth", [1, 5, 6, 16])
def test_sixteen_containers_fit(depth):
    assert canonical.dumps(canonical.loads(nested(depth))) == nested(depth)


@pytest.mark.parametrize(
    "data", [nested(17), b"[" * 100_000, b'{"a":' * 50_000, nested(17).replace(b"[]", b'[{"a":1}]'), b'"' + b"x" * 8191 + b'"']
)
def test_deep_and_long_documents_are_refused(data):
    with pytest.raises(Rejected):
        canonical.loads(data)


def test_limits_are_the_callers():
    value = {f"k{n:03}": n for n in range(100)}
    data = canonical.dumps(value, keys=100)
    assert canonical.loads(data, keys=100) == value
    assert canonical.loads(b"[[]]", depth=2) == [[]]
    for bad in ({"keys": 99}, {"limit": len(data) - 1, "keys": 100}, {"depth": 0, "keys": 100}):
        with pytest.raises(Rejected):
            canonical.loads(data, **bad)


@pytest.mark.parametrize("beyond", ["\U00010000", "😀", "\U000e0100", "\U0010ffff"])
@pytest.mark.parametrize("filling", ["", "я" * 2000], ids=["short", "long"])
def test_names_beyond_the_bmp_sort_by_utf_16(beyond, filling):
    right, wrong = (f'{{"a":"{filling}","{one}":2,"{other}":2}}'.encode() for one, other in ((beyond, "\ufb33"), ("\ufb33", beyond)))
    assert canonical.dumps({"\ufb33": 2, "a": filling, beyond: 2}) == right
    assert canonical.loads(right) == {"a": filling, beyond: 2, "\ufb33": 2}
    with pytest.raises(Rejected):
        canonical.loads(wrong)
