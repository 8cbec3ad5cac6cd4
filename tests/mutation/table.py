"""Which modules are mutated, and by which tests each is tried. A test that takes long is left out by name: a mutant may meet every one of them."""

from __future__ import annotations

from typing import NamedTuple


class Module(NamedTuple):
    """`name`: below ``cochair``; `tests`: files or folders; `but`: names of tests left out (pytest's ``-k`` words)."""

    name: str
    tests: tuple[str, ...]
    but: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"src/cochair/{self.name.replace('.', '/')}.py"


LEDGER = ("tests/ledger",)
LEDGER_BUT = ("test_the_script_writes", "test_formats", "test_hostile", "test_foreign")
FOLD = tuple(
    f"tests/record/test_{name}.py"
    for name in (
        "agreement",
        "agreement_edges",
        "void_edges",
        "void_seals",
        "fold_rows",
        "fold_edges",
        "fold_portions",
        "slots",
        "digest",
        "growth_edges",
        "schemas",
    )
)
FOLD_BUT = (
    "test_every_short_history",
    "test_every_history_of_three",
    "test_agreements_are_never_lost",
    "test_the_search_finds",
    "test_random_histories",
    "test_the_reference_has",
    "test_a_long_log",
)

MODULES = (
    *(
        Module(f"ledger.{name}", LEDGER, LEDGER_BUT)
        for name in (
            "entries",
            "notes",
            "merkle",
            "tiles",
            "checkpoints",
            "cosignatures",
            "macs",
            "ed25519",
            "dsse",
            "keychanges",
            "papers",
            "published",
            "verify",
        )
    ),
    *(Module(f"record.{name}", FOLD, FOLD_BUT) for name in ("agreement", "void", "fold", "matters", "slots", "state", "rows", "schemas")),
    *(Module(f"record.{name}", (f"tests/record/test_{name}.py",)) for name in ("digest", "fields")),
)
