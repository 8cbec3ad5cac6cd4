"""The pages of a text over real nodes: what a person sees, does, types wrongly, and may not do."""

import re

import pytest

from cochair.protocol import operations as op
from cochair.protocol.text import Bracket, paragraph
from cochair.workspace.addresses import ref
from tests.protocol import flow
from tests.workspace import desks

pytestmark = pytest.mark.django_db
HASH = re.compile(r"[0-9a-f]{40}")


@pytest.fixture
def desk(tmp_path):
    with desks.negotiating(tmp_path) as made:
        yield made


def fields(page):
    """The hidden fields of the form that proposes, as a browser would send them."""
    inputs = re.findall(r"<input[^>]*>", page.content.decode())
    named = [(re.search(r'name="(seen_\w+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    found = {name[1]: value[1] for name, value in named if name and value}
    assert found
    return found


def test_the_text_is_shown_in_rows_with_brackets_of_each_side_and_no_hash(desk, sit):
    page = sit(desk.t.ours, "secretary").get(desk.url())
    html = page.content.decode()
    assert page.status_code == 200
    assert "The Sides met in Moscow." in html
    assert "Стороны провели встречу в Москве." in html
    assert re.search(r'app-bracket__by">India:</span>agreed to build', html)
    assert html.index("agreed to build") < html.index("discussed")  # own wording first
    assert "<strong>3 of 4</strong>" in html
    assert not HASH.search(re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html).replace("?v=", ""))


def test_each_side_sees_itself_first(desk, sit):
    html = sit(desk.t.theirs, "secretary").get(desk.url()).content.decode()
    assert html.index("discussed") < html.index("agreed to build")
    assert "Accept theirs" in html


def test_the_page_speaks_russian(desk, sit):
    html = sit(desk.t.ours, "secretary", language="ru").get(desk.url()).content.decode()
    assert 'lang="ru"' in html
    assert "Согласуемый текст" in html
    assert "Индия" in html


def test_a_later_wording_is_shown_as_that_sides_change(desk, sit):
    base = desk.cell(1, "en").ours.position
    op.propose_text(desk.t.ours, desk.t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides met in New Delhi."), base=base)
    desk.t.meet()
    html = sit(desk.t.theirs, "secretary").get(desk.url()).content.decode()
    assert re.search(
        r'<ins class="app-ins app-ins--other"><span class="govuk-visually-hidden">inserted by India: </span>New Delhi</ins>', html
    )
    assert re.search(r'<del class="app-del app-del--other"><span class="govuk-visually-hidden">deleted by India: </span>Moscow</del>', html)
    assert "Both positions" in html


def test_accepting_theirs_in_one_click(desk, sit):
    them = sit(desk.t.theirs, "secretary")
    answer = them.post(desk.url("act"), {"do": "accept", "unit": ref(desk.made[3]), "lang": "en,ru"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{desk.url()}#{ref(desk.made[3])}")
    assert desk.cell(3, "en", desk.t.theirs).state == "brackets"
    assert "Their wording is ours now." in them.get(desk.url()).content.decode()
    again = them.post(desk.url("act"), {"do": "accept", "unit": ref(desk.made[3]), "lang": "en"})
    assert again.status_code == 404
    assert "not ours already" in again.content.decode()


def test_all_that_only_they_propose_is_taken_at_once(desk, sit):
    them = sit(desk.t.theirs, "cochair")
    assert "Accept all 2 texts" in them.get(desk.url()).content.decode()
    assert them.post(desk.url("act"), {"do": "accept-all"}).status_code == 302
    assert {desk.cell(3, lang, desk.t.theirs).state for lang in ("en", "ru")} == {"brackets"}


def propose(browser, desk, number, **typed):
    address = desk.unit(number)
    page = browser.get(address)
    sent = {"do": "propose", **fields(page)}
    return browser.post(address, sent | typed)


def test_proposing_a_wording_keeps_what_was_not_changed(desk, sit):
    us = sit(desk.t.ours, "secretary")
    before = desk.cell(1, "ru").standing
    answer = propose(us, desk, 1, text_en="The Sides met in New Delhi.", text_ru="Стороны провели встречу в Москве.")
    assert answer.status_code == 302
    assert desk.cell(1, "en").ours.text == paragraph("en", "The Sides met in New Delhi.")
    assert desk.cell(1, "ru").standing == before
    assert desk.cell(1, "en").state == "differ"


def test_typing_what_the_other_side_proposes_is_an_acceptance_of_it(desk, sit):
    base = desk.cell(1, "en").ours.position
    op.propose_text(desk.t.ours, desk.t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides met in New Delhi."), base=base)
    desk.t.meet()
    assert propose(sit(desk.t.theirs, "secretary"), desk, 1, text_en="The Sides  met in New Delhi.").status_code == 302
    assert desk.cell(1, "en", desk.t.theirs).state == "agreed"


def test_a_colleagues_newer_wording_is_not_overwritten_and_both_are_shown(desk, sit):
    us = sit(desk.t.ours, "secretary")
    page = us.get(desk.unit(1))
    sent = {"do": "propose", **fields(page)}
    assert us.post(desk.unit(1), sent | {"text_en": "The Sides met in Delhi."}).status_code == 302
    assert us.post(desk.unit(1), sent | {"text_en": "The Sides met in Kazan."}).status_code == 302
    html = us.get(desk.unit(1)).content.decode()
    assert "Both wordings are kept" in html
    assert "kept beside" in html
    assert desk.cell(1, "en").ours.text == paragraph("en", "The Sides met in Delhi.")
    take = re.search(r'value="(take:IN:[^"]+)"', html)[1]
    assert us.post(desk.unit(1), {"do": take}).status_code == 302
    assert desk.cell(1, "en").ours.text == paragraph("en", "The Sides met in Kazan.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("The Sides [agreed", "A square bracket is not closed"),
        ("The Sides [agreed] to build", "does not say whose wording"),
        ("The Sides [US: agreed / IN: met]", "no Side here"),
        ("The Sides\u202e met", ""),
        ("- a list\n- where a paragraph stands", "cannot hold a text of another"),
        ("# A heading", "cannot hold a text of another"),
        ("x" * 60_001, "60000"),
    ],
)
def test_bad_wording_comes_back_with_its_error_at_the_field_and_nothing_lost(desk, sit, typed, told):
    us = sit(desk.t.ours, "secretary")
    heads = desk.t.ours.heads(desk.t.room)
    answer = propose(us, desk, 1, text_en=typed, text_ru="Стороны встретились в Казани.")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing was saved yet" in html
    assert 'id="w_text_en_error"' in html
    assert told in html
    assert "Стороны встретились в Казани." in html
    assert typed.splitlines()[0][:50] in html
    assert desk.t.ours.heads(desk.t.room) == heads


def test_an_unchanged_form_proposes_nothing(desk, sit):
    us = sit(desk.t.ours, "secretary")
    answer = propose(us, desk, 1, text_en="The Sides met in Moscow.", text_ru="Стороны провели встречу в Москве.")
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.content.decode()


def test_a_bracket_is_closed_by_ours_theirs_or_a_third_wording(desk, sit):
    op.accept_texts(desk.t.theirs, desk.t.room, flow.RU, desk.made[3])
    desk.t.meet()
    us = sit(desk.t.ours, "secretary")
    html = us.get(desk.unit(3)).content.decode()
    assert "Bracket 1, English" in html
    empty = us.post(desk.unit(3), {"do": "wording:en.0", "side": "", "words": " "})
    assert empty.status_code == 422
    assert us.post(desk.unit(3), {"do": "wording:en.0", "side": "RU"}).status_code == 302
    assert desk.cell(3, "en").ours.text == paragraph("en", "The Sides discussed a wind tunnel by 1 March 2027.")
    nested = us.post(desk.unit(3), {"do": "wording:ru.0", "side": "", "words": "решили [всё]"})
    assert nested.status_code == 422
    assert "решили [всё]" in nested.content.decode()
    assert us.post(desk.unit(3), {"do": "wording:ru.0", "side": "", "words": "рассмотрели"}).status_code == 302
    assert desk.cell(3, "ru").ours.text == paragraph("ru", "Стороны рассмотрели аэродинамическую трубу до 1 марта 2027 года.")
    assert us.post(desk.unit(3), {"do": "wording:en.7", "side": "RU"}).status_code == 404


def test_reserve_lift_withdraw(desk, sit):
    us = sit(desk.t.ours, "secretary")
    for done, state in (("reserve:en", "reserved"), ("confirm:en", "agreed"), ("withdraw:en", "theirs"), ("accept:en", "agreed")):
        assert us.post(desk.unit(1), {"do": done}).status_code == 302
        assert desk.cell(1, "en").state == state


def test_crossed_acceptances_are_settled_with_one_click(desk, sit):
    t = desk.t
    base = desk.cell(1, "en").ours.position
    op.propose_text(t.ours, t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides met in Delhi."), base=base)
    base = desk.cell(1, "en", t.theirs).ours.position
    op.propose_text(t.theirs, t.room, flow.RU, desk.made[1], "en", paragraph("en", "The Sides met in Kazan."), base=base)
    t.meet()
    op.accept_text(t.ours, t.room, flow.IN, desk.made[1], "en")
    op.accept_text(t.theirs, t.room, flow.RU, desk.made[1], "en")
    t.meet()
    node = next(one for one in (t.ours, t.theirs) if desk.cell(1, "en", one).move == "us")
    browser = sit(node, "secretary")
    assert "Settle crossed proposals" in browser.get(desk.url()).content.decode()
    assert browser.post(desk.url("act"), {"do": "settle", "unit": ref(desk.made[1]), "lang": "en"}).status_code == 302
    t.meet()
    assert desk.cell(1, "en").state == "agreed"


def test_language_checks_are_recorded_and_go_stale(desk, sit):
    us = sit(desk.t.ours, "secretary")
    assert us.post(desk.url("act"), {"do": "marks"}).status_code == 302
    assert "languages checked: India" in us.get(desk.url()).content.decode()
    for lang, words in (("en", "The Sides met in Kazan."), ("ru", "Стороны встретились в Казани.")):
        base = desk.cell(1, lang).ours.position
        op.propose_text(desk.t.ours, desk.t.room, flow.IN, desk.made[1], lang, paragraph(lang, words), base=base)
    assert "is out of date" in us.get(desk.url()).content.decode()


def test_machine_checks_of_numbers_and_dates(desk, sit):
    base = desk.cell(1, "en").ours.position
    op.propose_text(desk.t.ours, desk.t.room, flow.IN, desk.made[1], "en", paragraph("en", "The Sides met in Moscow 3 times."), base=base)
    html = sit(desk.t.ours, "secretary", language="ru").get(desk.unit(1)).content.decode()
    assert "3 " in html
    assert "English" in html
    assert "Машинная проверка" in html


def test_remarks_are_read_by_both(desk, sit):
    us = sit(desk.t.ours, "member")
    assert us.post(desk.unit(1), {"do": "remark", "words": " "}).status_code == 422
    assert us.post(desk.unit(1), {"do": "remark", "words": "Please <b>check</b> the town."}).status_code == 302
    desk.t.meet()
    html = sit(desk.t.theirs, "member").get(desk.unit(1)).content.decode()
    assert "Please &lt;b&gt;check&lt;/b&gt; the town." in html


def test_a_new_paragraph_stands_under_its_heading(desk, sit):
    us = sit(desk.t.ours, "secretary")
    bad = us.post(desk.url("new"), {"kind": "paragraph", "no": "2 2", "under": "", "text_en": "", "text_ru": ""})
    assert bad.status_code == 422
    assert "Type the wording" not in bad.content.decode()  # the number is told first, at its field
    assert us.post(desk.url("new"), {"kind": "paragraph", "no": "2.2", "text_en": " "}).status_code == 422
    sent = {
        "kind": "paragraph",
        "no": "1.2",
        "under": ref(desk.made[0]),
        "text_en": "They thanked the host.",
        "text_ru": "Они поблагодарили хозяев.",
    }
    assert us.post(desk.url("new"), sent).status_code == 302
    html = us.get(desk.url()).content.decode()
    assert html.index("They thanked the host.") < html.index("Aerospace")
    assert "¶ 1.2" in html


def test_beginning_a_text_and_agreeing_to_it(desk, sit):
    us = sit(desk.t.ours, "secretary")
    address = f"/texts/c7/begin/{ref(desk.t.session)}/"
    assert us.get(address).status_code == 200
    bad = us.post(address, {"kind": "memorandum", "lang_en": "working", "lang_ru": "", "lang_hi": "", "prevailing": ""})
    assert bad.status_code == 422
    made = us.post(address, {"kind": "memorandum", "lang_en": "authentic", "lang_ru": "official", "lang_hi": "", "prevailing": "en"})
    assert made.status_code == 302
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary")
    assert "proposes this instrument" in them.get(made.headers["Location"]).content.decode()
    assert them.post(made.headers["Location"] + "act/", {"do": "join"}).status_code == 302
    assert "proposes this instrument" not in them.get(made.headers["Location"]).content.decode()
    assert "Memorandum" in them.get("/texts/").content.decode()


def test_following_the_other_side(desk, sit):
    base = desk.cell(1, "en", desk.t.theirs).ours.position
    op.propose_text(desk.t.theirs, desk.t.room, flow.RU, desk.made[1], "en", paragraph("en", "They met in Kazan."), base=base)
    desk.t.meet()
    us = sit(desk.t.ours, "secretary")
    html = us.get(desk.url("changes")).content.decode()
    assert "They met in Kazan." in html
    after = re.search(r"after=(\d+)", html)[1]
    assert "Nothing new since you looked." in us.get(desk.url("changes") + f"?side=RU&after={after}").content.decode()
    assert us.get(desk.url("changes") + "?side=XX&after=zz").status_code == 200


def test_hostile_wording_of_the_other_side_is_drawn_as_text(desk, sit):
    base = desk.cell(1, "en", desk.t.theirs).ours.position
    words = paragraph("en", "<script>alert(1)</script> ", Bracket({"IN": "<img src=x>", "RU": "\ue000"}))
    from cochair.protocol.contents import TextContent
    from cochair.protocol.drafts import position
    from cochair.protocol.text import dump

    paper = desk.t.theirs.put_paper(desk.t.room, dump(words))
    log = desk.made[1].split("/")[1]
    desk.t.theirs.write(desk.t.room, [position(log, "text", desk.made[1], "en", TextContent(paper))])
    desk.t.meet()
    del base
    us = sit(desk.t.ours, "secretary")
    for address in (desk.url(), desk.unit(1), desk.url("changes")):
        html = us.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x>" not in html
        assert "&lt;script&gt;alert(1)" in html
    refused = us.post(desk.url("act"), {"do": "accept", "unit": ref(desk.made[1]), "lang": "en"})
    assert refused.status_code == 422  # a private-use character is never taken


@pytest.mark.parametrize(
    ("role", "may_read", "may_write"),
    [("observer", False, False), ("operator", False, False), ("member", True, False), ("lead", True, False)],
)
def test_rights(desk, sit, role, may_read, may_write):
    browser = sit(desk.t.ours, role)
    wanted = 200 if may_read else 403
    heads = desk.t.ours.heads(desk.t.room)
    for address in (desk.url(), desk.unit(1), desk.url("changes"), desk.url("signing"), desk.url("originals")):
        assert browser.get(address).status_code == wanted, address
    assert browser.get(desk.url("new")).status_code == 403
    for done in ("accept-all", "marks", "order"):
        assert browser.post(desk.url("act"), {"do": done}).status_code in (302, 403)
    for done in ("withdraw:en", "reserve:en", "accept:en", "mark:ru", "settle:en"):
        assert browser.post(desk.unit(1), {"do": done}).status_code in (403, 404)
    assert propose_blind(browser, desk).status_code in (403, 422)
    assert desk.t.ours.heads(desk.t.room) == heads
    del may_write


def propose_blind(browser, desk):
    return browser.post(desk.unit(1), {"do": "propose", "text_en": "Something else entirely."})


def test_a_seat_on_another_body_opens_nothing_here(desk, client):
    from cochair.accounts.here import using
    from tests.pages import make_user

    with using(desk.t.ours):
        user = make_user("elsewhere", "secretary", room=desk.t.room, body="IN/record/999")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(desk.url()).status_code == 403
        assert client.post(desk.unit(1), {"do": "withdraw:en"}).status_code == 403


@pytest.mark.parametrize(
    "bad", ["/texts/c8/IN-6/", "/texts/c7/IN-999/", "/texts/c7/zz/", "/texts/c7/IN-2/", "/texts/c7/RU.w-IN-7.3/", "/texts/c7/begin/IN-999/"]
)
def test_what_is_not_there_is_said_so(desk, sit, bad):
    assert sit(desk.t.ours, "secretary").get(bad).status_code == 404


@pytest.mark.parametrize("bad", ["IN-6", "IN.w-IN-6.999", "IN.w-IN-9.1", "x", "IN.w-IN-6.1.1"])
def test_no_such_paragraph(desk, sit, bad):
    assert sit(desk.t.ours, "secretary").get(desk.url("paragraph", bad)).status_code == 404


def test_a_button_that_does_not_exist_does_nothing(desk, sit):
    us = sit(desk.t.ours, "secretary")
    assert us.post(desk.url("act"), {"do": "sign"}).status_code == 422
    assert us.post(desk.unit(1), {"do": "sign:en"}).status_code == 422
    assert us.post(desk.unit(1), {"do": "accept:xx"}).status_code == 404
    assert us.get(desk.url("act")).status_code == 405


def test_forms_are_guarded(desk, sit):
    from django.test import Client

    us = sit(desk.t.ours, "secretary")
    guarded = Client(enforce_csrf_checks=True)
    guarded.cookies = us.cookies
    assert guarded.post(desk.unit(1), {"do": "withdraw:en"}).status_code == 403


def test_one_side_alone_enters_what_the_other_sent(tmp_path, sit):
    from cochair.accounts.rights import Actor
    from cochair.record import positions
    from cochair.stages import REGISTRY
    from tests.makers import bodies, meetings, nodes

    node = nodes.new_node(tmp_path / "IN", "IN", REGISTRY)
    try:
        room = node.found("c7")
        body = positions.propose(node, room, "bodies.body", bodies.body(parent=None))
        session = positions.propose(node, room, "meetings.session", meetings.session(body))
        me = Actor("IN", "Secretary", frozenset({"secretary"}))
        id_ = op.open_instrument(node, room, me, flow.instrument(session))
        made = op.propose_draft(node, room, me, id_, flow.units()[:2])
        browser = sit(node, "secretary")
        address = f"/texts/c7/{ref(id_)}/paragraph/{ref(made[1])}/"
        assert "has no node yet" in browser.get(f"/texts/c7/{ref(id_)}/").content.decode()
        sent = {
            "do": "received",
            "lang": "en",
            "how": "letter",
            "number": "12/7",
            "dated": "2026-08-01",
            "words": "The Sides met in Kazan.",
        }
        assert browser.post(address, sent | {"dated": "1 August"}).status_code == 422
        assert browser.post(address, sent).status_code == 302
        html = browser.get(address).content.decode()
        assert "The Sides met in" in html
        assert "Kazan" in html
        assert flow.grid_cell(node, room, id_, made[1], "en").state == "differ"
        act = f"/texts/c7/{ref(id_)}/act/"
        bad = browser.post(act, {"do": "agreement", "how": "said", "number": "7", "dated": "soon"})
        assert bad.status_code == 422
        assert 'value="soon"' in bad.content.decode()
        assert browser.post(act, {"do": "agreement", "how": "said", "number": "", "dated": "2026-09-02"}).status_code == 302
        assert flow.grid_cell(node, room, id_, made[0], "ru").state == "account"
    finally:
        node.close()


def test_the_review_becomes_a_section_of_the_draft(tmp_path, sit):
    from tests.workspace import scene

    with scene.table(tmp_path) as made:
        us = sit(made.ours, "secretary")
        address = f"/texts/c7/{ref(made.text)}/"
        assert "Propose the review section" in us.get(address).content.decode()
        assert us.post(address + "act/", {"do": "review"}).status_code == 302
        html = us.get(address).content.decode()
        assert "are proposed from the review" in html
        assert "Implementation of the decisions of the" in html
        assert "Propose the review section" not in html
        before = made.ours.heads(made.room)
        assert us.post(address + "act/", {"do": "review"}).status_code in {409, 422}, "a second click adds no second section"
        assert made.ours.heads(made.room) == before


def order_form(page):
    """Every field of the form of the order, as a browser sends it back unchanged."""
    html = page.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]+-(?:place|no))"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+-under)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_the_order_and_the_numbers_are_proposed_and_taken(desk, sit):
    us = sit(desk.t.ours, "secretary")
    sent = order_form(us.get(desk.url("order")))
    assert len(sent) == 12
    last, head = ref(desk.made[3]), ref(desk.made[0])
    moved = sent | {f"{last}-place": "2", f"{last}-no": "1.1", f"{last}-under": head, f"{ref(desk.made[1])}-no": "1.2"}
    assert us.post(desk.url("order"), moved).status_code == 302
    html = us.get(desk.url()).content.decode()
    assert html.index("wind tunnel") < html.index("The Sides met in Moscow.") < html.index("Aerospace")
    desk.t.meet()
    them = sit(desk.t.theirs, "secretary")
    assert "different orders" in them.get(desk.url()).content.decode()
    assert them.post(desk.url("act"), {"do": "order"}).status_code == 302
    assert "¶ 1.2" in them.get(desk.url()).content.decode()


@pytest.mark.parametrize("change", [{"place": "x"}, {"no": "1 1"}, {"under": "zz"}, {"place": "1"}])
def test_an_order_that_cannot_be_comes_back_as_typed(desk, sit, change):
    us = sit(desk.t.ours, "secretary")
    [(field, value)] = change.items()
    sent = order_form(us.get(desk.url("order"))) | {f"{ref(desk.made[3])}-{field}": value}
    heads = desk.t.ours.heads(desk.t.room)
    answer = us.post(desk.url("order"), sent)
    assert answer.status_code == 422
    assert "Nothing was saved yet" in answer.content.decode()
    assert desk.t.ours.heads(desk.t.room) == heads


def test_an_order_without_any_place_is_refused_and_kept_as_typed(desk, sit):
    us = sit(desk.t.ours, "secretary")
    sent = {name: "" if name.endswith("-place") else value for name, value in order_form(us.get(desk.url("order"))).items()}
    sent[f"{ref(desk.made[3])}-no"] = "9.9"
    before = desk.t.ours.heads(desk.t.room)
    answer = us.post(desk.url("order"), sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The order names no paragraph, so nothing would be printed. Give at least one paragraph its place" in html
    assert 'value="9.9"' in html
    assert desk.t.ours.heads(desk.t.room) == before
