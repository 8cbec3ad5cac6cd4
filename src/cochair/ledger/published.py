"""Keys whose private halves are printed, in our vectors or in the standards: whoever signs with one proves nothing.

Ask `refuse_published` wherever a key enters terms, a descriptor or a mandate. Tests hold the first two lists to the keys of `tests/vectors`.
"""

from cochair.kit.errors import Rejected

VECTORS = frozenset(
    {
        "c65635bb2003fae6acacf1b43ca2e9b2e7ef349941771a07f1de9d1dfbe60e04",  # log
        "d6cdbc765023ee65a189f735cb2570156c17f3140a61cc200b82b75ea67802d4",  # other log
        "a0d3137719644305a29482682a63760cec98f7e1ec203642065ee1bb819f1769",  # cosigner
        "bb696313029261b2b95fb16e14f1bd71344de8ff036380b035236223f70b147d",  # person
        "33a95e8d2d28c89148a8c520ea2e78755eca198849e7a0f9662c66099d2ae6fc",  # other person
        "2e0dd5b5f283e9a22edd6e79c3743d727e282757e354d6c603a1034c25fbec57",  # exchange
        "4c6d8759a10a5b5b6ee0366960997ede331c9903b8532c91e432686dd5f3bc2d",  # peer exchange
        "6e4ac042b7a301f63bde750afd1eeb00c18e655f97355e7300e8c1c7a349704d",  # new log
        "7b67c5ec6ff985e6b3b531b1452e478a60fd6b7fe186cc410a66ab9fae9177fc",  # root 1
        "ffec01d47521e88f813e80059ee9db3b08f417661a07a95361242a2e05c2ca92",  # root 2
        "6154486f0acbeed0b03b6ca84ea0ca6690b369ffa128aacddcf75093c95688f4",  # root 3
    }
)
FIRST_RELEASE = frozenset(
    {
        "79f6d70e65bc8d2f751a091a6aa4003d9130b76ec813f5481c2bbfd74aa066f0",  # IN log
        "02d6d8fae367886577bfc1255554338fa8daf0b7559ea191c4d7cfbcd2fc27c7",  # IN cosigner
        "e049794d48c7479dc5ba60d409b05ba5369544d01eb0f94c460ce7e90a17731a",  # IN exchange
        "b872062172976f0c37b299487f7d7fbe072d647628c99580e9e927a3603f967f",  # IN person
        "204d0ffabf04d116694bc4f3db81137f53202baf4ababbd6fa2612b0aa94c6f2",  # RU log
        "683c598caca997fe573b3189f128db4f12241eb6cc9863062544ddaebaf2bc07",  # RU cosigner
        "60885481e1fcf059a883b045a91693bd6f70aa3309b6ecfdf133f0158d51f37a",  # RU exchange
        "a2ced6004309286521a610a34cd184b6646ac20899ab263f8dd1a8984f4c37e7",  # RU person
    }
)
"""Of the nodes whose folders are kept in `tests/vectors/first-release`."""
STANDARDS = frozenset(
    {
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",  # RFC 8032, 7.1
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",  # RFC 7748, 6.1
        "de9edb7d7b4dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    }
)
PUBLISHED = VECTORS | FIRST_RELEASE | STANDARDS


def refuse_published(public: bytes) -> bytes:
    """The public key, given back; raises `Rejected` if its private half is printed."""
    if public.hex() in PUBLISHED:
        raise Rejected("The private half of this key is printed for all to see", "Make a new key")
    return public
