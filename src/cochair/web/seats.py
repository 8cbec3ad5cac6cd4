"""``python -m cochair.web.seats FOLDER NAME ROLE...``: give a seat on the node in a folder; the password comes on the standard input.

It is a program of its own because one process serves one node: whoever sets up several nodes calls it once for each. The account is made if it is not there;
roles that it has already stay. ``--shown`` is the name or post that pages print.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cochair.accounts.rights import ROLES
from cochair.kit.errors import CochairError
from cochair.web.serve import prepare


def give_seat(username: str, password: str, roles: Sequence[str], shown: str = "", room: str = "", body: str = "") -> None:
    """Make or extend an account and its seat; Django must be set up. Raises CochairError for a bad password or role."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from cochair.accounts.models import Seat, User

    unknown = sorted(set(roles) - ROLES)
    if unknown or not roles:
        raise CochairError(f"No such role: {', '.join(unknown) or 'none given'}", f"Choose out of {', '.join(sorted(ROLES))}")
    with transaction.atomic():
        user = User.objects.filter(username=username).first() or User(username=username)
        user.name = shown or user.name
        try:
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as error:
            raise CochairError(" ".join(error.messages).rstrip("."), "Choose another and try again") from None
        user.save()
        seat, _made = Seat.objects.get_or_create(user=user, room=room, body=body, defaults={"roles": []})
        seat.roles = sorted({*seat.roles, *roles})
        seat.save(update_fields=["roles"])


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; 0, or 2 with the reason on the standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m cochair.web.seats", description="Give a seat on a node; the password comes on the standard input."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("role", nargs="+")
    parser.add_argument("--shown", default="")
    given = parser.parse_args(argv)
    try:
        prepare(given.folder)
        give_seat(given.name, sys.stdin.readline().rstrip("\n"), given.role, given.shown)
    except CochairError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
