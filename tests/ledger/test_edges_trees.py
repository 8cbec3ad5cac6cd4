"""Trees, proofs, tiles and whole logs at their edges: the last size that is taken and the first that is refused."""

from cochair.ledger import merkle, tiles, verify
from cochair.ledger.checkpoints import Checkpoint
from tests.makers.refused import HASH, raw, refused
from tests.vectors import make

ROOM = make.ROOM
ORIGIN = make.ORIGIN


def test_the_largest_size_of_a_log():
    top = merkle.MAX_SIZE
    assert top == 9223372036854775807
    leaf, siblings = merkle.leaf_hash(b"x"), [merkle.leaf_hash(b"%d" % number) for number in range(63)]
    root = leaf
    for sibling in siblings:
        root = merkle.node_hash(root, sibling)
    merkle.verify_inclusion(leaf, 0, top, siblings, root)
    for index, size, proof in (
        (0, top + 1, siblings),
        (top, top, siblings),
        (-1, top, siblings),
        (0, top, siblings[:-1]),
        (0, top, [*siblings, leaf]),
    ):
        refused(lambda index=index, size=size, proof=proof: merkle.verify_inclusion(leaf, index, size, proof, root))
    refused(lambda: merkle.verify_inclusion(leaf, 0, top, [leaf] * 64, root), "64 hashes")
    refused(lambda: merkle.verify_consistency(1, leaf, top, root, [leaf] * 64), "64 hashes")
    merkle.verify_consistency(1, leaf, top, root, siblings)
    merkle.verify_consistency(top, root, top, root, [])
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, top, root, [])
    refused(lambda: merkle.verify_consistency(1, leaf, top + 1, root, siblings))
    frontier = merkle.Frontier.load(top, [sibling.hex() for sibling in siblings])
    assert frontier.size == top
    assert frontier.dump() == [sibling.hex() for sibling in siblings]
    refused(lambda: merkle.Frontier.load(top + 1, [leaf.hex()]))


def test_the_smallest_proofs():
    one, two = merkle.leaf_hash(b"1"), merkle.leaf_hash(b"2")
    both = merkle.node_hash(one, two)
    merkle.verify_inclusion(one, 0, 1, [], one)
    merkle.verify_inclusion(two, 1, 2, [one], both)
    merkle.verify_consistency(0, merkle.EMPTY_ROOT, 0, merkle.EMPTY_ROOT, [])
    merkle.verify_consistency(1, one, 1, one, [])
    merkle.verify_consistency(1, one, 2, both, [two])
    for arguments, words in (
        ((one, 0, 0, [], one), "no entry 0"),
        ((one, 1, 1, [], one), "no entry 1"),
        ((one, 0, 2, [], one), "short"),
        ((one, 0, 1, [], two), "does not lead"),
        ((one, 0, 1, [two], both), "long"),
        ((one[:31], 0, 1, [], one[:31]), "32 bytes"),
        ((one, 0, 1, [], one + b"\0"), "32 bytes"),
        ((one, 0, 2, [two[:31]], both), "32 bytes"),
    ):
        refused(lambda arguments=arguments: merkle.verify_inclusion(*arguments), words)
    for arguments, words in (
        ((0, one, 0, merkle.EMPTY_ROOT, []), "do not agree"),
        ((0, merkle.EMPTY_ROOT, 0, one, []), "do not agree"),
        ((0, one, 0, one, []), "do not agree"),
        ((0, one, 1, one, []), "do not agree"),
        ((1, two, 1, one, []), "do not agree"),
        ((0, merkle.EMPTY_ROOT, 1, one, [one]), "long"),
        ((1, one, 1, one, [one]), "long"),
        ((1, one, 2, both, []), "short"),
        ((1, one, 2, both, [two, two]), "long"),
        ((3, one, 4, both, []), "short"),
        ((1, two, 2, both, [two]), "does not lead"),
        ((1, one, 2, one, [two]), "does not lead"),
        ((2, both, 1, one, []), "cannot continue"),
        ((-1, one, 1, one, []), "cannot continue"),
        ((0, merkle.EMPTY_ROOT, -1, one, []), "-1 entries"),
        ((1, one[:31], 1, one[:31], []), "32 bytes"),
    ):
        refused(lambda arguments=arguments: merkle.verify_consistency(*arguments), words)


def test_every_proof_of_small_trees_and_their_neighbours():
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(20)]
    roots = [merkle.root(leaves[:size]) for size in range(21)]
    for size in range(1, 20):
        for index in range(size):
            proof = merkle.inclusion_proof(leaves[:size], index)
            merkle.verify_inclusion(leaves[index], index, size, proof, roots[size])
            for wrong in (proof[:-1], [*proof, roots[20]], proof[1:], [roots[20], *proof], [*proof[:-1], roots[20]]):
                if wrong != proof:
                    refused(
                        lambda wrong=wrong, index=index, size=size: merkle.verify_inclusion(leaves[index], index, size, wrong, roots[size])
                    )
        for old in range(1, size):
            proof = merkle.consistency_proof(leaves[:size], old)
            merkle.verify_consistency(old, roots[old], size, roots[size], proof)
            for wrong in (proof[:-1], [*proof, roots[20]], proof[1:], [roots[20], *proof], [*proof[:-1], roots[20]]):
                refused(lambda wrong=wrong, old=old, size=size: merkle.verify_consistency(old, roots[old], size, roots[size], wrong))
        assert merkle.consistency_proof(leaves[:size], 0) == merkle.consistency_proof(leaves[:size], size) == []
    for call in (
        lambda: merkle.inclusion_proof(leaves, 20),
        lambda: merkle.inclusion_proof(leaves, -1),
        lambda: merkle.inclusion_proof([], 0),
        lambda: merkle.consistency_proof(leaves, 21),
        lambda: merkle.consistency_proof(leaves, -1),
    ):
        refused(call)


def test_subtrees_are_added_where_they_fit():
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(24)]
    for level in (1, 2, 3):
        for before in range(16):
            frontier = merkle.Frontier()
            frontier.extend(leaves[:before])
            roots = [merkle.root(leaves[start : start + 2**level]) for start in range(before, 17, 2**level) if start + 2**level <= 24]
            if before % 2**level:
                refused(lambda frontier=frontier, level=level, roots=roots: frontier.extend_subtrees(roots, level))
                assert frontier.size == before
            else:
                frontier.extend_subtrees(roots, level)
                assert frontier.size == before + len(roots) * 2**level
                assert frontier.root() == merkle.root(leaves[: frontier.size])
                twin = frontier.copy()
                twin.append(leaves[0])
                assert (frontier.size, frontier.root()) == (twin.size - 1, merkle.root(leaves[: frontier.size]))
    refused(lambda: merkle.Frontier.load(3, ["00" * 32]), "2 whole subtrees, not 1")
    refused(lambda: merkle.Frontier.load(1, ["0" * 63]))


def test_paths_of_tiles():
    for level, index, width, path in (
        (0, 0, 256, "tile/0/000"),
        (7, 999, 255, "tile/7/999.p/255"),
        (1, 1000, 1, "tile/1/x001/000.p/1"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (0, 2**55 - 1, 256, "tile/0/x036/x028/x797/x018/x963/967"),
        (None, 5, 7, "tile/entries/005.p/7"),
    ):
        tile = tiles.Tile(level, index, width)
        assert tile.path == path
        assert tiles.parse_path(path) == tile
    for bad in (
        "tile/8/000", "tile/00/000", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/001/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p/1000", "tile/0/000.p/", "tile/0/000\n", "tile/entries", "/tile/0/000", "tile/0/x036/x028/x797/x018/x963/968", "",
    ):  # fmt: skip
        refused(lambda bad=bad: tiles.parse_path(bad))
    for call in (
        lambda: tiles.tile_path(8, 0),
        lambda: tiles.tile_path(-1, 0),
        lambda: tiles.tile_path(0, 2**55),
        lambda: tiles.tile_path(0, -1),
        lambda: tiles.entries_path(0, 0),
        lambda: tiles.entries_path(0, 257),
        lambda: tiles.entries_path(2**55, 1),
    ):
        refused(call)


def test_which_tiles_a_log_needs():
    def paths(found):
        return [tile.path for tile in found]

    assert paths(tiles.tiles_for(0)) == paths(tiles.bundles_for(0)) == []
    assert paths(tiles.bundles_for(1)) == ["tile/entries/000.p/1"]
    assert paths(tiles.tiles_for(256)) == ["tile/0/000", "tile/1/000.p/1"]
    assert paths(tiles.tiles_for(257, 255)) == ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
    assert paths(tiles.tiles_for(513, 257)) == ["tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2"]
    assert paths(tiles.tiles_for(257, 257)) == paths(tiles.bundles_for(257, 257)) == []
    assert paths(tiles.bundles_for(513, 256)) == ["tile/entries/001", "tile/entries/002.p/1"]
    assert paths(tiles.tiles_for(2**63 - 1, 2**63 - 2)) == ["tile/0/x036/x028/x797/x018/x963/967.p/255"]
    for size, old in ((1, 2), (0, -1), (2**63, 0)):
        refused(lambda size=size, old=old: list(tiles.tiles_for(size, old)), "cannot continue")
        refused(lambda size=size, old=old: list(tiles.bundles_for(size, old)), "cannot continue")
    assert list(tiles.bundles_for(2**63 - 1, 2**63 - 1)) == []


def test_tiles_and_bundles_to_the_byte():
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(600)]
    assert tiles.subtree_roots(leaves) == [merkle.root(leaves[:256]), merkle.root(leaves[256:512])]
    assert tiles.hash_tile(leaves, 0, 0) == b"".join(leaves[:256])
    assert tiles.hash_tile(leaves, 0, 2, 88) == b"".join(leaves[512:])
    assert tiles.hash_tile(leaves, 1, 0, 2) == merkle.root(leaves[:256]) + merkle.root(leaves[256:512])
    assert tiles.tile_hashes(tiles.hash_tile(leaves, 0, 2, 88), 88) == leaves[512:]
    assert tiles.tile_hashes(HASH, 1) == [HASH]
    for call in (
        lambda: tiles.hash_tile(leaves, 0, 2, 89),
        lambda: tiles.hash_tile(leaves, 0, 2),
        lambda: tiles.hash_tile(leaves, 1, 0, 3),
        lambda: tiles.tile_hashes(b"", 0),
        lambda: tiles.tile_hashes(HASH * 257, 257),
        lambda: tiles.tile_hashes(HASH, 2),
        lambda: tiles.tile_hashes(HASH + b"\0", 1),
    ):
        refused(call)
    longest = b"x" * 65535
    assert tiles.bundle_decode(tiles.bundle_encode([b"", longest, b"ab"])) == [b"", longest, b"ab"]
    assert tiles.bundle_encode([b"ab"]) == b"\0\2ab"
    assert len(tiles.bundle_decode(tiles.bundle_encode([b"x"] * 256))) == 256
    for bad in ([], [b"x"] * 257, [longest + b"x"]):
        refused(lambda bad=bad: tiles.bundle_encode(bad))
    for bad in (b"", b"\0", b"\0\1", b"\0\2a", b"\0\1ab", b"\0\1a\0", b"\0\1x" * 257, b"\1\0" + b"x" * 255):
        refused(lambda bad=bad: tiles.bundle_decode(bad))
    assert tiles.bundle_decode(b"\1\0" + b"x" * 256) == [b"x" * 256]
    assert len(tiles.bundle_encode([longest] * 256)) == tiles.BUNDLE_LIMIT


def test_a_whole_log_to_the_entry():
    leaves = [raw(number) for number in range(257)]
    point = Checkpoint(ORIGIN, 257, merkle.root([merkle.leaf_hash(leaf) for leaf in leaves]))
    bundles = [tiles.bundle_encode(leaves[:256]), tiles.bundle_encode(leaves[256:])]
    verify.verify_log(bundles, point)
    refused(lambda: verify.verify_log(bundles, point._replace(size=256)), "goes on behind the 256")
    refused(lambda: verify.verify_log(bundles, point._replace(size=258)), "has 257 entries")
    refused(lambda: verify.verify_log(bundles, point._replace(root=HASH)), "do not have the root")
    refused(lambda: verify.verify_log([bundles[1]], point))
    refused(
        lambda: verify.verify_log([tiles.bundle_encode(leaves[:255]), tiles.bundle_encode(leaves[255:])], point), "not full, at entry 255"
    )
    refused(lambda: verify.verify_log([tiles.bundle_encode([*leaves[:255], raw(255, room="0" * 64)]), bundles[1]], point), "another room")
    frontier = merkle.Frontier()
    assert verify.extend(frontier, leaves[:3], ORIGIN, None) == ROOM
    assert (frontier.size, frontier.root()) == (3, merkle.root([merkle.leaf_hash(leaf) for leaf in leaves[:3]]))
    refused(lambda: verify.extend(frontier, leaves[:1], ORIGIN, ROOM))
    refused(lambda: verify.extend(merkle.Frontier(), [leaves[0], raw(1, room="0" * 64)], ORIGIN, None), "entry 1 belongs to another room")
    assert frontier.size == 3


def test_sizes_and_tiles_at_the_far_ends():
    for hashes in ([], ["00" * 32], ["00" * 32] * 63):
        refused(lambda hashes=hashes: merkle.Frontier.load(-1, hashes))
    assert [(tile.level, tile.width) for tile in tiles.tiles_for(2**56, 2**56 - 1)] == [*((level, 256) for level in range(7)), (7, 1)]
    many = [HASH] * (65536 + 256)
    assert tiles.hash_tile(many, 1, 1, 1) == merkle.root(many[:256])
    assert tiles.tile_hashes(HASH * 256) == [HASH] * 256
    assert tiles.bundle_decode(b"\0\1a\0\0") == [b"a", b""]
    assert tiles.bundle_decode(b"\0\0") == [b""]
