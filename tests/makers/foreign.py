"""Evidence read by another program: its own reading of notes, other recursions for the proofs, another library for Ed25519. Nothing of ours is used."""

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def by_hand(text: str) -> str:
    """The verdict on a file of evidence; asserts that all in it holds."""

    def head(note: str, key: str) -> tuple[int, bytes]:
        body, lines = note.split("\n\n")
        public = base64.b64decode(key.split("+", 2)[2])[1:]
        (line,) = lines.strip().split("\n")
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(line.split(" ")[2])[4:], (body + "\n").encode())
        _origin, size, root = body.split("\n")
        return int(size), base64.b64decode(root)

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    def split(size: int) -> int:
        return 1 << ((size - 1).bit_length() - 1)

    def roots(old: int, size: int, proof: list[bytes], known: bytes, *, whole: bool = True) -> tuple[bytes, bytes]:
        """(root of the first `old`, root of all `size`) out of a consistency proof, from its end."""
        if old == size:
            return (known, known) if whole else (proof[0], proof[0])
        k = split(size)
        if old <= k:
            small, large = roots(old, k, proof[:-1], known, whole=whole)
            return small, node(large, proof[-1])
        small, large = roots(old - k, size - k, proof[:-1], known, whole=False)
        return node(proof[-1], small), node(proof[-1], large)

    def included(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes:
        if size == 1:
            return leaf
        k = split(size)
        if index < k:
            return node(included(leaf, index, k, proof[:-1]), proof[-1])
        return node(proof[-1], included(leaf, index - k, size - k, proof[:-1]))

    def goes_on(old: int, prefix: bytes, size: int, root: bytes, proof: list[str]) -> None:
        if old == 0:
            assert prefix == hashlib.sha256(b"").digest()
        else:
            assert roots(old, size, [bytes.fromhex(h) for h in proof], prefix) == (prefix, root)

    kept = json.loads(text)
    if kept["kind"] == "heads":
        (old, first), (size, second) = head(kept["first"], kept["key"]), head(kept["second"], kept["key"])
        prefix = bytes.fromhex(kept["prefix"])
        goes_on(old, prefix, size, second, kept["proof"])
        return "fork" if prefix != first else "older-head"
    (size, root), (by_size, by_root) = head(kept["head"], kept["key"]), head(kept["by_head"], kept["by_key"])
    leaf = hashlib.sha256(b"\0" + kept["entry"].encode()).digest()
    assert included(leaf, kept["index"], by_size, [bytes.fromhex(h) for h in kept["inclusion"]]) == by_root
    said = json.loads(kept["entry"])["body"]["heads"][kept["origin"].split("/")[2]]
    if not kept["prefix"]:
        assert said["size"] > size
        return "seen-beyond"
    goes_on(said["size"], bytes.fromhex(kept["prefix"]), size, root, kept["proof"])
    assert said["root"] != kept["prefix"]
    return "seen-root"
