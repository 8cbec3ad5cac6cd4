"""Bad input ends soon, with a CochairError or an empty reading, never with another exception."""

import random
import time

import pytest

from cochair.kit.errors import CochairError
from cochair.press.commands import own_register, read_files, samples, score_folder
from cochair.press.read import MAX_BYTES, read, read_bytes
from cochair.press.reconcile import reconcile
from cochair.press.register import Register
from cochair.press.render import pieces
from tests.press.specimens import FOLDER

REGISTER = own_register()


def _seconds(text):
    start = time.perf_counter()
    read(text, REGISTER)
    return time.perf_counter() - start


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00\x01", b"text\x00more", b"\x80" * 1000, b"a" * (4 * MAX_BYTES + 1), "й".encode() * (MAX_BYTES + 1)],
    ids=["utf-16", "nul", "not utf-8", "too many bytes", "too many characters"],
)
def test_refused_with_the_next_step(data):
    with pytest.raises(CochairError) as caught:
        read_bytes(data, REGISTER)
    assert caught.value.next_step


def test_ten_megabytes_of_garbage_end_at_once(tmp_path):
    path = tmp_path / "garbage.txt"
    path.write_bytes(random.Random(1).randbytes(10_000_000))
    start = time.perf_counter()
    with pytest.raises(CochairError, match=r"garbage\.txt"):
        read_files([path])
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    "text", ["", "\n\n \n", "....", "““““", "(" * 5000, "403", "\u200d\u0301", "a\u2028b", "'s 's 's", "²nd session", "١١th session"]
)
def test_odd_texts_are_read(text):
    reading = read(text, REGISTER)
    assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)


HARD = {
    "one long list": "Discussions covered cooperation in " + "mining, trade and energy, " * 12_000 + "and rail.",
    "nested brackets": "The (" * 60_000,
    "quotes": "“He said “" * 50_000,
    "ands": "India and Russia and " * 30_000,
    "capitals": "Deputy Minister of Trade and Industry of " * 20_000,
    "names": "Anna Beta Gamma Delta " * 30_000,
    "dates": "6 August 2025, " * 40_000,
    "sentences": "The 11th session was held in Hanoi on Friday. " * 15_000,
    "chairs": "co-chaired by Deputy Minister A B and from the Russian side by " * 10_000,
    "cues": "cooperation in joint projects in production of " * 15_000,
    "one word": "a" * 900_000,
    "lines": "Moscow\n" * 100_000,
}


@pytest.mark.parametrize("name", HARD)
def test_no_text_takes_long(name):
    assert _seconds(HARD[name][:MAX_BYTES]) < 6


def test_time_grows_with_the_text_and_not_faster():
    short, long = (
        "The 11th session of the India-Russia Working Group was held in Hanoi on Friday, officials said. " * n for n in (50, 200)
    )
    read(short, REGISTER)
    base = max(min(_seconds(short) for _ in range(3)), 0.001)
    assert min(_seconds(long) for _ in range(3)) < base * 12


GENRE = (
    "India Russia - – and the The 11th session Session of Working Group on Trade , . ; : ( ) “ ” ' 's ’s by from side Indian Minister Deputy Secretary Anna B. Berg co-chaired"
    " in New Delhi on Wednesday August 6 2025 said according to statement protocol signed signing cooperation joint projects as well including sub-groups 80 delegates around"
    " met will visit Moscow last visit was coincided with announcement agreed to finalize reaffirming partnership it added"
)


def test_random_mixtures_of_the_genre_never_break_the_reader():
    chance = random.Random(7)
    pieces = [*GENRE.split(" "), "\n", "\n\n"]
    for _ in range(400):
        text = " ".join(chance.choice(pieces) for _ in range(chance.randint(1, 90)))
        reading = read(text, REGISTER)
        assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)
        assert all(m.kind in {"claim", "boilerplate", "not classified"} for m in reading.sentences)


def test_mutated_reports_never_break_the_reader():
    chance = random.Random(11)
    texts = [path.read_bytes().decode() for folder in (samples()[0], FOLDER) for path in sorted(folder.glob("*.txt"))]
    for _ in range(300):
        words = chance.choice(texts).split(" ")
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(words))
            match chance.randrange(3):
                case 0:
                    words[at] = words[at][: chance.randint(0, len(words[at]))]
                case 1:
                    words.insert(at, chance.choice(chance.choice(texts).split(" ")))
                case _:
                    other = chance.randrange(len(words))
                    words[at], words[other] = words[other], words[at]
        text = " ".join(words)
        reading = read(text, REGISTER, "mutated")
        assert all(text[s.start : s.end] == s.text for c in reading.claims for s in c.spans)
        assert "".join(p.text for p in pieces(text, reading)) == text
        reconcile(
            [reading, read(chance.choice(texts), REGISTER, "other")],
            {"session.date": "2025-08-06", "delegates.count": "many", "chair.IN": ""},
        )


def test_a_dateline_with_a_month_alone_gives_no_day():
    reading = read("Hanoi, June 2023 (SPECIMEN) - The 4th session of the Brazil-Angola Joint Commission was held on Friday.", REGISTER)
    assert [c.value for c in reading.of("session.date")] == [None]


def test_bad_registers_and_golds_are_refused(tmp_path):
    with pytest.raises(CochairError):
        Register.from_json([{"id": 1}])
    gold = tmp_path / "gold.json"
    gold.write_text("{]")
    with pytest.raises(CochairError):
        score_folder(tmp_path, gold)
    gold.write_text('{"files": {"a": {"file": "none.txt"}}, "facts": {"a": []}}')
    with pytest.raises(CochairError, match=r"none\.txt"):
        score_folder(tmp_path, gold)
    with pytest.raises(CochairError, match="cannot be read"):
        read_files([tmp_path])


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xff\xfe\x00"])
def test_a_file_without_text_is_an_error_and_no_reading(tmp_path, data):
    path = tmp_path / "report.txt"
    path.write_bytes(data)
    with pytest.raises(CochairError, match=r"report\.txt: The file") as found:
        read_files([path])
    assert "UTF-8" in found.value.next_step
