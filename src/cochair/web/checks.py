"""What must be right before a node serves pages. Each message has an id, says what is wrong and what to do next.

| id | what |
|---|---|
| cochair.E001 | the node's folder is missing |
| cochair.E002 | a certificate without its key, or the reverse, or a file that is not there |
| cochair.E003 | debug pages are on while the server answers to other names than this machine's |
| cochair.E004 | the web secret can be read by others |
| cochair.E005 | a page declares no right, or one that is not in the table of rights |
| cochair.W001 | pages go over the network without TLS |
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  (Django's name)

from cochair.accounts.access import undeclared

LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}


@register("cochair", deploy=True)
def check_node(**_kwargs: object) -> list[CheckMessage]:
    """The node's folder, its secret and its certificate, as the settings name them."""
    return list(_node())


@register(Tags.urls)
def check_rights(**_kwargs: object) -> list[CheckMessage]:
    """Each page of the address table declares who may see it."""
    hint = "Put @needs('<a right of accounts/rights.py>'), @signed_in or @public_page on the view."
    return [Error(f"The page {route} {why}.", hint=hint, id="cochair.E005") for route, why in undeclared()]


def _node() -> Iterator[CheckMessage]:
    folder: Path = settings.COCHAIR_NODE
    if not folder.is_dir():
        yield Error(
            f"The node's folder {folder} is missing.", hint="Make it with `cochair node init`, or set COCHAIR_NODE.", id="cochair.E001"
        )
    files = {"COCHAIR_TLS_CERT": settings.COCHAIR_TLS_CERT, "COCHAIR_TLS_KEY": settings.COCHAIR_TLS_KEY}
    if any(files.values()) and not all(files.values()):
        yield Error("Only one of certificate and key is set.", hint="Set both COCHAIR_TLS_CERT and COCHAIR_TLS_KEY.", id="cochair.E002")
    for name, value in files.items():
        if value and not Path(value).is_file():
            yield Error(f"{name} names {value}, which is not a file.", hint="Give the path of a PEM file.", id="cochair.E002")
    public = set(settings.ALLOWED_HOSTS) - LOCAL
    if settings.DEBUG and public:
        yield Error("Debug pages are on for a public name.", hint="Unset COCHAIR_DEBUG.", id="cochair.E003")
    secret = folder / "web-secret.key"
    if secret.exists() and secret.stat().st_mode & 0o077:
        yield Error(f"{secret} can be read by others.", hint=f"chmod 600 {secret}", id="cochair.E004")
    if public and not settings.TLS:
        hint = "Set COCHAIR_TLS_CERT and COCHAIR_TLS_KEY, or COCHAIR_TLS_PROXY=1 behind a proxy that ends TLS."
        yield Warning("Pages go over the network without TLS.", hint=hint, id="cochair.W001")
