"""What each Side says that it saw of the others' records, against these records: the one thing that shows a third party that a node has two of them.

The fold takes the sizes of an acknowledgement; without the roots a Side could put other entries in the place of those that the other Side had seen, sign
them, and let the other's seals and findings speak for what it never saw.
"""

from collections.abc import Mapping, Sequence

import msgspec

from cochair.kit.errors import Rejected
from cochair.ledger.merkle import Frontier
from cochair.record.fold import Fold


def check(fold: Fold, logs: Mapping[str, Sequence[bytes]], leaves: Mapping[str, Sequence[bytes]]) -> None:
    """Raise `Rejected` unless every acknowledgement that counts names the root that the log has at that size. ``logs``, ``leaves``: by origin, whole."""
    said: dict[str, list[tuple[int, str, str]]] = {}
    for log in fold.state.logs.values():
        for seq, tag in enumerate(log.tags):
            if tag == "seen":
                for side, head in msgspec.json.decode(logs[log.origin][seq])["body"]["heads"].items():
                    said.setdefault(f"{side}/record", []).append((head["size"], head["root"], f"{log.name}/{seq}"))
    for name, heads in said.items():
        of = fold.state.logs.get(name)
        grown = Frontier()
        for size, root, entry in sorted(heads):
            if of is not None:
                grown.extend(leaves[of.origin][grown.size : size])
            if grown.root().hex() != root:
                raise Rejected(
                    f"{entry} acknowledges other contents of {name} than these: one of the two nodes showed two records, or said so wrongly",
                    "Keep this file, it is evidence, and ask both Sides for theirs",
                )
