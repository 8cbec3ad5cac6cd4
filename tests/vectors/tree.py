"""RFC 6962 by its definitions, recursive and slow: what a proof leads to, so that verdicts on spoilt proofs do not come from the verifiers that they test."""

import hashlib


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(size):
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(index, leaves):
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(index, leaves[:k]), root(leaves[k:])] if index < k else [*path(index - k, leaves[k:]), root(leaves[:k])]


def subproof(old, leaves, whole):
    """SUBPROOF(m, D[n], b)."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], whole), root(leaves[k:])]
    return [*subproof(old - k, leaves[k:], False), root(leaves[:k])]


def walk(leaf, index, size, proof):
    """The root that an inclusion proof leads to, or None if it has another shape than a tree of that size asks for."""
    if size == 1:
        return None if proof else leaf
    if not proof:
        return None
    k = split(size)
    *rest, last = proof
    inner = walk(leaf, index, k, rest) if index < k else walk(leaf, index - k, size - k, rest)
    if inner is None:
        return None
    return node(inner, last) if index < k else node(last, inner)


def grow(old_root, old, size, proof, whole=True):
    """(root of the old tree, root of the new one) that a consistency proof leads to, or None."""
    if old == size:
        if whole:
            return None if proof else (old_root, old_root)
        return (proof[0], proof[0]) if len(proof) == 1 else None
    if not proof:
        return None
    k = split(size)
    *rest, last = proof
    inner = grow(old_root, old, k, rest, whole) if old <= k else grow(old_root, old - k, size - k, rest, False)
    if inner is None:
        return None
    return (inner[0], node(inner[1], last)) if old <= k else (node(last, inner[0]), node(last, inner[1]))


def sound(*hashes):
    return all(len(one) == 32 for one in hashes)


def included(leaf, index, size, proof, expected):
    """Our rule: sizes and places in their bounds, at most 63 hashes, each of 32 bytes."""
    if not 0 <= index < size < 2**63 or len(proof) > 63 or not sound(leaf, expected, *proof):
        return False
    return walk(leaf, index, size, proof) == expected


def consistent(old, old_root, size, expected, proof):
    """Our rule: the same, and an empty log (with the empty root) is a beginning of every log, by an empty proof."""
    if not 0 <= old <= size < 2**63 or len(proof) > 63 or not sound(old_root, expected, *proof):
        return False
    if old == 0:
        empty = hashlib.sha256(b"").digest()
        return not proof and old_root == empty and (size > 0 or expected == empty)
    return grow(old_root, old, size, proof) == (old_root, expected)
