"""Papers by commands: given later and checked, erased on both Sides; bundles sealed, of what is new, and what they say when they do not connect."""

from cochair.ledger.papers import paper_id
from cochair.record.node import Draft
from tests.cli import program


def test_a_paper_is_saved_disclosed_and_erased(tmp_path):
    room = program.ready(tmp_path)
    with program.inside(tmp_path, "IN") as (ours,):
        name = ours.put_paper(room, b"a letter that was kept back")
        ours.write(room, [Draft("record", "fault", "record.fault/1", {"log": "x", "what": "letter", "evidence": name})])
        (tmp_path / "in" / "open-tree").unlink()  # so that the entry comes without its paper
    program.exchanged(tmp_path, "IN", "RU")
    assert "not held here" in program.cochair(tmp_path, "paper", "save", "ru", name, "x.paper", status=1)
    saved = program.ask(tmp_path, "paper", "save", "in", name, "letter.paper")
    assert saved["bytes"] == 27
    assert (tmp_path / "letter.paper").stat().st_mode & 0o777 == 0o600
    other = paper_id(bytes(32), b"x")
    assert "does not have the id" in program.cochair(tmp_path, "paper", "disclose", "ru", other, "letter.paper", status=1)
    assert program.ask(tmp_path, "paper", "disclose", "ru", name, "letter.paper") == {"paper": name, "new": True}
    erased = program.ask(tmp_path, "paper", "erase", "in", name, "--ground", "personal-data")
    assert erased["entry"].startswith("IN/record/")
    program.exchanged(tmp_path, "IN", "RU")
    assert "was erased" in program.cochair(tmp_path, "paper", "disclose", "ru", name, "letter.paper", status=1)


def test_bundles_of_what_is_new_say_what_they_need(tmp_path):
    room = program.ready(tmp_path)
    program.wrote(tmp_path, "IN", room, steps=6)
    with program.inside(tmp_path, "IN") as (ours,):
        size = ours.heads(room)[ours.origin(room)][0]
    said = program.cochair(tmp_path, "bundle", "write", "in", "late.bundle", "--since", str(size))
    assert "0 entries are acknowledged, so its reader must have taken in" in said
    said = program.cochair(tmp_path, "bundle", "read", "ru", "late.bundle", status=1)
    assert f"entries 0 to {size - 1} is missing" in said
    assert "--since 0" in said
    assert "carries only what was new" in program.cochair(tmp_path, "verify", "late.bundle", status=1)
    assert "not known here" in program.cochair(tmp_path, "bundle", "write", "in", "x.bundle", "--sealed", status=1)
    told = program.ask(tmp_path, "bundle", "recipient", "ru", "--out", "ru.recipient")
    assert told["RU"].startswith("age1")
    assert program.ask(tmp_path, "bundle", "recipient", "in", "--take", "ru.recipient")["RU"] == told["RU"]
    assert program.ask(tmp_path, "bundle", "write", "in", "all.bundle", "--since", "seen", "--sealed")["sealed"]
    assert program.ask(tmp_path, "bundle", "read", "ru", "all.bundle")["missing"] == []
    assert program.ask(tmp_path, "bundle", "read", "ru", "late.bundle")["entries"] == {}
