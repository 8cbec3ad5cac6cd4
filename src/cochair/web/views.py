"""Pages of the shell itself: language, life signs, error pages and the page of all components."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cochair.accounts.access import public_page
from cochair.kit.errors import CochairError


@public_page
@require_safe
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the reader's language in a cookie and go back to where they were; a link, so that it needs no script."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
    )
    return response


@public_page
@require_safe
def livez(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public_page
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """The node opens and its application tables answer; 503 with the reason otherwise."""
    from cochair.accounts.here import get_node

    try:
        node = get_node()
        with node.read() as tx:
            tx.query("SELECT 1 AS one", ())
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_user LIMIT 1")
    except CochairError as error:
        return HttpResponse(f"not ready: {error}\n", status=503, content_type="text/plain")
    except Exception as error:  # noqa: BLE001  (whatever fails, the answer is "not ready", and a stranger learns its kind only)
        return HttpResponse(f"not ready: {type(error).__name__}\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@public_page
@require_safe
def exchange(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the node's tree for a paired node that signed its request (`cochair.exchange.requests`); 401 with the reason for anybody else."""
    from cochair.accounts.here import get_node
    from cochair.exchange import serving

    status, data = serving.answer(get_node(), path, request.headers.get("Authorization", ""))
    content_type = "application/octet-stream" if status == 200 else "text/plain; charset=utf-8"
    response = HttpResponse(data, status=status, content_type=content_type)
    response["Cache-Control"] = "no-store"
    return response


@public_page
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state; for who builds pages, so only where COCHAIR_DEV is set."""
    if not settings.COCHAIR_DEV:
        raise Http404
    from cochair.web.showcase import context

    return render(request, "dev/components.html", context())


def error_page(request: HttpRequest, status: int, what: str, next_step: str) -> HttpResponse:
    """One error page in the look of the product: what happened, what to do next. It needs no node and no database."""
    context = {"what": what, "next_step": next_step, "status": status}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a form that is longer than the node takes."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        step = _("Go one page back: your text is still there. Make it shorter, or send it as a file, and send again.")
        return error_page(request, 413, _("What you sent is too long, so nothing was saved"), step)
    return error_page(request, 400, _("The request could not be read"), _("Go back and try again from the page you came from."))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it)
    """403."""
    return error_page(request, 403, _("You may not see this page"), _("Ask the operator of your node for the seat that you need."))


def csrf_failure(request: HttpRequest, **_why: object) -> HttpResponse:
    """403 for a form whose token does not fit."""
    what = _("This form was open too long, or cookies are off, so nothing was saved")
    return error_page(request, 403, what, _("Go one page back, reload it in a second tab to sign in, then send again."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  (Django passes it)
    """404."""
    return error_page(request, 404, _("There is no such page"), _("Check the address, or start from the Home page."))


def server_error(_request: HttpRequest) -> HttpResponse:
    """500, drawn without the request: whatever failed (node, tables, session) must not fail again here."""
    what = _("Something went wrong on this node, and nothing was saved by halves")
    next_step = _("Try again in a minute. If it happens again, tell the operator of the node what you did and when.")
    return HttpResponse(render_to_string("error.html", {"what": what, "next_step": next_step, "status": 500}), status=500)
