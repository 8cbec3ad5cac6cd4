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
FOLD = (
    "tests/record/test_agreement.py",
    "tests/record/test_void.py",
    "tests/record/test_fold.py",
    "tests/record/test_void_edges.py",
    "tests/record/test_fold_rows.py",
    "tests/record/test_fold_edges.py",
)
FOLD_BUT = (
    "postgres",
    "test_every_short_history",
    "test_agreements_are_never_lost",
    "test_the_search_finds",
    "test_random_histories",
    "test_the_lives_reach",
    "test_what_is_agreed_in_a_slot",
    "test_sixty_fifth_seal",
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
    *(
        Module(f"record.{name}", FOLD, FOLD_BUT)
        for name in ("agreement", "void", "fold", "matters", "slots", "state", "rows", "registry", "contents", "fields", "digest")
    ),
)
