"""The short form of the fuzzing that `make drill` does for minutes, what it once found, and that it finds anything at all."""

import hashlib
import os
import random
import subprocess
import sys

import pytest

from tests.simulators import mutate
from tests.simulators.fuzz import ROOT, case, fuzz, judge, run
from tests.simulators.parsers import PARSERS

SEED = int(os.environ.get("COCHAIR_FUZZ_SEED", str(random.SystemRandom().randrange(10**9))))
CASES = 25


@pytest.mark.parametrize("name", PARSERS)
def test_nothing_but_the_documented_error_comes_out(name):
    result = run(name, SEED, CASES)
    assert result["failed"] == 0, f"seed {SEED}: {result['found']}"
    assert result["tried"] == CASES


@pytest.mark.parametrize("name", PARSERS)
def test_the_samples_end_as_documented(name):
    parser = PARSERS[name]()
    assert parser.samples
    assert [judge(parser, one) for one in parser.samples] == [""] * len(parser.samples)
    if parser.wrap is not None:
        assert [judge(parser, parser.wrap(one)) for one in parser.inner] == [""] * len(parser.inner)


_PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
ONCE = [  # what came out as another error than the documented one
    ("signer-frames", b'{"do":"\xed\xa0"}'),
    ("signer-frames", b'{"do":"last","origin":' + b"[" * 9000),
    ("press-register", b'[{"id":"\xb1"}]'),
    ("press-register", b"[" * 9000),
    ("key-files", b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VxBCIEIB9uj9MZ0+eMSGPDEsIIMtAgbHPyquE8fgBzTrqMBKxw\n-----END PRIVATE KEY-----\n"),
    ("key-files", b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n".replace(b"K2Vw", b"K2UA")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), ONCE)
def test_what_was_found_once_is_mended(name, data):
    assert judge(PARSERS[name](), data) == ""


@pytest.mark.parametrize("tag", [b"\x02\x01\x02", b"\x02\x01\x6d"])
def test_a_certificate_of_an_unknown_version_is_refused(tag):
    parser = PARSERS["certificate"]()
    for inner in parser.inner:
        spoilt = inner.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03" + tag, 1)
        assert judge(parser, parser.wrap(spoilt)) == ""
        assert (
            judge(
                parser,
                parser.wrap(inner.replace(b"\x06\x03\x2b\x65\x70", b"\x06\x03\x2b\x65\x00").replace(b"\x03\x01\x07", b"\x03\x01\x47")),
            )
            == ""
        )


def test_a_case_follows_from_seed_parser_and_number_alone():
    for name in ("note", "cms", "descriptor", "bundle"):
        parser = PARSERS[name]()
        assert [case(parser, name, 7, number) for number in range(20)] == [case(parser, name, 7, number) for number in range(20)]
    code = "from tests.simulators.test_fuzz import digest; print(digest('cms'))"
    there = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": "5"}
    )
    assert there.stdout.decode().strip() == digest("cms")


def digest(name):
    return hashlib.sha256(b"".join(case(PARSERS[name](), name, 7, number) for number in range(50))).hexdigest()


@pytest.mark.parametrize(
    ("name", "word"),
    [("bad-other", "KeyError"), ("bad-greedy", "MemoryError"), ("bad-crash", "status 9"), ("bad-hang", "more than the time allowed")],
)
def test_the_harness_finds_faults_of_every_kind(name, word):
    result = fuzz(name, SEED, 2, hang=0.2, module="tests.simulators.bad_parsers")
    assert result["failed"] >= 1, f"seed {SEED}"
    assert result["tried"] >= result["failed"]
    assert all(word in one["why"] for one in result["found"])


def test_der_is_changed_inside_and_still_hangs_together():
    """Most changed signatures keep lengths that fit, so that what stands behind the outer length is reached."""
    rng, whole = random.Random(SEED), 0
    sample = PARSERS["cms"]().samples[0]
    for _ in range(200):
        data = mutate._der(rng, sample, ())
        whole += data[:2] == b"\x30\x82" and int.from_bytes(data[2:4], "big") + 4 == len(data)
    assert whole > 100, f"seed {SEED}"
