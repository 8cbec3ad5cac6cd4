"""The fold: (registry, terms, closed cut of the logs) -> rows of every joint table. Pure; no clock, network, database, paper or signature check.

The rulebook:

1. Entries are held per log and applied one after the other. An entry waits, with all behind it, while it acknowledges more than is applied here or names
   structural content that is not held (R3: only closed cuts are folded). A schema that all Sides adopted and this program does not know stops the log there.
2. An entry is judged by `record.void` from its causal past. A void one is kept with its reason and has no other effect.
   A working log of a later turn waits while one of an earlier turn of its instrument is in the cut: one matter never stands in two logs.
3. What changes: the rows of the entry itself, of its matter, of its slot, of its log's heads. Terms that come into force put every matter anew.
4. The result depends on the cut alone, never on the order or the portions in which the entries came. So `Fold.advance` may be called after each entry or
   once for a hundred thousand, and live tables equal rebuilt ones.

Rows belong to a source (entry id, matter key, slot key, ``manifest:<digest>``, log name): the writer deletes what the source had and inserts what it has now.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import msgspec

from cochair.kit import canonical
from cochair.kit.errors import Rejected
from cochair.kit.ids import instrument_of, parse_origin, turn_of, working_log
from cochair.ledger.entries import KINDS, VERSION, Entry, decode, decode_run
from cochair.ledger.keychanges import KeyChange
from cochair.record import contents
from cochair.record.agreement import Acknowledgements, Finding, Revoke, Seal, Seen
from cochair.record.matters import evaluate, present_accounts
from cochair.record.registry import ManifestView, MatterView, Registry, SlotName, StatementView
from cochair.record.rows import Changes, Rows, Values
from cochair.record.schemas import Adopted
from cochair.record.slots import TermsChain, causal_cut, known_cut, schemas_in_force, verdicts
from cochair.record.state import Account, Found, LogState, Matter, Position, Received, Sealed, Slot, State, Value, WriterPast
from cochair.record.void import ENTRIES, Judged, in_force, judge

Structural = Callable[[str], Mapping[str, Any] | None]
_MANY = 2000
_RUN = 256
"""Entries of one log that are decoded together where that many are held."""


class Fold:
    """The fold of one room, kept from entry to entry."""

    def __init__(self, registry: Registry, room: str, structural: Structural) -> None:
        """`structural`: digest -> content, or None while not held; the founding terms (digest = room) must be held."""
        self.registry = registry
        self.state = State(room)
        self.acks = Acknowledgements()
        self.structural = structural
        self._decoders = {schema: msgspec.json.Decoder(kind.content) for schema, kind in registry.kinds.items()}
        self._rows = Rows(registry)
        self._logs: dict[str, LogState] = {}
        self._pasts: dict[str, WriterPast] = {}
        self._matters: set[str] = set()
        self._slots: set[str] = set()
        self._heads: set[str] = set()
        self._staged: set[str] = set()
        self._offered: tuple[bytes, Entry, Judged] | None = None
        self._chain: TermsChain | None = None
        self._acts = 0
        self._sides: tuple[str, ...] = ()

    # -- what callers ask ---------------------------------------------------------------------------------------------------------------

    def log(self, origin: str) -> LogState:
        """The log of an origin, begun if it is new."""
        log = self._logs.get(origin)
        if log is None:
            parts = parse_origin(origin)
            log = self.state.logs.setdefault(f"{parts.side}/{parts.log}", LogState(origin, parts.side, parts.log))
            self._logs[origin] = log
        return log

    def hold(self, origin: str, entries: Iterable[bytes]) -> None:
        """Put the next entries of a log behind those held; they are applied by `advance`."""
        self.log(origin).pending.extend(entries)

    def advance(self, upto: Mapping[str, int] | None = None) -> Changes:
        """Apply whatever can be applied (of each origin at most the first `upto` entries) -> the changes of rows since the last call."""
        with uncollected(sum(len(log.pending) for log in self.state.logs.values())):
            moved = True
            while moved:
                moved = False
                for log in list(self.state.logs.values()):
                    limit = None if upto is None else upto.get(log.origin, 0)
                    while log.pending and (limit is None or log.applied < limit) and self._apply_next(log):
                        moved = True
            return self._flush()

    def apply_held(self, log: LogState) -> None:
        """Apply the entries held of one log, rows left to the next `advance`."""
        while log.pending and self._apply_next(log):
            pass

    def offer(self, log: LogState, data: bytes, entry: Entry) -> Judged:
        """As `judge` for `data` decoded; remembered until these bytes are held and applied as the very next thing, so that they are judged once."""
        verdict = self.judge(log, entry)
        self._offered = (data, entry, verdict)
        return verdict

    def judge(self, log: LogState, entry: Entry) -> Judged:
        """The verdict on an entry, were it the next of its log; nothing is changed."""
        if (entry.log, entry.room, entry.seq) != (log.origin, self.state.room, log.applied):
            return Judged(void="misplaced")
        return judge(self.registry, self._past(log), entry)

    def _past(self, log: LogState) -> WriterPast:
        past = self._pasts.get(log.name)
        if past is None:
            past = self._pasts[log.name] = WriterPast(self.state, log, self.structural, self._adopted)
        return past

    def _adopted(self, log: LogState, schema: str) -> Adopted | None:
        """A schema that the log's writer may use, if all Sides adopted it in his causal past. What he may use once he may use for ever: what is agreed stays so."""
        room, slots = self.state.room, self.state.slots
        if schema in log.adopted or f"schema|{room}|1" not in slots:
            return log.adopted.get(schema)
        at = self._acts, sorted(log.heads.items())
        if log.asked != at:
            cut = causal_cut(log, self.acks)
            chain = TermsChain(room, slots, self.acks, cut, self.structural)
            log.adopted, log.asked = schemas_in_force(room, slots, self.acks, cut, chain, self.structural), at
        return log.adopted.get(schema)

    def earlier(self, log: LogState) -> str:
        """The working log of an earlier turn of the same instrument that is still here, or ""; a log of a later turn is not applied beside it."""
        if not log.working or (turn := turn_of(log.log)) == 1:
            return ""
        names = {working_log(instrument_of(log.log), before) for before in range(1, turn)}
        return next((one.name for one in self.state.logs.values() if one.log in names and (one.tags or one.pending)), "")

    def chain(self) -> TermsChain:
        """The terms at the present cut."""
        if self._chain is None:
            cut = {log.side: log.applied for log in self.state.logs.values() if not log.working}
            self._chain = TermsChain(self.state.room, self.state.slots, self.acks, cut, self.structural)
        return self._chain

    # -- one entry ----------------------------------------------------------------------------------------------------------------------

    def _apply_next(self, log: LogState) -> bool:
        if earlier := self.earlier(log):
            log.waiting = f"{earlier} to be destroyed"
            return False
        entry, verdict = self._read(log)
        if verdict.stop:
            log.stopped = verdict.stop
            return False
        log.waiting = "" if verdict.void else verdict.wait
        if log.waiting:
            return False
        log.pending.popleft()
        if log.decoded:
            log.decoded.popleft()
        if verdict.void:
            self._rows.insert("void", log.working, f"{log.name}/{log.applied}", (f"{log.name}/{log.applied}", verdict.void))
            log.tags.append("")
            return True
        assert entry is not None  # what is unreadable is void
        tag = self._act(log, entry, verdict)
        log.tags.append(tag)
        return True

    def _read(self, log: LogState) -> tuple[Entry | None, Judged]:
        """The next entry held of a log (None: unreadable), with its verdict."""
        data = log.pending[0]
        offered, self._offered = self._offered, None
        if offered is not None and offered[0] is data:
            return offered[1:]
        if not log.decoded and len(log.pending) >= _RUN and log.applied >= log.singly:
            log.decoded.extend(decode_run(list(islice(log.pending, _RUN)), log.origin, self.state.room, log.applied) or ())
            log.singly = 0 if log.decoded else log.applied + _RUN
        if log.decoded:
            entry = log.decoded[0]
        else:
            try:
                entry = decode(data)
            except Rejected:
                return None, self._unreadable(log, data)
        return entry, self.judge(log, entry)

    def _unreadable(self, log: LogState, data: bytes) -> Judged:
        """Bytes that are no entry of this version are void, but for the form of a later version that all Sides adopted."""
        try:
            value = canonical.loads(data)
        except Rejected:
            return Judged(void="malformed")
        version = value.get("v") if isinstance(value, dict) else None
        later = isinstance(version, int) and version > VERSION  # `true` is no more than 1
        return (in_force(self.registry, self._past(log), f"{ENTRIES[:-1]}{version}") if later else None) or Judged(void="malformed")

    def _act(self, log: LogState, entry: Entry, verdict: Judged) -> str:
        """Put a counted entry into the state -> its tag."""
        name = f"{log.name}/{entry.seq}"
        body, kind = verdict.body, entry.kind
        if kind == "statement":
            return self._statement(log, entry, name, verdict)
        if kind == "position":
            return self._position(log, entry, name, verdict)
        if kind == "seen":
            self._seen(log, entry.seq, body)
        elif kind == "seal":
            self._seal(log, entry, name, body)
        elif kind == "revoke":
            slot = self.state.slots[self.state.slot_of[body.seal]]
            slot.revokes[body.seal] = name
            slot.acts.setdefault(log.side, []).append((entry.seq, Revoke(int(body.seal.rpartition("/")[2]))))
            self._touch(slot)
        elif kind == "finding":
            slot = self.state.slots[self.state.slot_of[body.seal]]
            side, _, index = body.seal.split("/")
            slot.findings.append(Found(name, body.seal, log.side, entry.seq, body.valid, body.reason))
            slot.acts.setdefault(log.side, []).append((entry.seq, Finding(side, int(index), body.valid)))
            self._touch(slot)
        elif kind == "key":
            given = (body.key, body.public, body.suite, body.person, body.post, body.body, body.from_, body.until, body.certificate)
            self._rows.insert("j_key", False, name, (name, log.side, *given))
        elif kind == "comment":
            self._rows.insert("w_comment", True, name, (name, log.side, body.subject, body.paper, entry.at))
        else:
            self._rows.insert("j_notice", False, name, (name, log.side, kind, _text(entry.body), entry.at))
        return kind

    def _seen(self, log: LogState, seq: int, body: contents.Seen) -> None:
        for of, heads in (("record", body.heads), (log.log, body.working)):
            for side, head in heads.items():
                log.heads[f"{side}/{of}"] = (head.size, head.root)
                if not log.working:
                    self.acks.add(log.side, seq, Seen(side, head.size))
        self._heads.add(log.name)

    def _seal(self, log: LogState, entry: Entry, name: str, body: contents.Seal) -> None:
        slot_name = SlotName(body.slot.kind, body.slot.of, body.slot.step)
        slot = self.state.slots.setdefault(slot_name.key, Slot(slot_name))
        terms = self.terms_known(log)
        heads = _text(dict(body.heads))
        slot.seals[name] = Sealed(name, log.side, entry.seq, body.manifest, body.key, body.paper, body.how, entry.at, heads, terms)
        slot.acts.setdefault(log.side, []).append((entry.seq, Seal(body.manifest)))
        self.state.slot_of[name] = slot_name.key
        self._touch(slot)

    def _touch(self, slot: Slot) -> None:
        self._slots.add(slot.name.key)
        if slot.name.kind == "terms":
            self._chain = None
        self._acts += slot.name.kind in ("terms", "schema")

    def terms_known(self, log: LogState) -> str:
        """Digest of the terms in force as far as the log knows at its present end."""
        return TermsChain(self.state.room, self.state.slots, self.acks, known_cut(log), self.structural).digests[-1]

    def _position(self, log: LogState, entry: Entry, name: str, verdict: Judged) -> str:
        body: contents.Position = verdict.body
        subject = name if body.subject == "self" else body.subject
        matter = self._matter(entry.schema, subject, body.part, log.working)
        value = None if body.content is None else Value(entry.schema, verdict.text)
        self._take(matter, log.side, Position(name, entry.seq, entry.schema, value, body.level, entry.at, None))
        return f"matter:{matter.kind}" if body.subject == "self" else "position"

    def _matter(self, schema: str, subject: str, part: str, working: bool) -> Matter:  # noqa: FBT001  # which of two table sets
        kind = self.registry.matters[schema].name
        key = f"{kind}|{subject}|{part}"
        self._matters.add(key)
        matter = self.state.matters.get(key)
        if matter is None:
            matter = self.state.matters[key] = Matter(key, kind, subject, part, working)
        return matter

    @staticmethod
    def _take(matter: Matter, side: str, position: Position) -> None:
        before = matter.positions.get(side)
        if before is not None:
            position.previous = before.value if before.value not in (None, position.value) else before.previous
        matter.positions[side] = position

    # -- statements ---------------------------------------------------------------------------------------------------------------------

    def _statement(self, log: LogState, entry: Entry, name: str, verdict: Judged) -> str:
        body = verdict.body
        if not entry.schema.startswith("record."):
            subject = name if body == "self" else body
            told = (name, log.side, log.log, entry.seq, entry.at, entry.schema, subject, verdict.text)
            self._rows.insert("statement", log.working, name, told)
            view = StatementView(name, log.side, log.log, entry.seq, entry.at, entry.schema, subject, verdict.content)
            self._rows.stage(name, self.registry.stage_of[entry.schema].on_statement, view, log.working)
        elif isinstance(body, contents.KeyChange):
            change: KeyChange = verdict.content
            known = self.terms_known(log)
            self._rows.insert("j_log_key", False, name, (name, log.side, change.size, change.root.hex(), change.key, known, body.note))
        elif isinstance(body, contents.Received):
            self._received(log, entry, name, verdict)
        else:
            self._answer(log, entry, name, body)
        return entry.schema

    def _received(self, log: LogState, entry: Entry, name: str, verdict: Judged) -> None:
        body: contents.Received = verdict.body
        said = body.account
        told = (name, log.side, body.from_, body.paper, body.number, body.dated, body.how, _text(entry.body["account"]))
        self._rows.insert("received", log.working, name, told)
        kept = Received(body.from_, log.side)
        subject = name if said.subject == "self" else said.subject
        if said.as_ == "position":
            matter = self._matter(said.schema, subject, said.part, log.working)
            value = None if said.content is None else Value(said.schema, verdict.text)
            kept.account = Account(name, body.from_, log.side, said.schema, value, said.level, entry.at)
            kept.matter = matter.key
            matter.accounts.setdefault((body.from_, log.side), []).append(kept.account)
        else:
            kept.statement = StatementView(name, body.from_, log.log, entry.seq, entry.at, said.schema, subject, verdict.content, log.side)
            self._staged.add(name)
        self.state.received[name] = kept

    def _answer(self, log: LogState, entry: Entry, name: str, body: Any) -> None:
        what = entry.schema.removeprefix("record.").partition("/")[0]
        target = body.target
        self._rows.insert("answer", log.working, name, (name, target, log.side, what, getattr(body, "with_", None)))
        kept = self.state.received.get(target)
        if what == "supersedes":
            self.state.superseded.add(target)
        if kept is None:
            self._rows.drop(target)
            return
        if what == "supersedes":
            kept.superseded = True
        else:
            kept.answer = what
        if kept.account is not None:
            kept.account.superseded, kept.account.answer = kept.superseded, kept.answer
            self._matters.add(kept.matter)
            if what == "confirms":
                a = kept.account
                self._take(
                    self.state.matters[kept.matter], log.side, Position(name, entry.seq, a.schema, a.value, a.level, entry.at, None, target)
                )
        else:
            self._staged.add(target)

    # -- rows ---------------------------------------------------------------------------------------------------------------------------

    def _flush(self) -> Changes:
        self._terms_moved()
        for key in sorted(self._slots):
            self._slot_rows(key)
        for key in sorted(self._matters):
            self._matter_rows(self.state.matters[key])
        for name in sorted(self._staged):
            self._received_rows(name)
        for name in sorted(self._heads):
            log = self.state.logs[name]
            self._rows.drop(name)
            self._rows.own(name, log.working, (("head", (name, of, size, root)) for of, (size, root) in sorted(log.heads.items())))
        self._matters, self._slots, self._staged, self._heads = set(), set(), set(), set()
        return self._rows.take()

    def _terms_moved(self) -> None:
        """New terms change the Sides: every matter and slot is put anew."""
        sides = self.chain().sides[-1]
        if sides != self._sides:
            self._sides = sides
            self._matters |= set(self.state.matters)
            self._slots |= set(self.state.slots)

    def _matter_rows(self, matter: Matter) -> None:
        key = matter.key
        self._rows.drop(key)
        result = evaluate(matter, self._sides)
        value = result.value
        standing = (result.standing, value and value.schema, value and value.text, result.level, int(result.crossed))
        rows: list[tuple[str, Values]] = [("matter", (key, matter.kind, matter.subject, matter.part, *standing))]
        for side, p in sorted(matter.positions.items()):
            rows.append(("position", (key, side, p.id, p.schema, p.value and p.value.text, p.level, p.at, p.confirmed)))
        current = {(a.side, a.by) for a in present_accounts(matter)}
        for (side, by), entered in sorted(matter.accounts.items()):
            kept = [a for a in entered if not a.superseded]
            if kept:
                a = kept[-1]
                assert ((side, by) in current) == (a.answer == "")
                rows.append(("account", (key, side, a.id, by, a.schema, a.value and a.value.text, a.level, a.at, a.answer)))
        self._rows.own(key, matter.working, rows)
        if value is not None:  # then it stands: agreed, or by an account
            content = self._decoders[value.schema].decode(value.text)
            heads = {side: p.seq + 1 for side, p in sorted(matter.positions.items()) if p.names() == value}
            view = MatterView(key, matter.kind, matter.subject, matter.part, content, result.level, result.standing, heads)  # type: ignore[arg-type]
            self._rows.stage(key, self.registry.stage_of[value.schema].on_agreed, view, matter.working)

    def _received_rows(self, name: str) -> None:
        kept = self.state.received[name]
        self._rows.drop(name)
        assert kept.statement is not None  # what is said of a matter has its rows with the matter
        if kept.answer == "confirms" or (kept.answer == "" and not kept.superseded):
            view = kept.statement._replace(account="") if kept.answer == "confirms" else kept.statement
            self._rows.stage(name, self.registry.stage_of[view.schema].on_statement, view, working=False)

    def _slot_rows(self, key: str) -> None:
        slot = self.state.slots[key]
        self._rows.drop(key)
        cut = {log.side: log.applied for log in self.state.logs.values() if not log.working}
        agreed, judged = verdicts(slot, self.acks, cut, self.chain(), self.structural)
        rows: list[tuple[str, Values]] = [("j_slot", (key, slot.name.kind, slot.name.of, slot.name.step, agreed))]
        for s in slot.seals.values():
            verdict = judged.get(s.id)
            why = "" if verdict is None or verdict.counts else verdict.reasons[0].code
            counts = int(verdict is not None and verdict.counts)
            given = (s.manifest, s.key, s.paper, s.how, s.at, s.heads, s.terms, slot.revokes.get(s.id, ""))
            rows.append(("j_seal", (s.id, key, s.side, s.seq, *given, counts, why if verdict else "alone")))
        rows += [("j_finding", (f.id, key, f.seal, f.side, f.seq, int(f.valid), f.reason)) for f in slot.findings]
        self._rows.own(key, False, rows)
        if slot.agreed != agreed:
            before, slot.agreed = slot.agreed, agreed
            for manifest in filter(None, (before, agreed)):
                self._manifest_rows(manifest)

    def _manifest_rows(self, digest: str) -> None:
        """One manifest's rows: of the first slot (by key) in which it is agreed."""
        src = f"manifest:{digest}"
        self._rows.drop(src)
        slot = next((s for _, s in sorted(self.state.slots.items()) if s.agreed == digest), None)
        manifest = self.structural(digest)
        if (
            slot is not None and manifest is not None and slot.name.kind not in ("terms", "schema")
        ):  # those speak of the room, not of a stage's things
            view = ManifestView(slot.name, digest, manifest)
            for stage in self.registry.stages:
                self._rows.stage(src, stage.on_adopted, view, working=False)


@contextmanager
def uncollected(entries: int) -> Iterator[None]:
    """Nothing of what many entries leave behind is garbage: looking for cycles in it, again and again, would take a sixth of the time."""
    off = entries > _MANY and gc.isenabled()
    if off:
        gc.disable()
    try:
        yield
    finally:
        if off:
            gc.freeze()  # all that was made counts as old, so that it is not walked through as the first thing
            gc.unfreeze()
            gc.enable()


def _text(value: Any) -> str:
    return canonical.again(value).decode()


assert set(contents.BODIES) | {"statement", "position"} == set(KINDS)
