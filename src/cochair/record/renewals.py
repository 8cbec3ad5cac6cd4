"""The two keys of a node that the terms name beside the log key, over the years: with which it cosigns, and from which MAC keys are derived.

A Side's entry in the terms names the keys of now and, under ``ended``, those before them, oldest first (`docs/formats/renewal.md`). They change by later terms that
all Sides seal, so the terms in force say it all:

1. A cosigning key that has ended counts for another Side's record up to the head that is named for it, and for nothing beyond. The key of now counts at any size.
2. An exchange key that has ended makes no MAC that is taken. No size is named for it: nothing under a signature speaks of working papers.
3. One renewal adds one item to ``ended``; a key never comes back.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cochair.kit import canonical, fingerprint
from cochair.kit.errors import Rejected
from cochair.kit.ids import check_hex, check_side
from cochair.ledger.macs import check_exchange_public
from cochair.ledger.merkle import MAX_SIZE
from cochair.ledger.notes import COSIGNATURE, parse_vkey
from cochair.ledger.published import refuse_published

KEYS = ("cosign_key", "exchange_key")
MAX_ENDED = 64

Entry = Mapping[str, Any]
"""A Side as terms name it."""


class Head(NamedTuple):
    """So much of a record, and its root in hex."""

    size: int
    root: str


class Ended(NamedTuple):
    """Keys that one renewal ended ("": that one stayed), and the head of each other Side's record up to which the cosigning key counts."""

    cosign_key: str = ""
    exchange_key: str = ""
    heads: Mapping[str, Head] = {}


def ended(entry: Entry) -> list[Ended]:
    """The renewals of a Side's keys, oldest first; raises `Rejected`."""
    found = entry.get("ended", [])
    if not isinstance(found, list) or len(found) > MAX_ENDED:
        raise Rejected("The terms do not say in their form which keys have ended")
    return [_ended(item) for item in found]


def _ended(item: Any) -> Ended:
    if not isinstance(item, dict) or not item.keys() <= {*KEYS, "heads"} or not item.keys() & set(KEYS):
        raise Rejected("The terms do not say in their form which keys have ended")
    cosign, exchange, heads = item.get("cosign_key", ""), item.get("exchange_key", ""), item.get("heads", {})
    if not isinstance(cosign, str) or not isinstance(exchange, str) or not isinstance(heads, dict) or bool(cosign) != ("heads" in item):
        raise Rejected("The terms do not say in their form which keys have ended")
    if cosign:
        parse_vkey(cosign, COSIGNATURE)
    if "exchange_key" in item:
        check_exchange_public(bytes.fromhex(check_hex(exchange, 32)))
    return Ended(cosign, exchange, {check_side(side): _head(head) for side, head in heads.items()})


def _head(value: Any) -> Head:
    size, root = (value.get("size"), value.get("root")) if isinstance(value, dict) and value.keys() == {"size", "root"} else (None, None)
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE or not isinstance(root, str):
        raise Rejected("The terms do not say up to which head a key counts")
    return Head(size, check_hex(root, 32))


def cosigners(entry: Entry, of: str, size: int) -> list[str]:
    """The verifier keys of a Side whose cosignature counts on the record of the Side `of` at this size."""
    found = [one.cosign_key for one in ended(entry) if one.cosign_key and size <= one.heads.get(of, Head(0, "")).size]
    return [*found, *([str(entry["cosign_key"])] if entry.get("cosign_key") else [])]


def all_cosigners(entry: Entry) -> list[str]:
    """Every key with which a Side has cosigned, in order."""
    return [*(one.cosign_key for one in ended(entry) if one.cosign_key), *([str(entry["cosign_key"])] if entry.get("cosign_key") else [])]


def known(entry: Entry, name: str) -> list[str]:
    """Every key of a Side of one of `KEYS`."""
    return all_cosigners(entry) if name == "cosign_key" else exchange_keys(entry)


def exchange_keys(entry: Entry) -> list[str]:
    """The exchange keys of a Side, that of now first."""
    before = [one.exchange_key for one in ended(entry) if one.exchange_key]
    return [str(key) for key in (entry.get("exchange_key"), *reversed(before)) if key]


def renewed(entry: Entry, new: Mapping[str, str], heads: Mapping[str, Head]) -> dict[str, Any]:
    """A Side's entry with `new` keys (of `KEYS`) in the place of those of now. `heads`: what it holds of each other Side's record."""
    item: dict[str, Any] = {name: entry[name] for name in KEYS if name in new}
    if "cosign_key" in new:
        item["heads"] = {side: head._asdict() for side, head in heads.items()}
    return {**entry, **new, "ended": [*entry.get("ended", []), item]}


def step(before: Entry, after: Entry) -> Ended | None:
    """The one renewal that leads from one entry of a Side to the next, None if its keys stay. Raises `Rejected` if it is none that may be."""
    changed = [name for name in KEYS if after.get(name) != before.get(name)]
    held, told = ended(before), ended(after)
    if not changed and told == held:
        return None
    last = told[-1] if told else Ended()
    named = [name for name in KEYS if getattr(last, name)]
    if told[:-1] != held or named != changed or any(getattr(last, name) != before.get(name) for name in changed):
        raise Rejected("The terms do not name the keys of a Side that ended, or name others", "Propose them anew")
    if any(after.get(name) in known(before, name) for name in changed):
        raise Rejected("A new key of a Side was used before", "Propose another one: cochair keys renew")
    if "cosign_key" in changed:
        (name, _), (newer, public) = (parse_vkey(str(each.get("cosign_key", "")), COSIGNATURE) for each in (before, after))
        if newer != name:
            raise Rejected(f"The new cosigning key is named {newer}, not {name}", "A Side cosigns under one name")
        refuse_published(public)
    if "exchange_key" in changed:
        refuse_published(check_exchange_public(bytes.fromhex(check_hex(str(after.get("exchange_key")), 32))))
    return last


def keys_print(entry: Entry) -> str:
    """The fingerprint of a Side's cosigning and exchange key, which people compare when one of them changes."""
    return fingerprint.fingerprint(canonical.dumps({name: str(entry.get(name, "")) for name in ("side", *KEYS)}))


def pairs(own: Entry, peer: Entry) -> Iterable[tuple[str, str]]:
    """Own and another Side's exchange key together, those of now first, then as they may have stood when an older MAC was made."""
    return ((mine, theirs) for mine in exchange_keys(own) for theirs in exchange_keys(peer))
