"""The program for transcripts: one process imports it, and each command runs in a fork of that. What a command costs is then what it does, not what it imports.

``python -m tests.transcripts.forking SOCKET`` serves until it is ended; `CLIENT` is the text of the ``cochair`` that a shell finds.
"""

import json
import os
import signal
import socket
import sys
import traceback

CLIENT = """#!{python} -IS
import json, os, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({socket!r})
socket.send_fds(link, [json.dumps([os.getcwd(), sys.argv[1:], dict(os.environ)]).encode()], [0, 1, 2])
sys.exit((link.recv(1) or b"\\x46")[0])
"""
LIMIT = 1 << 18


def serve(path: str) -> None:
    """Answer each connection by a fork that runs the program with the caller's folder, arguments, environment and standard streams."""
    from cochair.cli import main
    from cochair.record.node import Node
    from cochair.record.signer import InProcessSigner

    for made in (
        Node.open,
        Node.init,
    ):  # the signer's own process has tests of its own; to start one a command takes longer than the command
        made.__func__.__kwdefaults__["make_signer"] = InProcessSigner
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        link, _ = listener.accept()
        data, streams, _, _ = socket.recv_fds(link, LIMIT, 3)
        if os.fork() == 0:
            listener.close()
            _run(main.main, link, data, streams)
        link.close()
        for stream in streams:
            os.close(stream)


def _run(program, link, data, streams):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    folder, arguments, environment = json.loads(data)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["cochair", *arguments]
    status = 0
    try:
        program()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    link.sendall(bytes([status & 255]))
    os._exit(status & 255)


if __name__ == "__main__":
    serve(sys.argv[1])
