"""One Side works alone and enters what the other sent; when the other joins, it confirms or corrects each."""

import pytest

from cochair.kit.errors import CochairError, Conflict, Denied, NotFound, NotHeld
from cochair.meetings import operations, queries, received
from cochair.record import positions
from tests.makers import meetings as make
from tests.makers.actors import OBSERVER, SECRETARY, THEIR_SECRETARY
from tests.makers.nodes import bring, lone, meet, pair


def letter_in(node, room, account, **over):
    given = {"from_side": "RU", "how": "letter", "paper": b"%PDF SPECIMEN letter", "number": "исх-9", "dated": "2026-05-11"}
    return received.enter_received(node, room, SECRETARY, account=account, **given | over)


def accepted_by_letter(node, room, session, content, kind="meetings.dates"):
    return letter_in(node, room, received.account_of_position(node, kind, content, subject=session))


@pytest.fixture
def begun(tmp_path):
    with pair(tmp_path) as (ours, theirs, room):
        session = operations.propose_session(ours, room, SECRETARY, make.session("IN/record/0"))
        operations.propose_dates(ours, room, SECRETARY, session, make.dates())
        yield ours, theirs, room, session


def dates(node, room, session):
    with node.read() as tx:
        return queries.dates(tx, room, session, node.side)


def test_alone_an_answer_by_letter_makes_dates_stand_by_our_account_only(tmp_path):
    with lone(tmp_path) as (node, room):
        session = operations.propose_session(node, room, SECRETARY, make.session("IN/record/0"))
        operations.propose_dates(node, room, SECRETARY, session, make.dates())
        accepted_by_letter(node, room, session, make.dates())
        assert dates(node, room, session).status == "account"
        with node.read() as tx:
            rows = tx.query("SELECT standing FROM meetings_dates WHERE room = ?", (room,))
            (line,) = queries.letters(tx, room, "IN")
        assert rows == [{"standing": "account"}]
        assert (line.sender, line.number, line.how) == ("RU", "исх-9", "letter")
        assert node.paper(room, line.paper) == b"%PDF SPECIMEN letter"


def test_a_counter_proposal_by_letter_is_shown_as_told(begun):
    ours, _, room, session = begun
    accepted_by_letter(ours, room, session, make.dates(start="2026-09-21", end="2026-09-22"))
    read = dates(ours, room, session)
    assert (read.status, read.content.start, read.theirs.start) == ("differ", "2026-09-16", "2026-09-21")
    accepted_by_letter(ours, room, session, make.agenda(), kind="meetings.agenda")
    with ours.read() as tx:
        assert queries.agenda(tx, room, session, "IN").status == "told"


def test_what_is_confirmed_becomes_their_own_word(begun):
    ours, theirs, room, session = begun
    account = accepted_by_letter(ours, room, session, make.dates())
    listed = received.account_of_statement(ours, "meetings.delegation", make.delegation(session))
    members = letter_in(ours, room, listed, how="word", paper=None)
    bring(ours, theirs, room)
    with theirs.read() as tx:
        assert [one.id for one in queries.to_confirm(tx, room, "RU")] == [account, members]
        assert queries.delegation(tx, room, session, "RU").account == "IN"
    for one in (account, members):
        received.confirm_received(theirs, room, THEIR_SECRETARY, one)
    meet(ours, theirs, room)
    assert [dates(node, room, session).status for node in (ours, theirs)] == ["agreed", "agreed"]
    with ours.read() as tx:
        assert queries.to_confirm(tx, room, "RU") == []
        view = queries.delegation(tx, room, session, "RU")
    assert (len(view.members), view.account) == (3, "")
    with pytest.raises(NotFound):
        received.confirm_received(theirs, room, THEIR_SECRETARY, account)
    assert ours.state_digest(room) == theirs.state_digest(room)


def test_what_is_corrected_gives_way_to_their_own_entry(begun):
    ours, theirs, room, session = begun
    account = accepted_by_letter(ours, room, session, make.dates())
    listed = letter_in(ours, room, received.account_of_statement(ours, "meetings.delegation", make.delegation(session)))
    bring(ours, theirs, room)
    with pytest.raises(CochairError, match="says what is right"):
        received.correct_received(theirs, room, THEIR_SECRETARY, account)
    received.correct_received(theirs, room, THEIR_SECRETARY, account, content=make.dates(venue={"en": "Another house"}))
    received.correct_received(theirs, room, THEIR_SECRETARY, listed, content=make.delegation(session, 2))
    meet(ours, theirs, room)
    read = dates(ours, room, session)
    assert (read.status, read.theirs.venue) == ("differ", {"en": "Another house"})
    with ours.read() as tx:
        view = queries.delegation(tx, room, session, "RU")
        assert queries.to_confirm(tx, room, "RU") == []
    assert (len(view.members), view.account) == (2, "")


def test_of_several_accounts_the_earlier_is_answered_first(begun):
    ours, theirs, room, session = begun
    first = accepted_by_letter(ours, room, session, make.dates(start="2026-09-15"))
    second = accepted_by_letter(ours, room, session, make.dates())
    bring(ours, theirs, room)
    with pytest.raises(Conflict, match="waits for your answer"):
        received.confirm_received(theirs, room, THEIR_SECRETARY, second)
    received.confirm_received(theirs, room, THEIR_SECRETARY, first)
    received.confirm_received(theirs, room, THEIR_SECRETARY, second)
    meet(ours, theirs, room)
    assert dates(ours, room, session).status == "agreed"


def test_a_side_with_a_position_of_its_own_corrects_by_it(begun):
    ours, theirs, room, session = begun
    account = accepted_by_letter(ours, room, session, make.dates())
    bring(ours, theirs, room)
    own = operations.propose_dates(theirs, room, THEIR_SECRETARY, session, make.dates(start="2026-09-15"))
    with pytest.raises(Conflict, match="a position of its own"):
        received.confirm_received(theirs, room, THEIR_SECRETARY, account)
    received.correct_received(theirs, room, THEIR_SECRETARY, account, by=own)
    meet(ours, theirs, room)
    assert dates(ours, room, session).status == "differ"


def test_a_confirmation_needs_the_papers_that_are_named(begun):
    ours, theirs, room, session = begun
    lost = make.agenda(paper="56" * 32)
    with pytest.raises(NotHeld):
        accepted_by_letter(ours, room, session, lost, kind="meetings.agenda")
    lost = make.agenda(paper=ours.put_paper(room, b"SPECIMEN annotated agenda"))
    account = accepted_by_letter(ours, room, session, lost, kind="meetings.agenda")
    ours.papers.erase(room, lost.paper)
    bring(ours, theirs, room)
    with pytest.raises(NotHeld):
        received.confirm_received(theirs, room, THEIR_SECRETARY, account)


def test_a_thing_that_the_other_side_introduced_by_letter_is_named_by_the_account(begun):
    ours, theirs, room, _ = begun
    proposed = received.account_of_position(ours, "meetings.session", make.session("IN/record/0", kind="expert", ordinals={}))
    expert = letter_in(ours, room, proposed)
    positions.propose(ours, room, "meetings.session", make.session("IN/record/0", kind="expert", ordinals={}), subject=expert)
    with ours.read() as tx:
        assert queries.session(tx, room, expert, "IN").status == "account"
    bring(ours, theirs, room)
    received.confirm_received(theirs, room, THEIR_SECRETARY, expert)
    meet(ours, theirs, room)
    with ours.read() as tx:
        assert queries.session(tx, room, expert, "IN").status == "agreed"


def test_an_account_entered_wrongly_is_taken_back(begun):
    ours, theirs, room, session = begun
    account = accepted_by_letter(ours, room, session, make.dates())
    received.take_back_received(ours, room, SECRETARY, account)
    assert dates(ours, room, session).status == "ours"
    bring(ours, theirs, room)
    with theirs.read() as tx:
        assert queries.to_confirm(tx, room, "RU") == []


def test_who_may_not_and_what_cannot_be_entered(begun):
    ours, _, room, session = begun
    account = received.account_of_position(ours, "meetings.dates", make.dates(), subject=session)
    with pytest.raises(Denied):
        received.enter_received(ours, room, OBSERVER, from_side="RU", account=account, how="said")
    with pytest.raises(CochairError, match="our own Side"):
        letter_in(ours, room, account, from_side="IN")
    with pytest.raises(CochairError, match="with its paper"):
        letter_in(ours, room, account, paper=None)
    with pytest.raises(CochairError, match="is not a day"):
        letter_in(ours, room, account, dated="2026-02-31")
    with pytest.raises(NotFound, match="does not wait"):
        received.confirm_received(ours, room, SECRETARY, session)
