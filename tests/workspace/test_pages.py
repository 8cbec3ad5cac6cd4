"""Every page of the workspace opens over real nodes, says what it should, and shows no hash, log or node's name."""

import re

import pytest

from cochair.workspace.addresses import ref

PAGES = (
    "/", "/sessions/", "/bodies/", "/actions/", "/received/", "/sessions/c7/{session}/", "/sessions/c7/{session}/review/", "/sessions/c7/{session}/delegation/", "/sessions/c7/{before}/",
    "/bodies/c7/{body}/", "/bodies/c7/{commission}/", "/matter/c7/meetings.dates/{session}/", "/matter/c7/meetings.agenda/{session}/",
    "/matter/c7/bodies.body/{body}/", "/matter/c7/bodies.rules/{body}/", "/matter/c7/meetings.session/{session}/",
    "/matter/c7/followup.action/{action}/", "/matter/c7/followup.assessment/{action}/{session}/", "/matter/c7/followup.way_forward/{session}/",
    "/actions/c7/{action}/", "/say/c7/followup-report/{action}/", "/say/c7/followup-lead/{action}/", "/received/c7/new/meetings-dates/",
    "/say/c7/meetings-letter/{session}/", "/say/c7/meetings-report/{session}/", "/say/c7/meetings-declaration/{session}/", "/say/c7/bodies-post/{body}/",
    "/received/c7/new/meetings-agenda/", "/received/c7/new/followup-report/", "/received/c7/new/followup-assessment/",
    "/new/c7/bodies-body/", "/new/c7/meetings-session/", "/new/c7/followup-area/", "/new/c7/followup-project/", "/new/c7/followup-action/",
)  # fmt: skip


def where(made, page):
    names = {name: ref(getattr(made, name)) for name in ("session", "before", "body", "commission")}
    return page.format(**names, action=ref(made.actions[0]))


@pytest.mark.parametrize("language", ["en", "ru", "hi"])
def test_each_page_opens_and_shows_no_hash(table, sit, language):
    for node in (table.ours, table.theirs):
        browser = sit(node, "secretary", "cochair", language=language)
        for page in PAGES:
            answer = browser.get(where(table, page))
            assert answer.status_code == 200, page
            body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|\?v=[0-9a-f]+', "", answer.content.decode())
            assert not re.search(r"[0-9a-f]{20}", body), page
            assert 'lang="' + language in body


def test_one_side_alone_sees_the_same_pages(lone, sit):
    browser = sit(lone.ours, "secretary", "cochair")
    for page in PAGES:
        assert browser.get(where(lone, page)).status_code == 200, page
