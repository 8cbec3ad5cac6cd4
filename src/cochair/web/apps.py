"""The web shell as a Django application: it registers the start-up checks."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Templates, static files, translations and checks of the shell."""

    name = "cochair.web"

    def ready(self) -> None:
        from cochair.web import checks  # noqa: F401  (importing registers them)
