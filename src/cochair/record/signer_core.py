"""The signer itself, wherever it runs: one per node folder, by a file lock; keys in this process only; each head in the sign-ledger before its signature.

Order for a batch of requests: judge each by the ledger and by its proof of growth, append all new heads with one sync, sign, answer.
What is refused gets its own answer and does not hold up the others.
"""

import fcntl
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cochair.kit.errors import CochairError, Conflict, NotHeld, Rejected
from cochair.kit.ids import check_hex, parse_origin
from cochair.ledger.checkpoints import Checkpoint
from cochair.ledger.cosignatures import Cosigner
from cochair.ledger.macs import MacVerifier, mac_key
from cochair.ledger.merkle import EMPTY_ROOT, HASH_SIZE, Frontier
from cochair.ledger.notes import LogSigner, check_text, open_note, sign_note, split_note
from cochair.record.closed import check_closed
from cochair.record.keys import SIGNER_FOLDER, load_log_keys, load_node_keys, load_public_keys, load_renewed_keys
from cochair.record.log_keys import adopt, open_by_own_roots
from cochair.record.signer_ledger import STOPPED, Change, Head, SignLedger
from cochair.record.signer_wire import (
    Answer,
    ChangeKey,
    Cosign,
    Growth,
    Keys,
    Last,
    LastHead,
    Line,
    Mac,
    Note,
    OpenWorking,
    Public,
    Request,
    Sign,
    SignText,
    failed,
)

LOCK = "lock"
_LOST = "Put it back from the key backup; if it is lost, or ended, renew it: docs/operate/keys.md"

TEXTS = ("cochair/bundle/v1", "cochair/request/v1", "cochair/descriptor/v1", "cochair/recipient/v1")
"""First lines of the texts, other than checkpoints, that the log key signs: the list of a bundle, a request for files, a node's descriptor at pairing.
None of them can be an origin (an origin has four parts), so none can be taken for a checkpoint."""


class Held(CochairError):
    """Another signer of this node is alive."""


class Keeper:
    """Keys, ledger and lock of one node folder. Not safe for threads: one process or one lock owns it."""

    def __init__(self, node: Path) -> None:
        self._node, folder = node, node / SIGNER_FOLDER
        self._lock = _take(folder)
        self._stopped = folder / STOPPED
        try:
            self._keys = load_node_keys(node)
            try:
                self._ledger = SignLedger(folder)
            except BaseException:
                self._lock_token()
                raise
        except BaseException:
            os.close(self._lock)
            raise
        self.public = self._keys.public
        self._cosigned_at = 0
        self._signers: dict[tuple[str, str], LogSigner] = {}
        self._grown: dict[str, Frontier] = {}
        """Own logs -> their tree as it was signed last, as far as this process has seen it grow."""
        self._macs: dict[tuple[str, str, str, bytes], bytes] = {}

    def close(self) -> None:
        """Close the ledger and let the lock go."""
        self._ledger.close()
        self._lock_token()
        os.close(self._lock)

    def _lock_token(self) -> None:
        if self._keys.token is not None:
            self._keys.token.close()

    def answer(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer a request, in order; one sync of the ledger for them all."""
        heads: dict[int, Head] = {}
        answers: dict[int, Answer] = {}
        staged: dict[str, Head] = {}
        grown: dict[str, Frontier] = {}
        for number, request in enumerate(requests):
            try:
                head = self._head(request)
                if head is not None:
                    last = staged.get(head.origin) or self._ledger.last(head.origin)
                    self._ledger.check(head, last)
                    frontier = self._check_growth(head, last, request.growth, grown)  # type: ignore[union-attr]  # requests with a head have one
                    if frontier is not None:
                        grown[head.origin] = frontier
                    staged[head.origin] = heads[number] = head
            except CochairError as error:
                answers[number] = failed(error)
        try:
            self._ledger.append(heads.values())
            self._grown.update(grown)
        except CochairError as error:
            answers.update({number: failed(error) for number in heads})
        for number, request in enumerate(requests):
            if number not in answers:
                try:
                    answers[number] = self._act(request)
                except CochairError as error:
                    answers[number] = failed(error)
        return [answers[number] for number in range(len(requests))]

    def _head(self, request: Request) -> Head | None:
        """What the request would put into the ledger, checked for form; None if nothing."""
        if isinstance(request, Sign | Mac | Cosign | ChangeKey) and self._stopped.exists():
            raise Conflict(
                "This node's key signed two histories of one log, and signs no head any more", "Look at the evidence: cochair node check"
            )
        match request:
            case Sign(origin, size, root):
                self._own(origin)
                self._log_signer(origin, size)  # a key that is not here leaves no line
                head = Head("sign", origin, size, root)
            case Mac(origin, size, root):
                self._own(origin)
                self._mac_lines(request)  # derived now: a bad key leaves no line
                head = Head("mac", origin, size, root)
            case Cosign(note):
                self._cosigner(request.key)
                text, _ = split_note(note)
                checkpoint = Checkpoint.parse(text)
                if parse_origin(checkpoint.origin).domain == self.public.domain:
                    raise Conflict(f"{checkpoint.origin} is this node's own log", "A node cosigns the logs of others")
                return Head("cosign", *checkpoint)
            case _:
                return None
        Checkpoint(head.origin, head.size, head.root).text()
        return head

    def _own(self, origin: str) -> None:
        parts = parse_origin(origin)
        if (parts.domain, parts.side) != (self.public.domain, self.public.side):
            raise Conflict(f"{origin} is not a log of this node", f"It signs logs of {self.public.side} at {self.public.domain}")

    def _check_growth(self, head: Head, last: Head | None, growth: Growth | None, grown: Mapping[str, Frontier]) -> Frontier | None:
        """The tree at `head` (None: nothing grew), if the proof leads there from the last head. Raise CochairError if it does not."""
        if last is not None and head.size == last.size:
            return None
        if growth is None:
            if head.use == "cosign":
                return None  # the node that mirrors has checked the other's proof
            raise Rejected(
                f"No proof is given that {head.origin} only grew", "Give the frontier of the last signed head and the leaves since"
            )
        size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
        known = grown.get(head.origin) or self._grown.get(head.origin)
        if known is not None and (known.size, growth.size, known.dump()) == (size, size, growth.frontier):
            frontier = known.copy()
        else:
            frontier = Frontier.load(growth.size, growth.frontier)
            if (growth.size, frontier.root()) != (size, root):
                raise Conflict(
                    f"{head.origin} does not begin with the {size} entries that were signed last",
                    "The log was changed behind the signer: stop, and recover it from the other Side",
                )
        if len(growth.leaves) % HASH_SIZE:
            raise Rejected("The proof of growth does not hold whole hashes")
        frontier.extend(growth.leaves[at : at + HASH_SIZE] for at in range(0, len(growth.leaves), HASH_SIZE))
        if (frontier.size, frontier.root()) != (head.size, head.root):
            raise Rejected("The proof of growth does not lead to the head that is to be signed")
        return frontier

    def _act(self, request: Request) -> Answer:
        match request:
            case Sign(origin, size, root):
                text = Checkpoint(origin, size, root).text()
                return Note(sign_note(text, [self._log_signer(origin, size).sign(text)]))
            case Mac(origin, size, root):
                text = Checkpoint(origin, size, root).text()
                return Note(sign_note(text, [verifier.sign(text) for verifier in self._mac_lines(request)]))
            case Cosign(note, at):
                text, _ = split_note(note)
                self._cosigned_at = max(self._cosigned_at, at or int(time.time()))  # never behind an earlier one
                return Line(str(self._cosigner(request.key).sign(text, self._cosigned_at)))
            case OpenWorking(note, room, peer, to):
                text, _ = split_note(note)
                verifier = self._mac(Checkpoint.parse(text).origin, to or self.public.side, room, peer, request.own)
                return Line(open_note(note, [verifier]).text)
            case SignText(name, text):
                check_text(text)
                if text.split("\n", 1)[0] not in TEXTS:
                    raise Rejected("The log key signs no such text", f"The first line must be one of: {', '.join(TEXTS)}")
                return Note(sign_note(text, [self._log_signer(name).sign(text)]))
            case ChangeKey(note, records):
                return Line(self._change(note, records))
            case Last(origin):
                last = self._ledger.last(origin)
                return LastHead(last.size, last.root) if last else LastHead(-1, b"")
            case Public():
                return Keys(self.public)

    def _log_signer(self, name: str, size: int | None = None) -> LogSigner:
        """Who signs under this name a checkpoint of `size`, or (None) a text: the key of the last change below that size. Raises `NotHeld`."""
        key = next((c.key for c in reversed(self._ledger.changes(name)) if size is None or c.size < size), "") or self._first_key(name)
        found = self._signers.get((name, key))
        if found is None:
            private = self._keys.logs.get(key)
            if private is None:
                raise NotHeld(
                    f"The log key {key[:16]}… of {name} is not in the signer's folder",
                    "Put it back from the key backup; if it is lost, change the key: docs/operate/keys.md",
                )
            if len(self._signers) >= 4096:
                self._signers.clear()
            found = self._signers[name, key] = LogSigner(name, private)
        return found

    def _first_key(self, name: str) -> str:
        return self.public.first_key(name) if self.public.older else self.public.log

    def _change(self, note: bytes, records: Sequence[str]) -> str:
        """Let a quorum of root keys give a record another key; gives the key."""
        change = open_by_own_roots(self._node, note)
        self._own(change.origin)
        key = change.public.hex()
        if key not in self._keys.logs:
            logs = load_log_keys(self._node / SIGNER_FOLDER, self.public, self._keys.token)
            self._keys = self._keys._replace(logs=logs)
        if key not in self._keys.logs:
            raise NotHeld(f"The new log key {key[:16]}… is not in the signer's folder", "Make it there: cochair keys next")
        if key in self.public.cosigns:
            raise Rejected("The new log key is the cosigning key", "Make a new log key: cochair keys next")
        line = Change(change.origin, change.size, change.root, key)
        if line not in self._ledger.changes(change.origin):
            self._ledger.check_change(line)
            self.public = adopt(self._node, key, [*records, change.origin])
            self._ledger.append_change(line)
            self._grown.pop(change.origin, None)  # the head may have been set back
        return key

    def _cosigner(self, key: str) -> Cosigner:
        """Who cosigns with this key (hex; "": the newest). Raises `NotHeld`."""
        name = key or self.public.cosign
        if name not in self._keys.cosigns:
            self._look_again()
        private = self._keys.cosigns.get(name)
        if private is None:
            raise NotHeld(f"The cosigning key {name[:16]}… is not in the signer's folder", _LOST)
        return Cosigner(self.public.cosigner, private)

    def _look_again(self) -> None:
        """Keys may have been made since this signer started."""
        self.public = load_public_keys(self._node)
        cosigns, exchanges = load_renewed_keys(self._node / SIGNER_FOLDER, self.public, self._keys.token)
        self._keys = self._keys._replace(public=self.public, cosigns=cosigns, exchanges=exchanges)

    def _mac_lines(self, request: Mac) -> list[MacVerifier]:
        own = request.own or self.public.exchange
        peers = request.peers or {self.public.side: bytes.fromhex(check_hex(own, 32))}
        return [self._mac(request.origin, side, request.room, public, own) for side, public in sorted(peers.items())]

    def _mac(self, origin: str, side: str, room: str, public: bytes, own: str) -> MacVerifier:
        check_hex(room, 32)
        own = own or self.public.exchange
        known = (origin, room, own, public)
        if known not in self._macs:
            if own not in self._keys.exchanges:
                self._look_again()
            private = self._keys.exchanges.get(own)
            if private is None:
                raise NotHeld(f"The exchange key {own[:16]}… is not in the signer's folder", _LOST)
            if len(self._macs) >= 4096:
                self._macs.clear()
            self._macs[known] = mac_key(private, public, room, origin)
        return MacVerifier(origin, side, self._macs[known])


def _take(folder: Path) -> int:
    """The exclusive lock of the folder, as an open file; raises `Held` if somebody has it."""
    path = folder / LOCK
    try:
        status = folder.stat()
        check_closed(folder, status.st_mode, status.st_uid)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CochairError(f"Cannot open {path}: {error.strerror}", "Make the node first: cochair node init") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise Held(f"Another signer works with the keys in {folder}", "Only one may; stop the other node first") from None
    return file
