"""Home: what waits for the reader, the next session, what we owe and what they owe; and the first run, while there is no room yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cochair.accounts.access import signed_in
from cochair.workspace.place import places


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    found = list(places(request))
    return render(request, "workspace/home.html" if found else "workspace/first_run.html", {"places": found})
