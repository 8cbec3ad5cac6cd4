"""A person of another Side on our node: every operation asks whose node it is, once, together with the right."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import cochair
from cochair.accounts import rights
from cochair.accounts.rights import ROLES, Actor
from cochair.kit.errors import Denied

HOUSE = Path(inspect.getfile(cochair)).parent


@pytest.mark.parametrize("stage", ["bodies", "followup", "meetings", "protocol"])
def test_every_operation_names_the_side_of_its_node(stage: str) -> None:
    asked = [call for path in (HOUSE / stage).glob("*.py") for call in re.findall(r"rights\.require\([^\n]*", path.read_text())]
    assert asked
    assert [call for call in asked if ", node.side)" not in call] == []


def test_another_side_does_nothing_here() -> None:
    everything = Actor("RU", "Somebody of the other Side", ROLES)
    for action in rights.RIGHTS:
        with pytest.raises(Denied, match="does not act for IN"):
            rights.require(everything, action, "IN")
        rights.require(everything, action, "RU")
