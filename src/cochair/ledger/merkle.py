"""Merkle trees of RFC 6962 (SHA-256), and the verifiers of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

Hashes are 32 bytes. A leaf is ``SHA-256(0x00 || entry)``, a node ``SHA-256(0x01 || left || right)``, the empty tree ``SHA-256("")``.
Sizes lie within 0 .. 2**63 - 1, so that a proof has at most 63 hashes. A verifier returns None or raises `Rejected`.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Self

from cochair.kit.errors import Rejected
from cochair.kit.ids import check_hex

EMPTY_ROOT = sha256(b"").digest()
HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
MAX_PROOF = 63


def leaf_hash(data: bytes) -> bytes:
    """Hash of an entry as a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


def pair_up(nodes: Iterable[bytes]) -> list[bytes]:
    """The hashes one level up of an even number of nodes. No object a node: one-shot hashing over pairs is what makes it fast."""
    each = iter(nodes)
    return [sha256(b"\1" + left + right).digest() for left, right in zip(each, each, strict=False)]


class Frontier:
    """A growing tree by its compact range: the roots of the perfect subtrees that its size splits into. At most 63 hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[bytes] = []  # self._levels[k] is meant where bit k of size is set

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes, in order."""
        self._add(list(leaves), 0)

    def extend_subtrees(self, roots: Sequence[bytes], level: int) -> None:
        """Add roots of perfect subtrees of ``2**level`` leaves; the size must be a multiple of that."""
        if self.size & ((1 << level) - 1):
            raise Rejected("A whole subtree cannot follow a part of one")
        self._add(list(roots), level)

    def _add(self, nodes: list[bytes], level: int) -> None:
        before = self.size >> level
        self.size += len(nodes) << level
        while nodes:
            if len(self._levels) <= level:
                self._levels.extend([b""] * (level + 1 - len(self._levels)))
            if before & 1:
                nodes.insert(0, self._levels[level])
            if len(nodes) & 1:
                self._levels[level] = nodes.pop()
            nodes = pair_up(nodes)
            before >>= 1
            level += 1

    def _roots(self) -> list[bytes]:
        return [root for level, root in enumerate(self._levels) if self.size >> level & 1]  # small to large

    def root(self) -> bytes:
        """Root hash of the tree."""
        roots = self._roots()
        if not roots:
            return EMPTY_ROOT
        result = roots[0]
        for larger in roots[1:]:
            result = node_hash(larger, result)
        return result

    def dump(self) -> list[str]:
        """The hashes in hex, of the largest subtree first: with the size, all that `load` needs."""
        return [root.hex() for root in reversed(self._roots())]

    def copy(self) -> Self:
        """Another frontier of the same tree."""
        other = type(self)()
        other.size, other._levels = self.size, self._levels.copy()  # noqa: SLF001  # of its own class
        return other

    @classmethod
    def load(cls, size: int, hashes: Sequence[str]) -> Self:
        """The frontier that `dump` described; raises `Rejected` if the two do not fit."""
        _check_size(size)
        if len(hashes) != size.bit_count():
            raise Rejected(f"A tree of {size} leaves has {size.bit_count()} whole subtrees, not {len(hashes)}")
        frontier = cls()
        frontier.size = size
        frontier._levels = [b""] * size.bit_length()
        places = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        for level, text in zip(places, hashes, strict=True):
            frontier._levels[level] = bytes.fromhex(check_hex(text, HASH_SIZE))
        return frontier


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root hash of a list of leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaf_hashes)
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two below ``size``: the leaves of the left subtree."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Proof that leaf ``index`` is in the tree of ``leaf_hashes`` (RFC 9162 2.1.3.1). Raises `Rejected` on an index outside."""
    if not 0 <= index < len(leaf_hashes):
        raise Rejected(f"There is no entry {index} among {len(leaf_hashes)}")
    proof: list[bytes] = []
    low, high = 0, len(leaf_hashes)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(root(leaf_hashes[middle:high]))
            high = middle
        else:
            proof.append(root(leaf_hashes[low:middle]))
            low = middle
    proof.reverse()
    return proof


def consistency_proof(leaf_hashes: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the tree of the first ``old`` leaves is a beginning of the whole (RFC 9162 2.1.4.1). Empty for 0 and for the whole."""
    size = len(leaf_hashes)
    if not 0 <= old <= size:
        raise Rejected(f"There are no {old} entries among {size}")
    if old in (0, size):
        return []
    proof: list[bytes] = []
    low, high, whole = 0, size, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(root(leaf_hashes[middle:high]))
            high = middle
        else:
            proof.append(root(leaf_hashes[low:middle]))
            low, whole = middle, False
    if not whole:
        proof.append(root(leaf_hashes[low:high]))
    proof.reverse()
    return proof


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise `Rejected` unless ``proof`` leads from the leaf hash at ``index`` to the root of ``size`` leaves (RFC 9162 2.1.3.2)."""
    _check_size(size)
    if not 0 <= index < size:
        raise Rejected(f"There is no entry {index} among {size}")
    _check_hashes(proof, leaf, root)
    number, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Rejected("The proof is too long")
        if number & 1 or number == last:
            result = node_hash(sibling, result)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        number >>= 1
        last >>= 1
    if last != 0:
        raise Rejected("The proof is too short")
    if result != root:
        raise Rejected("The proof does not lead to the root")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `Rejected` unless the tree of ``old_size`` leaves is a beginning of the one of ``size`` (RFC 9162 2.1.4.2).

    Beyond the RFC: an old size of 0 (its root must be the empty one) and equal sizes (equal roots) take an empty proof.
    """
    _check_size(size)
    if not 0 <= old_size <= size:
        raise Rejected(f"A log of {size} entries cannot continue one of {old_size}")
    _check_hashes(proof, old_root, root)
    if old_size in (0, size):
        if proof:
            raise Rejected("The proof is too long")
        if old_root != (root if old_size else EMPTY_ROOT) or (size == 0 and root != EMPTY_ROOT):
            raise Rejected("The two roots do not agree")
        return
    rest = list(proof)
    if old_size & (old_size - 1) == 0:
        rest.insert(0, old_root)
    if not rest:
        raise Rejected("The proof is too short")
    number, last = old_size - 1, size - 1
    while number & 1:
        number >>= 1
        last >>= 1
    old_result = result = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            raise Rejected("The proof is too long")
        if number & 1 or number == last:
            old_result, result = node_hash(sibling, old_result), node_hash(sibling, result)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        number >>= 1
        last >>= 1
    if last != 0:
        raise Rejected("The proof is too short")
    if old_result != old_root or result != root:
        raise Rejected("The proof does not lead from the old root to the new one")


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise Rejected(f"A log cannot have {size} entries")


def _check_hashes(proof: Sequence[bytes], *others: bytes) -> None:
    if len(proof) > MAX_PROOF:
        raise Rejected(f"The proof has {len(proof)} hashes, more than the {MAX_PROOF} allowed")
    if any(len(value) != HASH_SIZE for value in (*proof, *others)):
        raise Rejected("A hash does not have 32 bytes")
