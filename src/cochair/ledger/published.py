"""Keys whose private halves are published with the vectors: whoever signs with one proves nothing.

Ask `refuse_published` wherever a key enters terms, a descriptor or a mandate. A test holds the list to the keys of `tests/vectors`.
"""

from cochair.kit.errors import Rejected

PUBLISHED = frozenset(
    {
        "c65635bb2003fae6acacf1b43ca2e9b2e7ef349941771a07f1de9d1dfbe60e04",  # log
        "d6cdbc765023ee65a189f735cb2570156c17f3140a61cc200b82b75ea67802d4",  # other log
        "a0d3137719644305a29482682a63760cec98f7e1ec203642065ee1bb819f1769",  # cosigner
        "bb696313029261b2b95fb16e14f1bd71344de8ff036380b035236223f70b147d",  # person
        "33a95e8d2d28c89148a8c520ea2e78755eca198849e7a0f9662c66099d2ae6fc",  # other person
        "2e0dd5b5f283e9a22edd6e79c3743d727e282757e354d6c603a1034c25fbec57",  # exchange
        "4c6d8759a10a5b5b6ee0366960997ede331c9903b8532c91e432686dd5f3bc2d",  # peer exchange
    }
)


def refuse_published(public: bytes) -> bytes:
    """The public key, given back; raises `Rejected` if its private half is published."""
    if public.hex() in PUBLISHED:
        raise Rejected("The private half of this key is published with the test vectors", "Make a new key")
    return public
