"""Two nodes as two governments would have them: each its own processes, keys and database, made and paired by commands, and brought together over HTTPS with
their own certificates, from a folder, and by bundle. Each way ends in the same state digests."""

import http.client
import ssl
import time

import pytest

from tests.cli import program

pytestmark = pytest.mark.timeout(280)


def by_bundle(folder, side):
    """What one node wrote comes to the other as a file."""
    name = f"{side}-{time.monotonic_ns()}.bundle"
    program.cochair(folder, "bundle", "write", side.lower(), name)
    program.cochair(folder, "bundle", "read", "ru" if side == "IN" else "in", name)


def ended_alike(folder, room):
    found = program.digests(folder, room)
    assert found["IN"] == found["RU"]
    heads = {side: program.ask(folder, "node", "check", side.lower())["rooms"][room]["heads"] for side in program.SIDES}
    assert heads["IN"] == heads["RU"]
    return found["IN"], heads["IN"]


@pytest.mark.parametrize("carry", [program.hand_over, by_bundle], ids=["folder", "bundle"])
def test_from_a_folder_and_by_bundle(tmp_path, carry):
    room = program.ready(tmp_path)
    written = []
    for side, steps in (("IN", 25), ("RU", 15)):
        written += program.acted(tmp_path, side, room, steps=steps)
        carry(tmp_path, side)
    for side in ("IN", "RU"):  # what each has seen of the other comes over too
        carry(tmp_path, side)
    _digests, heads = ended_alike(tmp_path, room)
    for entry in written:
        side, log, seq = entry.split("/")
        assert heads[f"{side.lower()}.example/c7/{side}/{log}"] > int(seq)
    assert any("/w-" in origin for origin in heads), "the session had no working papers, so nothing is shown of them"


def test_over_https_with_own_certificates(tmp_path):
    ports = {side: program.free_port() for side in program.SIDES}
    for side in program.SIDES:
        program.certificate(tmp_path, side.lower())
    room = program.founded(tmp_path, addresses=[f"https://127.0.0.1:{ports[side]}" for side in program.SIDES])
    with (
        program.serving(tmp_path, "IN", ports["IN"], "--every", "0.5") as served,
        program.serving(tmp_path, "RU", ports["RU"], "--every", "0"),
    ):
        refused(ports["IN"], tmp_path, room)
        program.joined(tmp_path)
        program.acted(tmp_path, "IN", room, steps=25)
        program.acted(tmp_path, "RU", room, steps=15)
        wait_until_alike(tmp_path, room)  # IN comes by itself every half second; RU is told to
        assert "Traceback" not in served.log.read_text()
    ended_alike(tmp_path, room)


def refused(port, folder, room):
    """A stranger who knows the address and the room reads nothing."""
    context = ssl.create_default_context(cafile=folder / "in.crt")
    for path in (f"{room}/structural/{room}", "in.example/c7/IN/record/checkpoint", "%2e%2e/node.json"):
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        connection.request("GET", f"/exchange/{path}")
        answer = connection.getresponse()
        assert (answer.status, b"paired" in answer.read()) == (401, True)


def wait_until_alike(folder, room):
    heads = {}
    for _ in range(20):
        program.ask(folder, "node", "pull", "ru")
        heads = {side: program.ask(folder, "node", "check", side.lower())["rooms"][room]["heads"] for side in program.SIDES}
        if heads["IN"] == heads["RU"]:
            return
        time.sleep(0.5)
    raise AssertionError(heads)


def test_a_node_with_another_certificate_is_not_read(tmp_path):
    """Whoever stands at the address with a key of their own is a stranger."""
    ports = {side: program.free_port() for side in program.SIDES}
    for side in program.SIDES:
        program.certificate(tmp_path, side.lower())
    room = program.founded(tmp_path, addresses=[f"https://127.0.0.1:{ports[side]}" for side in program.SIDES])
    program.certificate(tmp_path, "in")  # made anew after the descriptors were compared
    with program.serving(tmp_path, "IN", ports["IN"], "--every", "0"):
        came = program.ask(tmp_path, "node", "pull", "ru", status=1)
    assert all("cannot be reached" in why for why in came[room]["problems"].values())
    assert came[room]["problems"]
    assert came[room]["entries"] == {}
