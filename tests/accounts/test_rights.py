"""The table of rights, role by role, and that nothing outside it is allowed."""

import re
from pathlib import Path

import pytest

from cochair.accounts.rights import RIGHTS, ROLES, Actor, may, require
from cochair.kit.errors import Denied

SOURCE = Path(__file__).parents[2] / "src" / "cochair"
ASKED = re.compile(r"""(?:require\(\s*[\w.]+,\s*|needs\(\s*|\bmay\(\s*[\w.]+,\s*)["']([^"'<>]+)["']""")

# what each role may, written out a second time on purpose: a right given by mistake has to be given twice
MAY = {
    "observer": "matter.view press.read record.view",
    "member": "internal.view matter.view negotiation.view press.keep press.read protocol.comment record.view",
    "lead": "internal.view matter.view negotiation.view press.keep press.read protocol.comment record.view report.state",
    "operator": "bundle.read bundle.write exchange.run node.operate record.view",
    "cochair": """
        action.propose agenda.propose area.propose assessment.propose body.propose dates.propose declaration.state internal.view lead.state
        manifest.prepare matter.view negotiation.view post.state press.keep press.read project.propose protocol.accept protocol.comment protocol.concordance
        protocol.open protocol.propose protocol.signatory protocol.withdraw publication.consent received.answer record.view report.state seal.attest
        seal.file seal.find seal.revoke session.propose way_forward.propose working.end
    """,
    "secretary": """
        action.propose agenda.propose area.propose assessment.propose body.propose bundle.read bundle.write dates.propose declaration.state
        delegation.freeze delegation.state exchange.run internal.view lead.state letter.state mandate.file manifest.prepare matter.view
        negotiation.view paper.disclose person.state post.state press.keep press.read project.propose protocol.accept protocol.comment protocol.concordance protocol.open
        protocol.propose protocol.signatory protocol.withdraw publication.consent received.answer received.enter record.view report.state
        seal.attest seal.find session.propose way_forward.propose working.end
    """,
}


def actor(*roles):
    return Actor("IN", "the Indian Side", frozenset(roles))


def test_every_role_stands_in_the_table_above():
    assert set(MAY) == ROLES
    assert frozenset().union(*RIGHTS.values()) == ROLES


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_may_exactly_what_the_table_says(role):
    allowed = set(MAY[role].split())
    for action in RIGHTS:
        assert may(actor(role), action) is (action in allowed), (role, action)
    assert allowed <= set(RIGHTS)


@pytest.mark.parametrize("action", ["", "seal", "seal.file ", "SEAL.FILE", "nobody.ever", "*"])
def test_what_is_not_in_the_table_is_denied_to_everybody(action):
    everybody = actor(*ROLES, "root", "*")
    with pytest.raises(Denied, match="No role holds this right"):
        require(everybody, action)


def test_unknown_roles_and_none_give_nothing():
    for action in RIGHTS:
        assert not may(actor(), action)
        assert not may(actor("root", "Secretary", ""), action)


def test_roles_add_up_and_a_refusal_names_who_may():
    require(actor("secretary", "cochair"), "seal.file")
    with pytest.raises(Denied, match=r"the Indian Side may not do this.*open to: cochair"):
        require(actor("secretary"), "seal.file")


def test_the_table_cannot_be_changed_while_the_node_runs():
    with pytest.raises(TypeError):
        RIGHTS["seal.file"] = frozenset({"observer"})
    with pytest.raises(AttributeError):
        actor().roles = frozenset({"cochair"})


def test_every_right_that_the_program_asks_for_is_in_the_table():
    asked = {
        (found, path.name) for path in SOURCE.rglob("*.py") for found in ASKED.findall(path.read_text("utf-8")) if path.name != "rights.py"
    }
    assert len(asked) > 20, "the search for rights finds nothing: it has to be mended"
    assert {pair for pair in asked if pair[0] not in RIGHTS} == set()
