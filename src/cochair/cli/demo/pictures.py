"""Pictures: pages of the play as a browser draws them, and pages of the originals. Without a browser there are none, and nothing else changes."""

import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT = 60.0
WIDE, HIGH = 1280, 1500
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
    """Draw saved pages by a browser, if one is there -> how many were drawn. All at once, one below the other: a browser takes longest to start."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        return 0
    from PIL import Image

    with tempfile.TemporaryDirectory(prefix="cochair-pictures-") as work:
        frames = "".join(f'<iframe src="{page.absolute().as_uri()}" scrolling="no"></iframe>' for page in pages)
        sheet, whole = Path(work) / "sheet.html", Path(work) / "whole.png"
        sheet.write_text(
            f"<!doctype html><style>body{{margin:0}}iframe{{display:block;border:0;width:{WIDE}px;height:{HIGH}px}}</style>{frames}"
        )
        wanted = [
            f"--user-data-dir={work}/profile",
            f"--window-size={WIDE},{HIGH * len(pages)}",
            f"--screenshot={whole}",
            sheet.as_uri(),
        ]
        try:
            subprocess.run([program, *QUIET, *wanted], check=False, capture_output=True, timeout=WAIT)
            image = Image.open(whole)
            for number, target in enumerate(targets):
                image.crop((0, number * HIGH, WIDE, (number + 1) * HIGH)).save(target)
        except (subprocess.TimeoutExpired, OSError):
            return 0
    return len(targets)
