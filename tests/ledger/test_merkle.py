import pytest
from hypothesis import given
from hypothesis import strategies as st

from cochair.kit.errors import Rejected
from cochair.ledger import merkle

LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(130)]


def plain_root(leaves):
    """RFC 6962 2.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


ROOTS = [plain_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]


def test_known_answers():
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.Frontier().root() == merkle.EMPTY_ROOT


@given(st.lists(st.integers(0, 20), max_size=9))
def test_a_frontier_grows_in_any_steps(steps):
    frontier, size = merkle.Frontier(), 0
    for step in steps:
        frontier.extend(LEAVES[size : size + step])
        size = min(size + step, len(LEAVES))
        assert (frontier.size, frontier.root()) == (size, ROOTS[size])
        assert len(frontier.dump()) == size.bit_count()
        frontier = merkle.Frontier.load(size, frontier.dump())
        if size < len(LEAVES):
            frontier.append(LEAVES[size])
            size += 1
            assert frontier.root() == ROOTS[size]


def test_a_frontier_takes_whole_subtrees():
    frontier = merkle.Frontier()
    frontier.extend_subtrees([ROOTS[64], plain_root(LEAVES[64:128])], 6)
    frontier.extend(LEAVES[128:])
    assert frontier.root() == ROOTS[130]
    with pytest.raises(Rejected):
        frontier.extend_subtrees([ROOTS[64]], 6)


@given(st.integers(1, 130), st.data())
def test_inclusion_holds_for_its_leaf_alone(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(LEAVES[:size], index)
    merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    other = data.draw(st.integers(0, size).filter(lambda place: place != index))
    with pytest.raises(Rejected):
        merkle.verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
    with pytest.raises(Rejected):
        merkle.verify_inclusion(merkle.leaf_hash(b"another"), index, size, proof, ROOTS[size])


@given(st.integers(0, 130), st.data())
def test_consistency_holds_for_its_sizes_alone(size, data):
    old = data.draw(st.integers(0, size))
    proof = merkle.consistency_proof(LEAVES[:size], old)
    merkle.verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)
    wrong = data.draw(st.integers(0, 130).filter(lambda place: place != old))
    with pytest.raises(Rejected):
        merkle.verify_consistency(old, ROOTS[wrong], size, ROOTS[size], proof)
    if old:
        with pytest.raises(Rejected):
            merkle.verify_consistency(old, ROOTS[old], size, ROOTS[(size + 1) % 131], proof)


def test_a_proof_with_a_hash_too_many_is_refused_even_if_a_root_fits_it():
    more = merkle.node_hash(LEAVES[9], LEAVES[0])
    with pytest.raises(Rejected, match="long"):
        merkle.verify_inclusion(LEAVES[0], 0, 1, [LEAVES[9]], more)
    proof = [*merkle.consistency_proof(LEAVES[:3], 2), LEAVES[9]]
    with pytest.raises(Rejected, match="long"):
        merkle.verify_consistency(2, merkle.node_hash(LEAVES[9], ROOTS[2]), 3, merkle.node_hash(LEAVES[9], ROOTS[3]), proof)


@given(st.integers(-2, 2**64), st.integers(-2, 2**64), st.lists(st.binary(max_size=33) | st.sampled_from(LEAVES), max_size=70))
def test_nothing_but_refusal_comes_of_random_proofs(one, other, proof):
    for call in (
        lambda: merkle.verify_inclusion(LEAVES[0], one, other, proof, LEAVES[1]),
        lambda: merkle.verify_consistency(one, LEAVES[0], other, LEAVES[1], proof),
    ):
        with pytest.raises(Rejected):
            call()


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, []), (0, ["00" * 32]), (3, ["00" * 32]), (1, ["00" * 31]), (1, ["zz" * 32]), (-1, []), (2**63, [])]
)
def test_a_frontier_that_does_not_fit_its_size(size, hashes):
    with pytest.raises(Rejected):
        merkle.Frontier.load(size, hashes)


@pytest.mark.parametrize(
    "call",
    [
        lambda: merkle.inclusion_proof(LEAVES, 130),
        lambda: merkle.inclusion_proof(LEAVES, -1),
        lambda: merkle.consistency_proof(LEAVES, 131),
    ],
)
def test_there_is_no_proof_outside_the_log(call):
    with pytest.raises(Rejected):
        call()
