"""What the sign-in library may do on a node: nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no type information
    """Seats are given by the operator, so sign-up stays closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  (the library passes it)
        """Never."""
        return False
