"""How topics of different reports are lined up, and how their modes compare.

Rules of this module:

- Topics are lined up by areas of cooperation (``data/areas.json``; a narrower area meets its parent), where none is known by their telling words.
- Modes: *activities* (production, joint development, ...) exclude each other: ``contradicts``. A *form* (joint project, joint venture) beside another mode ``differs``.
  General engagement fits all, and so does saying nothing.
"""

from functools import cache
from typing import Any

from cochair.press.datafiles import load
from cochair.press.tokens import stem, tokenize, words

SMALL = frozenset({"the", "of", "from", "and", "for", "in", "a", "an", "or", "on", "its", "new", "various"})
_RANK = {"same": 1, "differs": 3, "contradicts": 4}


@cache
def _areas() -> dict[str, Any]:
    return load("areas")


@cache
def _phrases() -> dict[tuple[str, ...], str]:
    return {tuple(stem(w) for w in words(p)): code for code, entry in _areas().items() for p in entry["en"]}


@cache
def _weak() -> frozenset[str]:
    return frozenset(stem(w) for name in ("weak", "activity", "generic") for phrase in load("en")[name] for w in words(phrase)) | SMALL


def topic_keys(text: str) -> list[str]:
    """Words of a topic -> codes of the areas in it (longest names first), else its own telling words; [] when it only names a broad area.

    A name made of weak words alone (``transport``, ``technology``) does not settle a topic that has a telling word besides.
    """
    stems = [stem(t.text) for t in tokenize(text)]
    telling = [s for s in stems if s not in _weak() and s.isalnum()]
    found: list[str] = []
    broad = False
    i = 0
    while i < len(stems):
        for size in range(min(6, len(stems) - i), 0, -1):
            code = _phrases().get(tuple(stems[i : i + size]))
            if code and not (telling and all(s in _weak() for s in stems[i : i + size])):
                if _areas()[code].get("broad"):
                    broad = True
                else:
                    found.append(code)
                i += size
                break
        else:
            i += 1
    codes = [c for c in dict.fromkeys(found) if not any(_is_parent(c, other) for other in found)]
    if codes or (broad and not telling):
        return codes
    return ["_".join(telling or [s for s in stems if s.isalnum()])]


def _is_parent(code: str, other: str) -> bool:
    parent = _areas().get(other, {}).get("parent")
    return bool(parent) and (parent == code or _is_parent(code, parent))


def narrower(label: str, other: str) -> bool:
    if label in _areas() or other in _areas():
        return (
            _areas().get(other, {}).get("parent") == label
            and not _areas().get(label, {}).get("broad")
            and _areas()[label].get("parent") is not None
        )
    return set(label.split("_")) < set(other.split("_"))


@cache
def _axis(mode: str) -> str:
    return str(load("modes").get(mode, {}).get("axis", "general"))


def compare_modes(modes: list[frozenset[str]]) -> str:
    """Modes named by each report -> verdict; an empty set says nothing of the mode."""
    worst = "same"
    telling = [frozenset(m for m in own if _axis(m) != "general") for own in modes]
    for i, one in enumerate(telling):
        for two in telling[i + 1 :]:
            if not one or not two or one & two:
                continue
            activities = all(_axis(m) == "activity" for m in one | two)
            verdict = "contradicts" if activities else "differs"
            worst = max(worst, verdict, key=lambda v: _RANK[v])
    return worst
