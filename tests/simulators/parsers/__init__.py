"""Every parser that bytes from outside reach, with good samples: what `fuzz` tries.

``read`` takes bytes and gives nothing: it returns, or raises `CochairError`. Where a format has one form of bytes, it also holds the parser to it and fails
otherwise. ``inner`` and ``wrap``: what is changed, and how it is signed (or framed) again, where a signature would hide what stands behind it.
"""

import functools
from collections.abc import Callable

from tests.simulators.parsers import files, keys, ledger, record, texts
from tests.simulators.parsers.common import Parser

__all__ = ["PARSERS", "Parser"]

MAKERS: tuple[Callable[[], Parser], ...] = (
    ledger.entry, ledger.canonical_json, ledger.structural, ledger.paper, ledger.note, ledger.checkpoint, ledger.verifier_key, ledger.tile, ledger.entry_bundle,
    ledger.tile_path, ledger.names, ledger.log, ledger.proof, keys.public_keys, keys.mandate_key, keys.signatures, keys.envelope, keys.key_files, keys.certificate, keys.cms,
    files.bundle, files.bundle_list, files.descriptor, files.reading_request, files.signer_frames, files.signing_ledger, files.backup, files.trust_file,
    record.public_record, texts.manifest, texts.provision_text, texts.typed_text, texts.signing_request, texts.signing_response, texts.person, texts.original,
    texts.scan, texts.press_report, texts.press_register,
)  # fmt: skip
PARSERS: dict[str, Callable[[], Parser]] = {maker.__name__.replace("_", "-"): functools.cache(maker) for maker in MAKERS}
"""Name -> maker of the parser and its samples, made once a process."""
