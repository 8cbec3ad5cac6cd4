"""People who sign in on this node, and the seats they hold for their Side. Nothing here is ever part of the record or leaves the node.

A person has one account and any number of seats. A seat gives roles (``rights.ROLES``) in one room, on one body with those below it, or, left empty, on the whole node.
The Side is the node's own: nobody acts for the other Side here.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cochair.accounts.rights import ROLES


class People(BaseUserManager["User"]):
    """Makes accounts; none is ever made by a page."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """An account. Without a password nobody can sign in with it."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """An account. ``name`` is what pages print: a name, or a post such as "Executive Secretary of the Indian Side"."""

    first_name = None  # type: ignore[assignment]  # names in three scripts do not split in two
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment]  # no mail leaves the node
    name = models.CharField(_("name or post"), max_length=200, blank=True)
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()  # type: ignore[assignment, misc]  # without the mail address that the base class asks for

    def get_full_name(self) -> str:
        """The printed name."""
        return self.name or self.username

    def get_short_name(self) -> str:
        """The printed name."""
        return self.get_full_name()


def known_roles(value: object) -> None:
    """A list of roles from the table of rights, at least one."""
    if not isinstance(value, list) or not value or not set(value) <= set(ROLES):
        raise ValidationError(_("Choose roles out of: %(roles)s."), params={"roles": ", ".join(sorted(ROLES))})


class Seat(models.Model):
    """Roles of a person: in all rooms (``room`` and ``body`` empty), in one room, or on one body of it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="seats")
    room = models.CharField(max_length=64, blank=True)
    body = models.CharField(max_length=100, blank=True)
    roles = models.JSONField(validators=[known_roles])

    class Meta:
        """One seat a person, room and body."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "room", "body"], name="one_seat_per_place")]

    def __str__(self) -> str:
        return f"{self.user}: {', '.join(sorted(self.roles))}"
