"""Between the server and the views: deny by default, errors told once and with their next step, headers.

Rules of ``Rights``: a view without a declaration is refused; a page for others sends a reader to sign in and back; a form sent after the sign-in ended
is answered by a page that says so and keeps the browser's "back", so that nothing typed is lost. An error of ours raised in a view becomes its page:
Denied 403, NotFound and NotHeld 404, Conflict 409, any other 422.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from cochair.accounts import rights
from cochair.accounts.access import access_of, actor
from cochair.accounts.pages import in_words
from cochair.kit.errors import CochairError, Conflict, Denied, NotFound, NotHeld
from cochair.web.views import error_page

log = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]
STATUS = ((Denied, 403), (NotFound, 404), (NotHeld, 404), (Conflict, 409))


def headers(get_response: GetResponse) -> GetResponse:
    """No use of the machine's devices; pages of signed-in readers stay out of shared caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-cache")
        return response

    return answer


class Rights:
    """Enforces what each view declared and translates our errors at the border."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object) -> HttpResponseBase | None:
        """None lets the view run."""
        access = access_of(view)
        if access is None:
            log.error("refused %s: its view declares no right", request.path)
            return error_page(request, 403, _("This page is not open to anybody"), _("Tell the operator of this node."))
        if access.kind == "public":
            return None
        if not request.user.is_authenticated:
            if request.method in {"GET", "HEAD"}:
                return redirect_to_login(request.get_full_path())
            what = _("Your sign-in has ended, so nothing was saved")
            return error_page(
                request,
                403,
                what,
                _("Sign in on a second tab, then come back here, go one page back and send again: your text is still there."),
            )
        if access.kind == "right":
            try:
                rights.require(actor(request), access.right)
            except CochairError as error:
                return self.process_exception(request, error)
        return None

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """A form that comes back with errors is answered with 422, also by the library's pages of accounts, which say 200."""
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for each error of ours; the rest is Django's."""
        if not isinstance(error, CochairError):
            return None
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 422)
        return error_page(request, status, *in_words(error))
