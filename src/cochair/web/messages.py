"""``python -m cochair.web.messages``: collect the words of all pages into the catalogues and compile those. Needs GNU gettext.

The English source is in the templates and the code; translations are ``locale/<language>/LC_MESSAGES/django.po``, committed with their compiled form.
"""

import os
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
OUTSIDE = ["web/assets/*", "web/static/*"]


def main() -> None:
    """Update and compile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
    os.chdir(PACKAGE)

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    languages = [code for code, _name in settings.LANGUAGES if code != "en"]
    call_command(
        "makemessages", locale=languages, ignore_patterns=OUTSIDE, no_wrap=True, add_location="file", no_obsolete=True, verbosity=0
    )
    for path in (PACKAGE / "web" / "locale").glob("*/LC_MESSAGES/django.po"):  # a date that changes with every run says nothing
        path.write_text(re.sub(r'^"POT-Creation-Date:.*\n', "", path.read_text(), flags=re.MULTILINE))
    call_command("compilemessages", locale=languages, verbosity=0)


if __name__ == "__main__":
    main()
