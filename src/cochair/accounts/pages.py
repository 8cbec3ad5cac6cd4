"""What every page of an app needs from the shell without importing it: to say which room it shows, and to send a form back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def in_room(request: HttpRequest, room: str) -> None:
    """Say that this page shows the room with this id: the specimen banner follows the room."""
    request.cochair_room = room  # type: ignore[attr-defined]


def refused(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The same page again with what was typed and what is wrong with it: status 422."""
    return render(request, template, context, status=422)
