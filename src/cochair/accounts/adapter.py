"""What the sign-in libraries may do on a node: nobody signs up by themselves, and failures are counted by the name that was typed."""

from collections.abc import Mapping

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no type information
    """Seats are given by the operator, so sign-up stays closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (the library passes it)
        """Never."""
        return False


def typed_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The name that failures are counted under; in lower case, because sign-in does not mind the case either."""
    given = (credentials or {}).get("username") or request.POST.get("login") or ""
    return given.strip().lower()
