"""One valid content for each kind that the stages `bodies`, `meetings` and `followup` register."""

from typing import Any

from tests.makers import bodies, followup, meetings

CONTENTS: dict[str, Any] = {
    "bodies.body/1": bodies.body(),
    "bodies.rules/1": bodies.rules(),
    "bodies.post/1": bodies.post(),
    "bodies.holder/1": bodies.holder(),
    "bodies.designee/1": bodies.designee(),
    "meetings.session/1": meetings.session(),
    "meetings.dates/1": meetings.dates(),
    "meetings.agenda/1": meetings.agenda(),
    "meetings.delegation/1": meetings.delegation(),
    "meetings.freeze/1": meetings.freeze(),
    "meetings.change/1": meetings.change(),
    "meetings.report/1": meetings.report(),
    "meetings.letter/1": meetings.letter(),
    "meetings.receipt/1": meetings.receipt(),
    "meetings.declaration/1": meetings.declaration(),
    "followup.area/1": followup.area(),
    "followup.project/1": followup.project(),
    "followup.phrase/1": followup.phrase(),
    "followup.action/1": followup.action(),
    "followup.lead/1": followup.lead(),
    "followup.report/1": followup.report(),
    "followup.assessment/1": followup.assessment(),
    "followup.way_forward/1": followup.way_forward(),
}
