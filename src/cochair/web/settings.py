"""Settings of a node's web server: everything that differs between two nodes comes from the environment, nothing else is read.

Each variable is described in ``docs/operate/settings.md``; a test holds the two lists equal. There is no settings file and no debug page in operation.
The node's folder holds the application tables (``app.sqlite3``) and the web secret (``web-secret.key``) beside the record, so that a backup of the folder is whole.
"""

import hashlib
import os
import secrets
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

env = environ.Env()
WEB = Path(__file__).parent

COCHAIR_NODE = Path(env.str("COCHAIR_NODE", default="node")).absolute()
COCHAIR_DEV = env.bool("COCHAIR_DEV", default=False)
COCHAIR_TLS_CERT = env.str("COCHAIR_TLS_CERT", default="")
COCHAIR_TLS_KEY = env.str("COCHAIR_TLS_KEY", default="")
COCHAIR_TLS_PROXY = env.bool("COCHAIR_TLS_PROXY", default=False)
DEBUG = env.bool("COCHAIR_DEBUG", default=False)


def _kept_secret(folder: Path) -> str:
    """The secret of this node's cookies: made once, readable by its owner alone; without a folder, one for this process only."""
    if not folder.is_dir():
        return secrets.token_urlsafe(48)
    path = folder / "web-secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


SECRET_KEY = env.str("COCHAIR_SECRET_KEY", default="") or _kept_secret(COCHAIR_NODE)
ALLOWED_HOSTS = env.list("COCHAIR_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
TLS = bool(COCHAIR_TLS_CERT) or COCHAIR_TLS_PROXY

INSTALLED_APPS = [
    "cochair.web",
    "cochair.accounts",
    "cochair.publication",
    "cochair.workspace",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_cotton",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cochair.web.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cochair.web.middleware.Rights",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cochair.web.urls"
WSGI_APPLICATION = "cochair.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,  # django-cotton replaces the loaders by its own, cached
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cochair.web.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "cochair.web.templatetags.cochair"],
        },
    }
]
# What the stages write, handed to the node object: not a choice of the operator.
NODE_REGISTRY = "cochair.stages.REGISTRY"

FORM_RENDERER = "cochair.web.forms.Renderer"

# Tables of accounts, internal papers, drafts and press. The joint record has a store of its own (cochair.record) and never goes through here.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{COCHAIR_NODE / 'app.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA secure_delete=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in: seats are made by the node's operator, so nobody signs up, and no mail leaves the node.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cochair.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}  # django-axes counts failures in the database, across processes
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Cochair"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "cochair.accounts.adapter.typed_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS: list[str] = []

# What a browser is told. No page carries a script or a style in itself, so the policy needs no nonce.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
_NODE = hashlib.sha256(str(COCHAIR_NODE).encode()).hexdigest()[:8]  # cookies know no ports: two nodes on one machine must not share theirs
SESSION_COOKIE_NAME = f"__Host-session-{_NODE}" if TLS else f"session-{_NODE}"
CSRF_COOKIE_NAME = f"__Host-csrf-{_NODE}" if TLS else f"csrf-{_NODE}"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cochair.web.views.csrf_failure"
LANGUAGE_COOKIE_NAME = "cochair-language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SECURE_SSL_REDIRECT = COCHAIR_TLS_PROXY
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if COCHAIR_TLS_PROXY else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = env.str("COCHAIR_UPLOADS", default=None)

USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("COCHAIR_TIME_ZONE", default="UTC")
LANGUAGE_CODE = env.str("COCHAIR_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("hi", _("Hindi"))]
LOCALE_PATHS = [WEB / "locale"]

# The built style sheet, script and fonts are part of the package and served from it; WhiteNoise finds them there.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 24 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("COCHAIR_LOG_LEVEL", default="WARNING")},
}
