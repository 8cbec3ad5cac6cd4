"""The address table. Each app brings its own pages in one line; each view in them declares who may see it (``cochair.accounts.access``)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from csp.decorators import csp_update
from django.urls import URLPattern, URLResolver, include, path

from cochair.accounts.access import public_page, signed_in
from cochair.web import views

# The library's own table also offers sign-up and mail; only what a node uses is listed.
sign_in: list[URLPattern | URLResolver] = [
    path("sign-in/", public_page(account.login), name="account_login"),
    path("sign-out/", public_page(account.logout), name="account_logout"),
    path("sign-in/inactive/", public_page(account.account_inactive), name="account_inactive"),
    path("sign-in/again/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/code/", public_page(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/code/again/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/password/", signed_in(account.password_change), name="account_change_password"),
    path("account/codes/", signed_in(mfa.index), name="mfa_index"),
    path("account/codes/on/", signed_in(csp_update({"img-src": ["data:"]})(totp.activate_totp)), name="mfa_activate_totp"),
    path("account/codes/off/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/recovery/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/recovery/new/", signed_in(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/recovery/file/", signed_in(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
]

shell: list[URLPattern | URLResolver] = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("exchange/<path:path>", views.exchange, name="exchange"),
    path("language/<slug:code>/", views.language, name="language"),
    path("dev/components", views.components, name="components"),
]

# Apps with pages add theirs here.
apps: list[URLPattern | URLResolver] = [path("", include("cochair.publication.urls")), path("", include("cochair.workspace.urls"))]

urlpatterns = [*shell, *sign_in, *apps]

handler400 = views.bad_request
handler403 = views.denied
handler404 = views.not_found
handler500 = views.server_error
