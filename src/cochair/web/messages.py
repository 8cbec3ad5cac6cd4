"""``python -m cochair.web.messages``: collect the words of all pages into the catalogues and compile those. Needs GNU gettext.

The English source is in the templates and the code; translations are ``locale/<language>/LC_MESSAGES/django.po``, committed with their compiled form.
"""

import os
import re
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

PACKAGE = Path(__file__).parents[1]
OUTSIDE = ["web/assets/*", "web/static/*"]
TOLD = (
    "accounts/", "bodies/", "meetings/", "followup/", "protocol/", "publication/", "workspace/", "press/kept.py", "press/read.py", "kit/clock.py",
    "kit/ids.py", "kit/languages.py", "kit/text.py", "record/positions.py", "record/void.py", "record/writing.py", "exchange/carry.py", "exchange/run.py", "exchange/sources.py",
)  # fmt: skip
"""Where the errors are raised that a page says in its own words; the errors of all other modules are said by their kind (``accounts.pages``)."""
ERRORS = ("CochairError", "Rejected", "NotFound", "Denied", "Conflict", "NotHeld")


class Collect(makemessages.Command):
    """Django's collector, which also takes the sentences of errors: they are written where no Django may be imported, so nothing marks them but their class."""

    def process_locale_dir(self, locale_dir: str, files: list[Any]) -> None:
        """Collect what is marked, then what is marked or raised: what is wrong, and the next step."""
        told = [one for one in files if one.path.removeprefix("./").startswith(TOLD)]
        super().process_locale_dir(locale_dir, [one for one in files if one not in told])
        usual = self.xgettext_options
        for place in (1, 2):  # xgettext takes one place of a call at a time
            keywords = [f"--keyword={error}:{place}" for error in (*ERRORS, "Words")]
            self.xgettext_options = [*usual, *keywords]
            super().process_locale_dir(locale_dir, told)
        self.xgettext_options = usual


def main() -> None:
    """Update and compile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
    os.chdir(PACKAGE)

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    languages = [code for code, _name in settings.LANGUAGES if code != "en"]
    call_command(Collect(), locale=languages, ignore_patterns=OUTSIDE, no_wrap=True, add_location="file", no_obsolete=True, verbosity=0)
    for path in (PACKAGE / "web" / "locale").glob("*/LC_MESSAGES/django.po"):  # a date that changes with every run says nothing
        path.write_text(re.sub(r'^"POT-Creation-Date:.*\n', "", path.read_text(), flags=re.MULTILINE))
    call_command("compilemessages", locale=languages, verbosity=0)


if __name__ == "__main__":
    main()
