"""The record page over real nodes: logs in plain words, what is wrong and what goes on, bundles in and out, hostile files, the check, the proof."""

import re
import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cochair.exchange import carry
from cochair.exchange.run import Address, set_address
from cochair.record.node import Node
from cochair.record.renewals import Head, keys_print, renewed
from cochair.record.schemas import Adopted, make_list
from cochair.record.tree import write_tree
from tests.record.makers import seal, smuggle, smuggle_bytes
from tests.workspace import desks

pytestmark = pytest.mark.django_db
PAGE = "/record/c7/"


@pytest.fixture
def desk(tmp_path):
    with desks.negotiating(tmp_path) as made:
        yield made


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_logs_of_both_sides_in_plain_words(desk, sit):
    us = sit(desk.t.ours, "observer")
    assert us.get("/record/").headers["Location"] == PAGE
    html = text_of(us.get(PAGE))
    assert html.index("India <span") < html.index(">Russia<")
    assert "Working papers: Protocol, 12th Session" in html
    size = desk.t.ours.heads(desk.t.room)[desk.t.ours.origin(desk.t.room)][0]
    assert f"Russia: {size} of {size}" in html
    assert "Every entry counts." in html
    assert "Position: Dates and place" in html
    assert "Exchange now" not in html  # an observer reads only


def test_whose_key_signs_which_entries_is_said_with_a_fingerprint_to_compare(desk, sit):
    from cochair.ledger.notes import parse_vkey
    from cochair.record.roots import key_print

    html = text_of(sit(desk.t.ours, "observer").get(PAGE))
    part = html[html.index('id="keys"') : html.index('id="cosigned"')]
    assert part.count("from 1 on") == 2
    for node in (desk.t.ours, desk.t.theirs):
        assert key_print(parse_vkey(node.descriptor("c7")["log_key"])[1].hex()) in part
    assert part.count("No root keys are in the terms: its key cannot be changed") == 2
    for node in (desk.t.ours, desk.t.theirs):
        assert keys_print(node.named(desk.t.room)) in part


def test_up_to_where_a_renewed_key_countersigned_is_said(desk, sit, monkeypatch):
    real = Node.named

    def named(node, room, side=""):
        entry = real(node, room, side)
        return renewed(entry, {"cosign_key": entry["cosign_key"]}, {"RU": Head(7, "ab" * 32)}) if side == "IN" else entry

    monkeypatch.setattr(Node, "named", named)
    assert "the key before countersigned up to 7 entries of the record of Russia" in text_of(sit(desk.t.ours, "observer").get(PAGE))


def test_the_page_speaks_russian(desk, sit):
    html = text_of(sit(desk.t.ours, "operator", language="ru").get(PAGE))
    assert "Обменяться сейчас" in html
    assert "Россия" in html


def test_older_entries_are_on_further_pages(desk, sit):
    from cochair.record import positions
    from tests.makers import bodies

    for _ in range(45):
        positions.say(desk.t.ours, desk.t.room, "bodies.post", bodies.post(desk.t.body))
    us = sit(desk.t.ours, "secretary")
    assert "Earlier entries" in text_of(us.get(PAGE))
    assert "Later entries" in text_of(us.get(PAGE + "?page=2"))
    for odd in ("0", "-1", "x", "9" * 30):
        assert us.get(PAGE + f"?page={odd}").status_code == 200


def test_what_is_not_counted_is_shown_with_its_reason(desk, sit):
    name = smuggle(desk.t.theirs, desk.t.room, "revoke", "record.revoke/1", {"seal": "RU/record/1"})
    smuggle_bytes(desk.t.theirs, desk.t.room, b"<script>alert(1)</script>")
    desk.t.meet()
    us = sit(desk.t.ours, "secretary")
    html = text_of(us.get(PAGE))
    assert "Not counted: what it names is not a seal" in html
    assert "Not counted: the bytes are not an entry" in html
    assert "bytes that are no entry" in html
    assert "<script>alert" not in html
    entry = text_of(us.get(f"/record/c7/entry/{name.replace('/record/', '-')}/"))
    assert "what it names is not a seal" in entry
    number = int(name.rpartition("/")[2]) + 1
    raw = text_of(us.get(f"/record/c7/entry/RU-{number}/"))
    assert "&lt;script&gt;alert(1)" in raw


def test_a_forked_log_is_a_discrepancy_and_own_work_goes_on(desk, sit, tmp_path):
    t = desk.t
    shutil.copytree(t.theirs.folder, tmp_path / "clone")
    clone = Node.open(tmp_path / "clone", registry=t.theirs.registry, make_signer=type(t.theirs.signer))
    try:
        from cochair.record import positions
        from tests.makers import bodies

        positions.say(t.theirs, t.room, "bodies.post", bodies.post(t.body, titles={"en": "One story"}))
        positions.say(clone, t.room, "bodies.post", bodies.post(t.body, titles={"en": "Another story"}))
        positions.say(clone, t.room, "bodies.post", bodies.post(t.body, titles={"en": "Longer"}))
        t.meet()
        origin = t.theirs.origin(t.room)
        t.ours.receive(t.room, origin, clone.checkpoint(t.room, origin), 0, clone.entries(t.room, origin))
    finally:
        clone.close()
    html = text_of(sit(t.ours, "secretary").get(PAGE))
    assert "Discrepancy" in html
    assert "two heads of this log contradict each other; both are kept as proof" in html
    assert "your own work goes on" in html


def test_exchange_now_takes_what_the_other_put_out(desk, sit):
    from cochair.record import positions
    from tests.makers import bodies

    t = desk.t
    positions.say(t.theirs, t.room, "bodies.post", bodies.post(t.body, titles={"en": "New"}))
    write_tree(t.theirs, t.room)
    us = sit(t.ours, "operator")
    unknown = us.post(PAGE + "exchange/", follow=True)
    assert "No address of RU is known" in text_of(unknown)
    set_address(t.ours, t.room, "RU", Address(folder=str(t.theirs.publisher.tree)))
    html = text_of(us.post(PAGE + "exchange/", follow=True))
    assert re.search(r"\d new entr(y|ies) came\.", html)
    assert "Nothing new: both Sides hold the same." in text_of(us.post(PAGE + "exchange/", follow=True))
    assert "India has countersigned" in html


def test_an_older_head_is_stale_and_the_copy_is_kept(desk, sit, tmp_path):
    from cochair.record import positions
    from tests.makers import bodies

    t = desk.t
    write_tree(t.theirs, t.room)
    shutil.copytree(t.theirs.publisher.tree, tmp_path / "old")
    positions.say(t.theirs, t.room, "bodies.post", bodies.post(t.body, titles={"en": "New"}))
    t.meet()
    set_address(t.ours, t.room, "RU", Address(folder=str(tmp_path / "old")))
    assert "Stale: Russia shows an older head" in text_of(sit(t.ours, "secretary").post(PAGE + "exchange/", follow=True))


def test_bundles_go_out_and_come_in(desk, sit):
    from cochair.record import positions
    from tests.makers import bodies

    t = desk.t
    positions.say(t.ours, t.room, "bodies.post", bodies.post(t.body, titles={"en": "New"}))
    answer = sit(t.ours, "secretary").post(PAGE + "bundle/", {"working": "1"})
    data = b"".join(answer.streaming_content)
    assert 'filename="c7-IN.bundle"' in answer.headers["Content-Disposition"]
    assert b"/w-IN-" in data
    alone = sit(t.ours, "secretary").post(PAGE + "bundle/")
    assert b"/w-IN-" not in b"".join(alone.streaming_content)
    assert not list(t.ours.folder.glob("out-*"))
    them = sit(t.theirs, "secretary")
    assert "1 new entry came." in text_of(them.post(PAGE + "bundle/in/", {"bundle": SimpleUploadedFile("b", data)}, follow=True))
    assert "Nothing new" in text_of(them.post(PAGE + "bundle/in/", {"bundle": SimpleUploadedFile("b", data)}, follow=True))
    assert not list(t.theirs.folder.glob("in-*"))


@pytest.mark.parametrize("how", ["empty", "noise", "changed", "cut", "behind", "own"])
def test_a_bundle_that_is_not_in_order_is_refused_whole(desk, sit, tmp_path, how):
    t = desk.t
    carry.write_bundle(t.ours, t.room, tmp_path / "b")
    data = bytearray((tmp_path / "b").read_bytes())
    if how == "changed":
        data[data.index(b'"kind":"position"')] ^= 1
    sent = {
        "empty": b"",
        "noise": b"\x00\xff" * 900,
        "changed": bytes(data),
        "cut": bytes(data[:-20000]),
        "behind": bytes(data) + b"x" * 512,
        "own": bytes(data),
    }[how]
    node = t.ours if how == "own" else t.theirs
    before = node.heads(t.room)
    answer = sit(node, "secretary").post(PAGE + "bundle/in/", {"bundle": SimpleUploadedFile("../../b", sent)})
    assert answer.status_code == 422
    assert "Nothing was saved yet" in answer.content.decode()
    assert 'id="id_bundle_error"' in answer.content.decode()
    assert node.heads(t.room) == before
    assert not list(node.folder.glob("in-*"))


def test_a_bundle_too_large_is_refused(desk, sit, monkeypatch):
    from cochair.workspace import record

    monkeypatch.setattr(record.BundleForm.base_fields["bundle"], "limit", 10)
    answer = sit(desk.t.ours, "secretary").post(PAGE + "bundle/in/", {"bundle": SimpleUploadedFile("b", b"x" * 11)})
    assert answer.status_code == 422
    assert "larger than" in text_of(answer)


def test_the_check_says_what_differs(desk, sit):
    us = sit(desk.t.ours, "operator")
    html = text_of(us.post(PAGE + "check/"))
    assert "Everything is in order" in html
    assert desk.t.ours.state_digest(desk.t.room, "record") in html
    with desk.t.ours.store.write() as tx:
        tx.execute("UPDATE j_matter SET standing = 'open' WHERE kind = 'meetings.dates'")
    html = text_of(us.post(PAGE + "check/"))
    assert "The check found differences" in html
    assert "a row of a table" in html


def test_an_entry_with_the_proof_of_its_place(desk, sit):
    from cochair.ledger.merkle import leaf_hash

    t = desk.t
    origin = t.ours.origin(t.room)
    html = text_of(sit(t.ours, "observer").get("/record/c7/entry/IN-2/"))
    assert leaf_hash(t.ours.entry(t.room, origin, 2)).hex() in html
    assert t.ours.heads(t.room)[origin][1].hex() in html
    assert "It stands as number 2" in html


def test_working_papers_are_not_shown_to_who_does_not_negotiate(desk, sit):
    address = f"/record/c7/entry/{desk.made[1].replace('/', '.')}/"
    assert sit(desk.t.ours, "member").get(address).status_code == 200
    for role in ("observer", "operator"):
        assert sit(desk.t.ours, role).get(address).status_code == 403


@pytest.mark.parametrize(
    "bad",
    [
        "/record/c8/",
        "/record/c7/entry/IN-999/",
        "/record/c7/entry/XX-1/",
        "/record/c7/entry/..%2F..%2Fetc/",
        "/record/c7/entry/IN.w-IN-99.1/",
    ],
)
def test_what_is_not_there(desk, sit, bad):
    assert sit(desk.t.ours, "secretary").get(bad).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"), [("member", False), ("observer", False), ("lead", False), ("cochair", False), ("operator", True)]
)
def test_rights(desk, sit, role, allowed):
    browser = sit(desk.t.ours, role)
    for address in ("exchange/", "bundle/", "bundle/in/", "check/"):
        assert (browser.post(PAGE + address).status_code == 403) is not allowed, address
        assert browser.get(PAGE + address).status_code in (403, 405)


def test_one_side_alone_has_nobody_to_exchange_with(tmp_path, sit):
    from cochair.stages import REGISTRY
    from tests.makers import nodes

    node = nodes.new_node(tmp_path / "IN", "IN", REGISTRY)
    try:
        node.found("c7")
        browser = sit(node, "secretary")
        assert "Your Side works alone" in text_of(browser.get(PAGE))
        assert browser.post(PAGE + "exchange/").status_code == 409
        assert b"".join(browser.post(PAGE + "bundle/").streaming_content)
    finally:
        node.close()


def test_an_empty_node(tmp_path, sit):
    from cochair.stages import REGISTRY
    from tests.makers import nodes

    node = nodes.new_node(tmp_path / "IN", "IN", REGISTRY)
    try:
        browser = sit(node, "secretary")
        assert "in no room yet" in text_of(browser.get("/record/"))
        assert "There is no text yet" in text_of(browser.get("/texts/"))
    finally:
        node.close()


def test_what_is_wrong_is_said_with_the_way_out_and_the_proof(desk, sit):
    """The other Side's key signed two histories: Home, the Record page, the proof as a file, in both languages."""
    from cochair.exchange import pull
    from cochair.record import evidence
    from tests.hostile.liar import Liar

    t = desk.t
    liar = Liar(t.theirs, t.room)
    del liar.logs["record"][-1:]
    liar.raw(b"another history")
    pull.pull(t.ours, t.room, liar)
    us = sit(t.ours, "secretary")
    html = text_of(us.get(PAGE))
    assert "signed two histories of this log" in html
    assert "What to do" in html
    (url,) = set(re.findall(r"/record/c7/evidence/[0-9]+/", html))
    answer = us.get(url)
    assert evidence.check(answer.content).verdict == "fork"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert us.get("/record/c7/evidence/99/").status_code == 404
    assert "signed two histories of this log" in text_of(us.get("/"))
    assert "signed two histories of this log" in text_of(sit(t.ours, "operator").get("/"))
    assert "подписаны две истории" in text_of(sit(t.ours, "operator", language="ru").get(PAGE))


def test_both_sides_begin_working_papers_anew_from_the_page(desk, sit):
    from cochair.protocol import endings

    t = desk.t
    (instrument,) = [one["subject"] for one in instruments(t)]
    url = f"/record/c7/working/{instrument.replace('/record/', '-')}/end/"
    for node in (t.ours, t.theirs):
        us = sit(node, "secretary")
        assert "Agree to begin them anew" in text_of(us.get(PAGE))
        assert "Agree to destroy them" not in text_of(us.get(PAGE))
        assert us.post(url, {"why": "anew"}).status_code == 302
        assert "has agreed: begun anew by both" in text_of(us.get(PAGE)) or node is t.theirs
        assert us.post(url, {"why": "nonsense"}).status_code >= 400
        t.meet()
    for node in (t.ours, t.theirs):
        endings.carry_out(node, t.room)
        assert endings.current(node, t.room, instrument).endswith("-2")
    assert sit(t.ours, "observer").post(url, {"why": "anew"}).status_code == 403
    assert "Destroyed by both Sides" in text_of(sit(t.ours, "secretary").get(PAGE))


def instruments(t):
    with t.ours.read() as tx:
        return tx.query("SELECT subject FROM j_matter WHERE room = ? AND kind = 'protocol.instrument'", (t.room,))


def test_a_paper_given_later_is_checked_against_the_entry(desk, sit):
    from cochair.record.node import Draft

    t = desk.t
    name = t.theirs.put_paper(t.room, b"a letter that was kept back")
    body = {"log": "x", "what": "letter", "evidence": name}
    (made,) = t.theirs.write(t.room, [Draft("record", "fault", "record.fault/1", body)])
    origin = t.theirs.origin(t.room)
    held = t.ours.heads(t.room)[origin][0]
    t.ours.receive(t.room, origin, t.theirs.checkpoint(t.room, origin), held, t.theirs.entries(t.room, origin, held))
    address = f"/record/c7/entry/RU-{made.rpartition('/')[2]}/"
    us = sit(t.ours, "secretary")
    assert "not held here" in text_of(us.get(address))
    stored = t.theirs.stored_paper(t.room, name)

    def give(data):
        return us.post(f"{address}disclose/", {"paper": SimpleUploadedFile("x.paper", data)}, follow=True)

    for wrong in (stored[:-1] + b"?", bytes(32) + stored[32:], b"short"):
        answer = give(wrong)
        assert answer.status_code == 422
        assert not t.ours.papers.has(t.room, name)
    assert "This is not a paper that the entry names" in text_of(give(stored + b"?"))
    html = text_of(give(stored))
    assert "The paper was checked against the entry and is held now." in html
    assert "held here" in html
    assert "not held here" not in html
    assert t.ours.paper(t.room, name) == b"a letter that was kept back"
    t.ours.erase(t.room, name, "request")
    assert "erased" in text_of(us.get(address))
    assert give(stored).status_code == 422
    assert sit(t.ours, "member").post(f"{address}disclose/").status_code == 403


def test_a_log_that_needs_a_newer_program_names_the_version(desk, sit):
    """As a node shows it whose program does not know what all Sides adopted (`tests/cli/test_schemas.py` brings one there)."""
    with desk.t.ours.store.write() as tx:
        tx.execute("UPDATE n_log SET stopped = 'needs version 9.1 of Cochair (meetings.letter/2)' WHERE side = 'RU' AND log = 'record'")
    html = text_of(sit(desk.t.ours, "observer").get(PAGE))
    assert "The rest needs version 9.1 of Cochair" in html
    assert "Under clarification" in html
    russian = text_of(sit(desk.t.ours, "observer", language="ru").get(PAGE))
    assert "нужна версия 9.1 Cochair" in russian


def test_the_seal_of_a_list_of_schemas_is_shown_like_any_other(desk, sit):
    t = desk.t
    listed = t.ours.put_structural(t.room, make_list(t.room, None, {"meetings.letter/2": Adopted("11" * 32, "9.1")}))
    name = seal(t.ours, t.room, listed, "schema", t.room, 1)
    us = sit(t.ours, "observer")
    assert "Every entry counts." in text_of(us.get(PAGE))
    assert us.get(f"{PAGE}entry/{name.replace('/record/', '-')}/").status_code == 200
