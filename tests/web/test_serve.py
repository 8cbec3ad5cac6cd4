"""The server as a process: it answers, over TLS too, and what sets it up says clearly what is wrong."""

import datetime as dt
import http.client
import socket
import ssl
import subprocess
import sys
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.journeys.conftest import free_port, serving
from tests.pages import make_node

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def folder(tmp_path):
    make_node(tmp_path / "in").close()
    return tmp_path / "in"


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


def test_over_tls_cookies_are_secure_and_the_browser_is_told_to_come_back_so(folder, tmp_path):
    cert, key = certificate(tmp_path)
    port = free_port()
    code = "import sys; from pathlib import Path as P; from cochair.web.serve import serve; a = sys.argv; serve(P(a[1]), 'localhost', int(a[2]), P(a[3]), P(a[4]))"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", code, folder, str(port), cert, key], stdout=log, stderr=log)
    try:
        answer = _ask(port, ssl.create_default_context(cafile=cert), "/sign-in/", process, tmp_path / "log")
        assert answer.status == 200
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert "Secure" in answer.headers["Set-Cookie"]
    finally:
        process.terminate()
        process.wait(timeout=20)


def _ask(port, context, path, process, log):
    for _ in range(200):
        try:
            connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=5)
            connection.request("GET", path)
            return connection.getresponse()
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError("no answer")


def test_a_foreign_host_name_is_refused(folder):
    with serving(folder) as served:
        port = int(served.url.rsplit(":", 1)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/sign-in/", headers={"Host": "elsewhere.example"})
        refused = connection.getresponse()
        refused.read()
        assert refused.status == 400
        connection.request("GET", "/livez")
        assert connection.getresponse().read() == b"ok\n"


def give(folder, *arguments, password="a long enough password"):
    return subprocess.run(
        [sys.executable, "-m", "cochair.web.seats", folder, *arguments],
        check=False,
        input=password,
        text=True,
        capture_output=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [(["name", "king"], "a long enough password", "No such role: king"), (["name", "secretary"], "short", "too short"), (["na me!", "secretary"], "a long enough password", "valid username")],
)  # fmt: skip
def test_a_bad_seat_is_refused_with_the_reason(folder, arguments, password, said):
    done = give(folder, *arguments, password=password)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_seat_on_no_node_is_refused(tmp_path):
    done = give(tmp_path / "nowhere", "name", "secretary")
    assert done.returncode == 2
    assert "There is no node" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_seats_add_up_and_the_old_password_ends(db):
    from cochair.accounts.models import User
    from cochair.web.seats import give_seat

    give_seat("name", "a long enough password", ["secretary"], "The post")
    give_seat("name", "another long password", ["cochair"])
    user = User.objects.get(username="name")
    assert user.seats.get().roles == ["cochair", "secretary"]
    assert user.name == "The post"
    assert user.check_password("another long password")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "127.0.0.1"])
def test_a_port_that_cannot_be_had_is_refused_before_anything_starts(folder, host):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code = "import sys; from pathlib import Path; from cochair.web.serve import serve; serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))"
        command = [sys.executable, "-c", code, folder, host, str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("cochair.kit.errors.CochairError: ")
