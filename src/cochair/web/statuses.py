"""The words and colours of every status a page shows: one table, so that one state never has two names.

``code -> (words, colour of the tag)``. The codes are those of the record's contents and queries; the words are the pages' (design: "Words").
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATUSES = {
    # matters and provisions
    "agreed": (pgettext_lazy("status", "Agreed"), "green"),
    "ad-referendum": (_("Agreed ad referendum"), "teal"),
    "adopted": (_("Adopted"), "green"),
    "signed": (_("Signed"), "green"),
    "open": (pgettext_lazy("status", "Open"), "yellow"),
    "reserved": (_("Reserved"), "orange"),
    "brackets": (_("In brackets"), "yellow"),
    "untranslated": (_("Untranslated"), "grey"),
    "to-answer": (_("To answer"), "yellow"),
    "awaited": (_("Awaited"), "blue"),
    "crossed": (_("Proposals crossed"), "orange"),
    "withdrawn": (_("Withdrawn"), "grey"),
    "none": (_("No position yet"), "grey"),
    # a Side alone
    "account": (_("Our account"), "purple"),
    "received": (_("Received"), "purple"),
    "confirmed": (_("Confirmed"), "green"),
    "corrected": (_("Corrected"), "orange"),
    # agreed actions
    "not-started": (_("Not started"), "grey"),
    "in-progress": (_("In progress"), "teal"),
    "done": (_("Done"), "green"),
    "delayed": (_("Delayed"), "orange"),
    "date-passed": (_("Date passed"), "red"),
    "sides-differ": (_("The Sides differ"), "magenta"),
    "pending": (_("Pending"), "yellow"),
    "accepted": (_("Accepted"), "green"),
    "declined": (_("Declined"), "grey"),
    "dropped": (_("Not continued"), "grey"),
    "partly-done": (_("Partly done"), "teal"),
    "blocked": (_("Blocked"), "red"),
    "standing": (_("Standing"), "blue"),
    "overtaken": (_("Overtaken by events"), "grey"),
    "replaced": (_("Replaced"), "grey"),
    "ended-by-consent": (_("Ended by consent"), "grey"),
    "carried-over": (_("Carried over"), "blue"),
    # record
    "complete": (_("Complete"), "green"),
    "missing": (_("Missing"), "red"),
    "not-counted": (_("Not counted"), "red"),
    "clarification": (_("Under clarification"), "orange"),
    "discrepancy": (_("Discrepancy"), "red"),
    "stale": (_("Stale"), "orange"),
    "checked": (_("Checked"), "green"),
    # press against the record
    "same": (_("Same"), "green"),
    "coarser": (_("Coarser"), "blue"),
    "differs": (_("Differs"), "yellow"),
    "contradicts": (_("Contradicts"), "red"),
    "silent": (_("Silent"), "grey"),
    "unresolved": (_("Unresolved"), "grey"),
    "unclassified": (_("Not classified"), "grey"),
    "claim": (_("Claim"), "purple"),
    "specimen": (_("Specimen"), "grey"),
    "draft": (_("Draft"), "grey"),
    "new": (_("New"), "blue"),
}
