"""Files that people bring: how large they may be, of what kind, and where they are refused. A name or a declared type is never believed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cochair.kit.errors import CochairError
from cochair.ledger.papers import PAPER_LIMIT, SALT_SIZE

MEBI = 1024 * 1024
SCAN_LIMIT = 64 * MEBI
ORIGINAL_LIMIT = 64 * MEBI
RESPONSE_LIMIT = 1 * MEBI
BUNDLE_LIMIT = 1024 * MEBI
STORED_LIMIT = PAPER_LIMIT + SALT_SIZE
_SCANS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
SCAN_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}


class Upload(forms.FileField):
    """One file of at most ``limit`` bytes."""

    default_error_messages: ClassVar = {
        "required": gettext_lazy("Choose a file."),
        "empty": gettext_lazy("The file is empty."),
        "missing": gettext_lazy("Choose a file."),
        "invalid": gettext_lazy("Choose a file."),
    }

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        """``limit`` in bytes."""
        super().__init__(**kwargs)
        self.limit = limit

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, if it is not too large."""
        file = super().clean(data, initial)
        if isinstance(file, UploadedFile) and (file.size or 0) > self.limit:
            raise forms.ValidationError(_("The file is larger than %(limit)s.") % {"limit": filesizeformat(self.limit)})
        return file


def kind_of(data: bytes) -> str:
    """By the first bytes: "pdf", "png", "jpeg", or "" for anything else."""
    return next((kind for head, kind in _SCANS.items() if data.startswith(head)), "")


def check_scan(data: bytes, originals: Sequence[bytes] = (), pages: int = 1) -> str:
    """Why a file is no scan of the ``originals`` (of ``pages`` each), in plain words; "" if it may be one. It is taken apart in a child process with limits."""
    if not kind_of(data):
        return _("The file is neither PDF, JPEG nor PNG. Scan the paper again and save it as one of these.")
    if any(data.startswith(one) for one in originals):
        return _(
            "This is the original itself, as it was given out to be printed: it shows nothing written by hand. Choose the scan of the paper."
        )
    from cochair.paper.sandbox import run_limited
    from cochair.paper.scan import scan_pages

    try:
        found, bare = run_limited(scan_pages, data)
    except CochairError:
        return _("The file is damaged, or carries more than pages. Scan the paper again and save it as PDF, JPEG or PNG.")
    if bare:
        return _(
            "Page %(number)d holds no picture, so this is no scan: the page is empty, or a program made it. Choose the scan of the paper."
        ) % {"number": bare}
    if found < pages:
        return ngettext(
            "The scan has %(found)d page and an original has %(pages)d. Scan every page into one PDF.",
            "The scan has %(found)d pages and an original has %(pages)d. Scan every page into one PDF.",
            found,
        ) % {"found": found, "pages": pages}
    return ""
