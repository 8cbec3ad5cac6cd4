"""Serving a node: settings into the environment, checks, application tables brought up to date, then granian until it is told to stop.

One worker process with threads: the node has one writer, and its pages are short. The worker imports ``cochair.web.wsgi`` afresh, so everything
that it must know is in the environment when it starts.
"""

import os
import socket
import sys
from pathlib import Path

from cochair.kit.errors import CochairError
from cochair.record import spool

THREADS = 4


def prepare(
    node_folder: Path, host: str = "127.0.0.1", port: int = 8000, tls_cert: Path | None = None, tls_key: Path | None = None
) -> None:
    """Set the environment for this node, check it, and migrate the application tables. Raises CochairError with what to mend."""
    os.environ["COCHAIR_NODE"] = str(node_folder.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
    if tls_cert or tls_key:
        os.environ["COCHAIR_TLS_CERT"] = str(tls_cert or "")
        os.environ["COCHAIR_TLS_KEY"] = str(tls_key or "")
    if not 0 < port < 65536:
        raise CochairError(f"{port} is not a port", "Choose one from 1 to 65535")
    if not node_folder.is_dir():
        raise CochairError(f"There is no node in {node_folder}", "Make one with `cochair node init`, or name another folder")

    import django

    django.setup()
    from django.conf import settings
    from django.core.checks import ERROR, run_checks
    from django.core.management import call_command

    if host not in {"0.0.0.0", "::"} and host not in settings.ALLOWED_HOSTS:  # noqa: S104  (compared, not bound)
        settings.ALLOWED_HOSTS.append(host)
        os.environ["COCHAIR_HOSTS"] = ",".join(settings.ALLOWED_HOSTS)
    found = [*run_checks(), *run_checks(tags=["cochair"], include_deployment_checks=True)]
    bad = sorted(
        {f"{message.id}: {message.msg}" + (f" {message.hint}" if message.hint else "") for message in found if message.level >= ERROR}
    )
    if bad:
        raise CochairError("The node is not fit to serve. " + " ".join(bad), "Mend this and start again")
    for message in found:
        print(f"{message.id}: {message.msg} {message.hint or ''}", file=sys.stderr)
    call_command("migrate", interactive=False, verbosity=0)


def serve(node_folder: Path, host: str = "127.0.0.1", port: int = 8000, tls_cert: Path | None = None, tls_key: Path | None = None) -> None:
    """Serve the node's pages on host:port until interrupted. Raises CochairError before the first page when something is not fit."""
    prepare(node_folder, host, port, tls_cert, tls_key)
    address = _free(host, port)

    from granian import Granian
    from granian.constants import Interfaces, SSLProtocols
    from granian.log import LogLevels

    with spool.workplace(node_folder, "uploads") as uploads:  # of a server that was killed the next start removes them
        os.environ["COCHAIR_UPLOADS"] = str(uploads.absolute())
        Granian(
            "cochair.web.wsgi:application",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            workers=1,
            blocking_threads=THREADS,
            websockets=False,
            log_level=LogLevels.warning,
            ssl_cert=tls_cert,
            ssl_key=tls_key,
            ssl_protocol_min=SSLProtocols.tls12,
            respawn_failed_workers=True,
        ).serve()


def _free(host: str, port: int) -> str:
    """The address of a host name, if its port can be had."""
    try:
        family, _kind, _proto, _name, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CochairError(f"The host name {host} has no address", "Give an address of this machine, such as 127.0.0.1") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found)
        except OSError as error:
            raise CochairError(
                f"Port {port} of {host} cannot be had: {error.strerror}", "Stop what uses it, or choose another port"
            ) from None
    return str(found[0])
