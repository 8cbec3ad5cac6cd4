"""`cochair keys renew`, where it says no and what to do instead, and once given up. The whole sequence stands in `docs/operate/keys.md`."""

import json

import pytest

from cochair.cli import renewing
from cochair.kit.errors import CochairError
from cochair.record.keys import load_public_keys
from cochair.record.node import Node
from cochair.record.signer import InProcessSigner
from tests.cli.program import exchanged, inside, ready, wrote


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setitem(Node.open.__func__.__kwdefaults__, "make_signer", InProcessSigner)
    room = ready(tmp_path)
    wrote(tmp_path, "in", room, 3)
    exchanged(tmp_path, "IN", "RU", "IN")
    (tmp_path / "letter.txt").write_text("SPECIMEN letter of the secretary")
    return tmp_path


@pytest.fixture
def renew(folder, capsys):
    """The command, in this process -> what it says as JSON."""

    def run(side, **options):
        if "letter" in options:
            options["letter"] = folder / options["letter"]
        renewing.renew(folder / side, **options, json=True)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cosign": True}, "Give the secretary's letter: --letter FILE"),
        ({"cosign": True, "letter": "none.txt"}, "There is no file .*none.txt"),
        ({"cosign": True, "give_up": True}, "Leave out --give-up"),
        ({"give_up": True}, "Our Side has no seal of new terms"),
        ({"cosign": True, "letter": "letter.txt", "room": "c8"}, "Let it join first: cochair node join"),
        ({"cosign": True, "letter": "letter.txt", "room": "c9"}, "in no room c9"),
    ],
)
def test_each_refusal_says_the_next_step_and_leaves_the_keys_as_they_are(folder, renew, options, told):
    with inside(folder, "in") as (node,):
        node.found("c8")
    before = load_public_keys(folder / "in")
    with pytest.raises(CochairError, match=told):
        renew("in", **{"room": "c7", **options})
    assert load_public_keys(folder / "in") == before


def test_a_renewal_is_proposed_given_up_and_proposed_with_the_same_keys(folder, renew):
    first = renew("in", cosign=True, exchange=True, letter="letter.txt")
    assert first["waits"].startswith("The other Side is next")
    with pytest.raises(CochairError, match="Settle them first"):
        renew("in", cosign=True, letter="letter.txt")
    assert renew("in")["fingerprint"] == first["fingerprint"]
    given_up = renew("in", give_up=True)
    assert (given_up["waits"], given_up["fingerprint"]) == ("", "")
    exchanged(folder, "RU", "IN", "RU", "IN")
    second = renew("in", cosign=True, letter="letter.txt")
    assert second["fingerprint"] == first["fingerprint"], "keys that no room names are taken before others are made"
    exchanged(folder, "RU", "IN")
    with pytest.raises(CochairError, match="nobody has compared them"):
        renew("ru", letter="letter.txt", fingerprint="1" * 40)
    with pytest.raises(CochairError, match=r"The terms renew keys of the node of IN\. Our Side has not sealed them"):
        renew("ru")
    renew("ru", letter="letter.txt", fingerprint=second["fingerprint"])
    exchanged(folder, "IN")
    done = renew("in")
    assert done["waits"] == ""
    assert done["sides"]["IN"]["fingerprint"] == first["fingerprint"]
    [ended] = done["sides"]["IN"]["ended"]
    assert ended["heads"]["RU"] > 0
