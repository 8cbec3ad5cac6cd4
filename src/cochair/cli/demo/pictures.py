"""Pictures: pages of the play as a browser draws them, and pages of the originals. Without a browser there are none, and nothing else changes."""

import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT = 20.0
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--hide-scrollbars", "--disable-dev-shm-usage",
)  # fmt: skip


def one_page(pdf: Path, target: Path, *, last: bool = False) -> str:
    """Draw the first (or last) page of a PDF -> its path as index.html names it, "" if it cannot be drawn."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        image = document[len(document) - 1 if last else 0].render(scale=1.3).to_pil()
        image.save(target)
    finally:
        document.close()
    return f"pictures/{target.name}"


def draw(pages: list[Path], targets: list[Path]) -> int:
    """Draw saved pages by a browser, if one is there -> how many were drawn."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        return 0
    drawn = 0
    with tempfile.TemporaryDirectory(prefix="cochair-pictures-") as profile:
        for page, target in zip(pages, targets, strict=True):
            wanted = [
                f"--user-data-dir={profile}",
                "--window-size=1280,1500",
                f"--screenshot={target.absolute()}",
                page.absolute().as_uri(),
            ]
            try:
                subprocess.run([program, *QUIET, *wanted], check=False, capture_output=True, timeout=WAIT)
            except (subprocess.TimeoutExpired, OSError):
                continue
            drawn += target.exists()
    return drawn
