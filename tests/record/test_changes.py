"""Keys of a record over the years: changed by two of three root keys, by size, never behind what the other Side has acknowledged, and never by less."""

import json
from contextlib import contextmanager

import pytest

from cochair.kit.errors import CochairError, Conflict, NotHeld, Rejected
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.dsse import load_key
from cochair.ledger.keychanges import KeyChange, root_name
from cochair.ledger.notes import LogSigner, Verifier, open_note, parse_vkey, sign_note, split_note, vkey
from cochair.record import changes, evidence, faults, queries
from cochair.record.keys import load_node_keys, load_public_keys, new_person_key
from cochair.record.log_keys import next_log_key, root_sets, set_root_sets
from cochair.record.node import Draft
from cochair.record.receiving import open_pulled
from cochair.record.roots import create_root_keys
from cochair.record.tree import write_tree
from tests.record.makers import exchange, make_node, note, pull, reopen, smuggle
from tests.vectors import make as vectors

PASSES = [b"the first custodian", b"the second custodian", b"the third custodian"]


class Roots:
    """Three root keys in memory, as custodians would have them; ``files``: where a ceremony left them."""

    def __init__(self, side):
        self.name = f"{side.lower()}.example/{side}/root"
        self.keys = [load_key(new_person_key()) for _ in range(3)]
        self.publics = [key.public.data.hex() for key in self.keys]

    def note(self, change, *by, text=""):
        text = text or change.text()
        lines = [Key(self.name, self.keys[at]).sign(text) for at in by or (0, 2)]
        return sign_note(text, lines).decode()


class Key(LogSigner):
    def __init__(self, name, key):
        class In:
            public = key.public.data
            sign = staticmethod(key.sign)

        super().__init__(name, In())


def full_node(folder, side):
    """A node with all the stages' contents, as `verify` reads them."""
    from cochair.stages import REGISTRY

    return make_node(folder, side, registry=REGISTRY)


@contextmanager
def two(tmp_path, make=make_node):
    """Two nodes in a room whose founding terms name the root keys of both Sides."""
    roots = {side: Roots(side) for side in ("IN", "RU")}
    ours, theirs = make(tmp_path / "in", "IN"), make(tmp_path / "ru", "RU")
    try:
        room = ours.found("c7", sides=[node.descriptor("c7", roots[node.side].publics) for node in (ours, theirs)])
        theirs.join(ours.terms(room))
        for node in (ours, theirs):
            set_root_sets(node.folder, [roots[node.side].publics])
            node.write(room, [note(f"one of {node.side}") if make is make_node else mandate()])
        exchange(ours, theirs, room)
        yield ours, theirs, room, roots
    finally:
        for node in (ours, theirs):
            node.close()


@pytest.fixture
def pair(tmp_path):
    with two(tmp_path) as made:
        yield made


def mandate():
    """An entry of the record's own kind, which every registry knows."""
    body = {"key": "ab" * 32, "public": "", "suite": "ed25519", "person": "cd" * 16, "post": "p", "body": "b", "from": "2026-01-01"}
    return Draft("record", "key", "record.key/1", body)


def keys_file(node, room):
    return changes.notes_file(changes.notes_of(node, room, node.origin(room)))


def pulled(to, of, room):
    """As an exchange does it: the checkpoint first, the changes beside it where its key is unknown."""
    origin = of.origin(room)
    held = to.heads(room).get(origin, (0, b""))[0]
    shown = of.checkpoint(room, origin)
    open_pulled(to, room, origin, shown, lambda path: keys_file(of, room))
    return to.receive(room, origin, shown, held, of.entries(room, origin, held))


def changed(node, room, roots, **more):
    """A planned change from end to end -> the note."""
    change = changes.request(node, room, next_log_key(node.folder), **more)
    signed = roots[node.side].note(change)
    changes.apply(node, room, signed)
    return signed


def test_a_log_goes_on_under_a_new_key_and_the_other_side_follows(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    old = changes.keys_of(ours, room, origin).newest
    before, size = ours.checkpoint(room, origin), ours.heads(room)[origin][0]
    said = changed(ours, room, roots)
    entry = json.loads(ours.entry(room, origin, size))
    assert (entry["schema"], entry["body"]) == ("record.key_change/1", {"note": said})
    keys = changes.keys_of(ours, room, origin)
    assert (keys.at(size), keys.at(size + 1), keys.newest != old) == (old, keys.newest, True)
    shown = ours.checkpoint(room, origin)
    open_note(shown, [Verifier(keys.newest)])
    with pytest.raises(Rejected):
        open_note(shown, [Verifier(old)])
    assert pulled(theirs, ours, room).status == "new"
    theirs.acknowledge(room)
    assert changes.keys_of(theirs, room, origin) == keys
    with theirs.read() as tx:
        assert queries.notices(tx, room, "fault") == []
    assert theirs.receive(room, origin, before, 0, []).status == "stale"  # an older head under the key of its time is no wrong
    ours.write(room, [note("after")])
    assert pulled(theirs, ours, room).status == "new"
    for node in (ours, theirs):
        assert node.fsck(room) == []
        again = reopen(node)
        again.write(room, [note("and again")])
        assert again.fsck(room) == []
        node.store, node.signer, node.publisher = again.store, again.signer, again.publisher
    assert ours.state_digest(room) == ours.state_digest(room, cut=ours.cut(room))


def test_the_tree_carries_the_changes_beside_the_checkpoint(pair):
    ours, _, room, roots = pair
    said = changed(ours, room, roots)
    write_tree(ours, room)
    data = (ours.publisher.tree / ours.origin(room) / "keys").read_bytes()
    assert changes.parse_notes(data) == [said]
    assert write_tree(ours, room) == 0


def test_new_rooms_begin_with_the_new_key_and_old_ones_keep_their_first(pair):
    ours, _, room, roots = pair
    first = ours.descriptor("c7")["log_key"]
    other = ours.found("c8")
    held = ours.descriptor("c8")["log_key"]
    changed(ours, room, roots)
    assert ours.descriptor("c7")["log_key"] == first
    assert ours.descriptor("c8")["log_key"] == held
    ours.write(other, [note("in the other room")])
    open_note(ours.checkpoint(other, ours.origin(other)), [Verifier(held)])
    public = load_public_keys(ours.folder)
    assert ours.descriptor("c9")["log_key"] == public.log_vkey("in.example/c9/IN/record") != held
    third = ours.found("c9")
    ours.write(third, [note("in a later room")])
    assert ours.fsck(third) == [] == ours.fsck(other)


def a_change(node, room, size=None, public=None):
    return changes.request(node, room, public or next_log_key(node.folder), size)


def test_a_quorum_of_one_or_of_strangers_changes_nothing(pair):
    ours, theirs, room, roots = pair
    change = a_change(ours, room)
    good, bad, foreign = roots["IN"].note(change, 0), roots["IN"].note(change, 1, 2), roots["RU"].note(change, 0, 1)
    text, [line] = split_note(good.encode())
    stranger = Key(root_name(change.origin), load_key(new_person_key()))
    refused = [
        good,
        bad.replace("— ", "— x", 1),
        foreign,
        sign_note(text, [line, stranger.sign(text)]).decode(),
        sign_note(text, [line, Key("in.example/IN/other", roots["IN"].keys[1]).sign(text)]).decode(),
    ]
    for each in refused:
        with pytest.raises(Rejected):
            changes.apply(ours, room, each)
        with pytest.raises(Rejected):
            changes.take(theirs, room, each)
        with pytest.raises(Rejected):
            ours.signer.change_key(each.encode())
    twice = (good + str(line) + "\n").encode()
    with pytest.raises(Rejected, match="two signature lines of one key"):
        changes.take(theirs, room, twice.decode())
    assert changes.keys_of(theirs, room, change.origin).changes == ()


@pytest.mark.parametrize("what", ["origin", "room", "root key", "published", "key of the log", "other log's name"])
def test_a_change_that_belongs_elsewhere_or_names_a_bad_key_is_refused(pair, what):
    ours, theirs, room, roots = pair
    change = a_change(ours, room)
    public = bytes.fromhex(roots["IN"].publics[1])
    altered = {
        "origin": change._replace(origin=theirs.origin(room), key=vkey(theirs.origin(room), change.public)),
        "room": change._replace(room="ab" * 32),
        "root key": change._replace(key=vkey(change.origin, public)),
        "published": change._replace(key=vkey(change.origin, LogSigner(change.origin, vectors.seed("log")).public)),
        "key of the log": change._replace(key=ours.descriptor("c7")["log_key"]),
        "other log's name": change._replace(key=vkey(theirs.origin(room), change.public)),
    }[what]
    text = f"cochair/key-change/v1\n{altered.room}\n{altered.origin}\n{altered.size}\n{change.text().split(chr(10))[4]}\n{altered.key}\n"
    note_ = roots["IN"].note(altered, text=text)
    for node, do in ((ours, changes.apply), (theirs, changes.take)):
        with pytest.raises(CochairError):
            do(node, room, note_)
    assert changes.keys_of(theirs, room, change.origin).changes == ()
    assert ours.signer.last(change.origin) == ours.heads(room)[change.origin]


def test_what_was_acknowledged_stands(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    known = theirs.heads(room)[origin][0]
    with pytest.raises(Conflict, match="has acknowledged"):
        a_change(ours, room, known - 1)
    root = changes_root(ours, room, known - 1)
    change = KeyChange(room, origin, known - 1, root, vkey(origin, bytes.fromhex(next_log_key(ours.folder))))
    with pytest.raises(Conflict, match=f"a size of at least {known}"):
        changes.take(theirs, room, roots["IN"].note(change))
    with pytest.raises(Conflict, match="has acknowledged"):
        changes.apply(ours, room, roots["IN"].note(change), beyond=True)
    assert ours.heads(room)[origin][0] >= known


def changes_root(node, room, size):
    with node.writing(room) as (_, live):
        return live.tree(node.origin(room)).root(size)


def test_the_log_is_not_written_between_request_and_change_and_a_request_can_be_given_up(pair):
    ours, _, room, roots = pair
    change = a_change(ours, room)
    with pytest.raises(CochairError, match="waits for a change of its key"):
        ours.write(room, [note("too early")])
    again = reopen(ours)
    with pytest.raises(CochairError, match="waits for a change of its key"):
        again.write(room, [note("too early")])
    assert changes.release(again, room)
    again.write(room, [note("under the old key")])
    with pytest.raises(Conflict, match="beyond the change"):
        changes.apply(again, room, roots["IN"].note(change))
    assert again.fsck(room) == []
    ours.store, ours.signer, ours.publisher = again.store, again.signer, again.publisher


def test_a_thief_who_wrote_through_the_node_is_cut_off_at_the_size_that_the_quorum_names(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    good, _ = ours.heads(room)[origin]
    ours.write(room, [note("by a thief"), note("by a thief too")])
    stolen, held = ours.checkpoint(room, origin), ours.entries(room, origin)
    change = a_change(ours, room, good)
    said = roots["IN"].note(change)
    with pytest.raises(Conflict, match="--cut"):
        changes.apply(ours, room, said)
    entry = changes.apply(ours, room, said, beyond=True)
    assert entry == f"IN/record/{good}"
    assert ours.heads(room)[origin][0] == good + 1
    ours.write(room, [note("by ourselves")])
    assert ours.fsck(room) == []
    with ours.read() as tx:
        [kept] = tx.query("SELECT what, shown FROM n_evidence WHERE room = ?", (room,))
        assert b"by a thief too" in bytes(kept["shown"])
        assert not tx.query("SELECT id FROM t_note WHERE text LIKE 'by a thief%'")
    assert pulled(theirs, ours, room).status == "new"
    with pytest.raises(changes.EndedKey):
        theirs.receive(room, origin, stolen, 0, held)
    with theirs.read() as tx:
        [fault] = queries.notices(tx, room, "fault")
    assert fault["body"]["what"] == "ended-key"
    assert theirs.paper(room, fault["body"]["evidence"]) == stolen
    with pytest.raises(changes.EndedKey):  # told once
        theirs.receive(room, origin, stolen, 0, held)
    with theirs.read() as tx:
        assert len(queries.notices(tx, room, "fault")) == 1
    exchange_after(ours, theirs, room)
    assert ours.state_digest(room) == theirs.state_digest(room)
    assert ours.fsck(room) == [] == theirs.fsck(room)


def exchange_after(ours, theirs, room):
    for _ in range(3):
        pulled(theirs, ours, room)
        theirs.acknowledge(room)
        pull(ours, theirs, room)
        ours.acknowledge(room)
    pulled(theirs, ours, room)


def test_the_other_side_lets_go_of_what_it_held_and_had_not_acknowledged(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    good, root = ours.heads(room)[origin]
    ours.write(room, [note("by a thief")])
    assert theirs.receive(room, origin, ours.checkpoint(room, origin), good, ours.entries(room, origin, good)).size > good
    change = KeyChange(room, origin, good, root, vkey(origin, bytes.fromhex(next_log_key(ours.folder))))
    said = roots["IN"].note(change)
    assert changes.take(theirs, room, said)
    assert theirs.heads(room)[origin] == (good, root)
    with theirs.read() as tx:
        assert [row["what"] for row in tx.query("SELECT what FROM n_evidence WHERE room = ?", (room,))] == ["beyond-change"]
        assert not tx.query("SELECT id FROM t_note WHERE text = 'by a thief'")
    with pytest.raises(changes.EndedKey):
        theirs.receive(room, origin, ours.checkpoint(room, origin), good, ours.entries(room, origin, good))
    assert changes.apply(ours, room, said, beyond=True)
    assert pulled(theirs, ours, room).status == "new"
    exchange_after(ours, theirs, room)
    assert ours.state_digest(room) == theirs.state_digest(room)


def test_two_changes_at_one_size_are_evidence_and_the_log_stops_there(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    said = changed(ours, room, roots)
    change = changes.claimed(said)
    other = change._replace(key=vkey(origin, bytes.fromhex(next_log_key(ours.folder))))
    pulled(theirs, ours, room)
    with pytest.raises(Conflict, match="Two different changes"):
        changes.take(theirs, room, roots["IN"].note(other, 1, 2))
    with theirs.read() as tx:
        [fault] = queries.notices(tx, room, "fault")
    assert fault["body"]["what"] == "conflicting-changes"
    assert json.loads(theirs.paper(room, fault["body"]["evidence"])) == {"held": said, "shown": roots["IN"].note(other, 1, 2)}
    assert theirs.receive(room, origin, ours.checkpoint(room, origin), 0, []).status == "frozen"
    with pytest.raises(CochairError):
        ours.signer.change_key(roots["IN"].note(other).encode())
    theirs.write(room, [note("own work goes on")])


def test_the_same_change_signed_by_another_pair_is_the_same_change(pair):
    ours, theirs, room, roots = pair
    said = changed(ours, room, roots)
    pulled(theirs, ours, room)
    assert not changes.take(theirs, room, roots["IN"].note(changes.claimed(said), 0, 1))
    assert changes.apply(ours, room, roots["IN"].note(changes.claimed(said), 1, 2)).startswith("IN/record/")


def test_a_lost_key_is_followed_by_a_new_one_from_what_the_other_side_holds(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    (ours.folder / "signer" / "log.pem").unlink()
    public = next_log_key(ours.folder)
    again = reopen(ours)
    with pytest.raises(NotHeld, match="log key"):
        again.write(room, [note("cannot be signed")])
    again = reopen(again)  # it is in the log and unsigned: nobody has read it
    assert "log key" in again.halted[origin]
    held = theirs.heads(room)[origin][0]
    change = changes.request(again, room, public, held)
    changes.apply(again, room, roots["IN"].note(change), beyond=True)
    again.write(room, [note("signed again")])
    assert pulled(theirs, again, room).status == "new"
    exchange_after(again, theirs, room)
    assert again.fsck(room) == [] == theirs.fsck(room)
    ours.store, ours.signer, ours.publisher = again.store, again.signer, again.publisher


def test_several_changes_follow_each_other(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    for turn in range(3):
        changed(ours, room, roots)
        ours.write(room, [note(f"turn {turn}")])
    pulled(theirs, ours, room)  # all three at once
    assert len(changes.keys_of(theirs, room, origin).changes) == 3
    assert theirs.fsck(room) == []
    first = changes.keys_of(theirs, room, origin).all[1]
    size = ours.heads(room)[origin][0]
    with pytest.raises(Conflict, match="was changed at"):
        changes.take(
            theirs,
            room,
            roots["IN"].note(
                KeyChange(
                    room, origin, size - 3, changes_root(ours, room, size - 3), vkey(origin, bytes.fromhex(next_log_key(ours.folder)))
                )
            ),
        )
    back = KeyChange(room, origin, size, changes_root(ours, room, size), first)
    with pytest.raises(CochairError):
        changes.take(theirs, room, roots["IN"].note(back))


def test_a_change_in_the_log_that_no_quorum_signed_counts_for_nothing(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    size, root = ours.heads(room)[origin]
    change = KeyChange(room, origin, size, root, vkey(origin, bytes.fromhex(next_log_key(ours.folder))))
    smuggle(ours, room, "statement", "record.key_change/1", {"note": roots["IN"].note(change, 0)})
    assert pull(theirs, ours, room) == ["new"]
    assert changes.keys_of(theirs, room, origin).changes == ()
    ours.write(room, [note("still under the first key")])
    assert pull(theirs, ours, room) == ["new"]
    assert theirs.fsck(room) == []


@pytest.mark.parametrize("change", ["size", "room", "origin", "nonsense"])
def test_a_change_out_of_its_place_is_void_for_everybody(pair, change):
    ours, theirs, room, roots = pair
    size, root = ours.heads(room)[ours.origin(room)]
    made = KeyChange(room, ours.origin(room), size, root, vkey(ours.origin(room), bytes.fromhex(next_log_key(ours.folder))))
    moved = {
        "size": made._replace(size=size + 1),
        "room": made._replace(room="cd" * 32),
        "origin": made._replace(origin=theirs.origin(room), key=vkey(theirs.origin(room), made.public)),
        "nonsense": made,
    }[change]
    said = "nonsense" if change == "nonsense" else roots["IN"].note(moved)
    name = smuggle(ours, room, "statement", "record.key_change/1", {"note": said})
    assert pull(theirs, ours, room) == ["new"]
    for node in (ours, theirs):
        with node.read() as tx:
            assert {one["id"] for one in queries.voids(tx, room)} == {name}
    exchange(ours, theirs, room)
    assert ours.state_digest(room) == theirs.state_digest(room)


def test_a_new_key_that_does_not_log_its_change_first_is_refused(pair):
    ours, theirs, room, roots = pair
    origin = ours.origin(room)
    size, root = ours.heads(room)[origin]
    key = load_key(new_person_key())
    change = KeyChange(room, origin, size, root, vkey(origin, key.public.data))
    changes.take(theirs, room, roots["IN"].note(change))
    ours.write(room, [note("something else first")])
    size, root = ours.heads(room)[origin]
    text = Checkpoint(origin, size, root).text()
    shown = sign_note(text, [Key(origin, key).sign(text)])
    with pytest.raises(Rejected, match="logged first"):
        theirs.receive(room, origin, shown, 0, ours.entries(room, origin))


def test_a_node_without_root_keys_in_the_terms_says_so(tmp_path):
    node = make_node(tmp_path / "in", "IN")
    room = node.found("c7")
    with pytest.raises(CochairError, match="no root keys"):
        changes.request(node, room, next_log_key(node.folder))
    node.write(room, [note("and is not held")])
    with pytest.raises(CochairError, match="knows no root keys"):
        node.signer.change_key(b"x")
    node.close()


def test_a_crash_between_signer_and_first_entry_is_finished_at_the_next_start(pair, monkeypatch):
    ours, theirs, room, roots = pair
    change = a_change(ours, room)
    with monkeypatch.context() as patched:
        patched.setattr(changes, "finish", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            changes.apply(ours, room, roots["IN"].note(change))
    again = reopen(ours)
    assert changes.logged_at(again, room, change.origin, change)
    again.write(room, [note("after")])
    assert pulled(theirs, again, room).status == "new"
    ours.store, ours.signer, ours.publisher = again.store, again.signer, again.publisher


def test_a_crash_between_cut_and_change_leaves_the_log_held_and_the_change_can_be_repeated(pair, monkeypatch):
    ours, _, room, roots = pair
    origin = ours.origin(room)
    good, _ = ours.heads(room)[origin]
    ours.write(room, [note("by a thief")])
    change = a_change(ours, room, good)
    with monkeypatch.context() as patched:
        patched.setattr(changes, "cut", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            changes.apply(ours, room, roots["IN"].note(change), beyond=True)
    again = reopen(ours)
    assert origin in again.halted
    changes.apply(again, room, roots["IN"].note(change), beyond=True)
    again.write(room, [note("after")])
    assert again.fsck(room) == []
    ours.store, ours.signer, ours.publisher = again.store, again.signer, again.publisher


def test_the_root_keys_that_a_signer_obeys_are_three_different_ones(tmp_path):
    node = make_node(tmp_path / "in", "IN")
    roots = Roots("IN")
    assert root_sets(node.folder) == []
    for bad in (
        roots.publics[:2],
        [*roots.publics[:2], roots.publics[0]],
        [*roots.publics[:2], "00" * 32],
        [*roots.publics[:2], LogSigner("x", vectors.seed("log")).public.hex()],
    ):
        with pytest.raises(Rejected):
            set_root_sets(node.folder, [bad])
        with pytest.raises(Rejected):
            node.found("c7", root_keys=bad)
    set_root_sets(node.folder, [roots.publics, roots.publics])
    assert root_sets(node.folder) == [roots.publics]
    node.close()


def test_root_keys_are_made_under_three_passphrases(tmp_path):
    publics = create_root_keys(tmp_path / "roots", PASSES)
    assert len(set(publics)) == 3
    for bad in (PASSES[:2], [*PASSES[:2], PASSES[0]], [*PASSES[:2], b"short"]):
        with pytest.raises(Rejected):
            create_root_keys(tmp_path / "others", bad)
    assert not (tmp_path / "others").exists()


def test_after_a_fork_no_change_of_the_key_is_taken(pair):
    ours, _, room, roots = pair
    signed = roots["IN"].note(a_change(ours, room))
    faults.stop_signing(ours, room, ours.origin(room), b"", b"another head", b"")
    for attempt in (
        lambda: changes.apply(ours, room, signed),
        lambda: ours.signer.change_key(signed.encode(), []),
        lambda: a_change(ours, room),
    ):
        with pytest.raises(Conflict, match="signed two histories"):
            attempt()
    faults.resume(ours)
    with pytest.raises(Conflict, match="signed two histories"):
        changes.apply(ours, room, signed)
    assert changes.keys_of(ours, room, ours.origin(room)).changes == ()


@pytest.mark.parametrize("by", ["old", "new"])
def test_two_heads_are_evidence_under_the_keys_that_stand_at_their_sizes(pair, by):
    ours, theirs, room, roots = pair
    origin, size = ours.origin(room), ours.heads(room)[ours.origin(room)][0]
    said = changed(ours, room, roots)
    assert pulled(theirs, ours, room).status == "new"
    key = changes.keys_of(ours, room, origin).all[by == "new"]
    text = Checkpoint(origin, size + (by == "new"), b"\7" * 32).text()
    forged = sign_note(text, [LogSigner(origin, load_node_keys(ours.folder).logs[parse_vkey(key)[1].hex()]).sign(text)])
    assert theirs.receive(room, origin, forged, 0, []).status == "frozen"
    [trouble] = [one for one in faults.troubles(theirs, room) if one.what == "conflicting-heads"]
    with theirs.read() as tx:
        assert [one["body"]["what"] for one in queries.notices(tx, room, "fault")] == ["conflicting-heads"]
    if by == "new":
        found = evidence.check(trouble.file)
        assert (found.verdict, found.keys) == ("fork", {origin: key})
    else:  # a file of evidence is about one key
        assert json.loads(trouble.file)["changes"] == [said]
        with pytest.raises(Rejected):
            evidence.check(trouble.file)
