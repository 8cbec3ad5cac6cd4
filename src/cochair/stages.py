"""The one registry of what the stages write and what follows from it; handed to every node object."""

from cochair.bodies.effects import STAGE as BODIES
from cochair.followup.effects import STAGE as FOLLOWUP
from cochair.meetings.effects import STAGE as MEETINGS
from cochair.protocol.effects import STAGE as PROTOCOL
from cochair.publication.effects import STAGE as PUBLICATION
from cochair.record.registry import Registry

REGISTRY = Registry([BODIES, MEETINGS, FOLLOWUP, PROTOCOL, PUBLICATION])
