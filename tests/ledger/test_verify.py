from datetime import date

import pytest

from cochair.kit.errors import Rejected
from cochair.ledger import entries, merkle, papers, tiles, verify
from cochair.ledger.checkpoints import Checkpoint
from tests.vectors import make

LEAVES = [entries.encode(make.entry(number)) for number in range(520)]


def log(leaves, width=256):
    point = Checkpoint(make.ORIGIN, len(leaves), merkle.root([merkle.leaf_hash(leaf) for leaf in leaves]))
    return [tiles.bundle_encode(leaves[start : start + width]) for start in range(0, len(leaves), width)], point


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 520])
def test_a_good_log_is_verified(size):
    bundles, point = log(LEAVES[:size])
    verify.verify_log(iter(bundles), point)
    verify.verify_log(bundles, point, room=make.ROOM)


def rewritten(leaf, **members):
    entry = entries.decode(leaf)
    return entries.encode(entries.Entry(**{name: members.get(name, getattr(entry, name)) for name in entries.Entry.__struct_fields__}))


@pytest.mark.parametrize("place", [0, 1, 300, 519])
@pytest.mark.parametrize("members", [{"seq": 9999}, {"log": "in.example/c8/IN/record"}, {"room": "0" * 64}])
def test_an_entry_out_of_place_is_refused_even_under_a_fitting_root(place, members):
    leaves = [*LEAVES]
    leaves[place] = rewritten(leaves[place], **members)
    with pytest.raises(Rejected):
        verify.verify_log(*log(leaves))


def test_what_is_refused_although_its_hashes_fit():
    for bad in (LEAVES[1] + b" ", b"{}", LEAVES[1].replace(b'"v":1', b'"v":2'), LEAVES[1] + b"\n" + LEAVES[1]):
        with pytest.raises(Rejected):
            verify.verify_log(*log([LEAVES[0], bad]))
    with pytest.raises(Rejected, match="not full"):
        verify.verify_log(*log(LEAVES[:20], width=10))
    with pytest.raises(Rejected, match="room"):
        verify.verify_log(*log(LEAVES), room="0" * 64)


def test_a_log_that_does_not_fit_its_checkpoint():
    bundles, point = log(LEAVES)
    changed = [*LEAVES]
    changed[400] = rewritten(LEAVES[400], salt="0" * 32)
    for wrong_bundles, wrong_point in (
        (log(changed)[0], point),
        (bundles[:-1], point),
        (bundles, log(LEAVES[:519])[1]),
        (bundles, point._replace(origin="in.example/c8/IN/record")),
        ([bundles[0], bundles[0]], point),
        ([], point),
    ):
        with pytest.raises(Rejected):
            verify.verify_log(wrong_bundles, wrong_point)


def judged(run, first=0):
    entries.check_run(run, make.ORIGIN, make.ROOM, first)


def test_a_run_is_judged_as_its_entries_are():
    deep = entries.encode(make.entry(1, body={"deep": [[[[[[[1]]]]]]]}))
    unknown = entries.encode(make.entry(1, kind="unheard-of"))
    for run in ([], LEAVES[:3], [LEAVES[0], deep, LEAVES[2]], [LEAVES[0], unknown, LEAVES[2]]):
        judged(run)
    for bad in (
        LEAVES[1].replace(b"T09:", b"T29:"),
        LEAVES[1].replace(b":01Z", b":60Z"),
        LEAVES[1].replace(b":01Z", b":0\xd9\xa0Z"),
        LEAVES[1].replace(b"2025-08-06", b"2025-13-06"),
        LEAVES[1].replace(b"letter/1", b"letter/x"),
        LEAVES[1].replace(make.entry(1).salt.encode(), b"G" * 32),
        LEAVES[1].replace(make.entry(1).salt.encode(), b" " * 32),
        LEAVES[1].replace(make.entry(1).salt.encode(), b"A" * 32),
        LEAVES[1].replace(b'"seq":1', b'"seq":true'),
        LEAVES[1].replace(b'"v":1', b'"v":1.0'),
        LEAVES[1] + b"\n" + LEAVES[2],
        b"",
        b"\n",
        LEAVES[2],
    ):
        assert bad != LEAVES[1]
        with pytest.raises(Rejected):
            judged([LEAVES[0], bad])


def test_the_fast_way_is_taken_by_the_usual_run_alone():
    usual, place = LEAVES[:256], (make.ORIGIN, make.ROOM, 0)
    assert entries._run_holds(usual, *place)
    assert not entries._run_holds([*usual[:255], entries.encode(make.entry(255, body={"deep": [[[[[[[1]]]]]]]}))], *place)
    torn = [LEAVES[0] + b"\n" + LEAVES[1], b"", *LEAVES[2:256]]
    assert b"\n".join(torn) != b"\n".join(usual)
    assert not entries._run_holds(torn, *place)
    assert not entries._run_holds([b"", LEAVES[0] + b"\n" + LEAVES[1]], *place)


def test_salts_are_fresh_and_limits_hold():
    assert len(entries.new_salt()) == 32 != entries.new_salt()
    assert len(papers.new_salt()) == 32 != papers.new_salt()
    with pytest.raises(Rejected, match="paper"):
        entries.encode(make.entry(0, body={"text": "x" * 8192}))
    with pytest.raises(Rejected):
        papers.structural_digest(bytes(papers.STRUCTURAL_LIMIT + 1))
    with pytest.raises(Rejected):
        papers.structural_bytes({"text": ["x" * 8000] * 600})


@pytest.mark.parametrize(
    "members",
    [
        {"v": 2},
        {"seq": True},
        {"seq": -1},
        {"body": []},
        {"body": {"x": 1.5}},
        {"at": "now"},
        {"kind": "A"},
        {"log": "log"},
        {"room": "r"},
        {"salt": 5},
    ],
)
def test_entries_out_of_form_are_not_written(members):
    entry = make.entry(0)
    with pytest.raises(Rejected):
        entries.encode(entries.Entry(**{name: members.get(name, getattr(entry, name)) for name in entries.Entry.__struct_fields__}))


@pytest.mark.parametrize(
    "body",
    [
        {"text": "plain", "n": 1, "none": None, "list": [1, {"a": "я"}], "yes": True},
        {"deep": [[[[[[[1]]]]]]]},
        {"\N{GRINNING FACE}": 1, "\uffee": 2},
        {"tuple": (1, 2)},
        {1: "a name that is no text"},
        {"float": 1.0},
        {"nan": float("nan")},
        {"nul": "\0"},
        {"half": "\ud800"},
        {"beyond": 2**53},
        {"long": "x" * 9000},
        {"bytes": b"x"},
        {"day": date(2026, 9, 1)},
        {"names": {f"n{number}": 1 for number in range(65)}},
    ],
    ids=lambda body: str(next(iter(body))),
)
def test_an_entry_is_composed_as_it_is_encoded_and_decoded(body):
    entry = make.entry(3, body=body)
    try:
        data = entries.encode(entry)
    except Rejected:
        with pytest.raises(Rejected):
            entries.compose(entry)
    else:
        assert entries.compose(entry) == (data, entries.decode(data))
