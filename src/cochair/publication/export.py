"""Static export: the public site of one room as a folder of files that any server, or none, can show: `export(node, room, folder)`.

``index.html``, ``session-IN-5.html``, ``protocol-IN-12.html``, ``check.html`` in English, the same in ``ru/``; ``data.json``; ``record.tar`` where the Sides
consented to it; ``assets/``. Links are relative. The folder is made anew each time, so that what is no longer public does not stay behind.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cochair.exchange import carry
from cochair.kit.errors import CochairError, NotFound
from cochair.record.spool import MADE

if TYPE_CHECKING:
    from cochair.publication.queries import Published
    from cochair.record.node import Node

LANGUAGES = ("en", "ru")
MARK = "public-site.txt"


def export(node: "Node", room: str, folder: Path) -> list[str]:
    """Write what is public of a room to ``folder`` -> the names of the files. A folder that this function did not make is never replaced.

    Raises CochairError if the folder holds something else. With nothing public, one page says so.
    """
    _with_pages(node)
    from cochair.publication.queries import published

    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise CochairError("{folder} holds something else", "Name an empty or a new folder", folder=folder)
    made = folder.with_name(folder.name + ".part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    (made / MARK).write_text("Public site of a Cochair room; made by export and replaced by the next one.\n")
    _assets(made / "assets")
    site = published(node, room)
    for lang in LANGUAGES:
        _pages(site, made, lang, specimen=node.specimen)
    _rest(node, site, made)
    shutil.rmtree(folder, ignore_errors=True)
    made.replace(folder)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def record_file(node: "Node", site: "Published") -> Path:
    """The record of the room as a bundle for anybody: entries and structural contents, and of the papers only ``site.papers`` -> its path.

    Made once for each state of the logs and of the consents, and kept in the node's folder. Raises NotFound where it is not public.
    """
    if not site.proof:
        raise NotFound("The record of this room is not public", "Both Sides have to consent to it first")
    heads = "".join(f"{origin} {size} {root.hex()}\n" for origin, (size, root) in sorted(node.heads(site.room).items()))
    state = hashlib.sha256((heads + "\n".join(sorted(site.papers))).encode()).hexdigest()[:24]
    folder = node.folder / MADE / site.room[:16]
    path = folder / f"{state}.tar"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.tar"):
            old.unlink(missing_ok=True)
        own = folder / f"{state}-{secrets.token_hex(4)}.making"  # two readers may ask at once
        carry.write_bundle(node, site.room, own, working=False, papers=site.papers)
        own.replace(path)
    return path


def _pages(site: "Published | None", made: Path, lang: str, *, specimen: bool) -> None:
    from django.template.loader import render_to_string
    from django.utils import translation

    from cochair.publication.pages import files, pages

    folder, up = (made, "") if lang == LANGUAGES[0] else (made / lang, "../")
    folder.mkdir(exist_ok=True)
    with translation.override(lang):
        found = list(pages(site, files(up))) if site else []
        rendered = [(one.name if one.name in {"index", "check"} else f"{one.name}-{one.ref}", one.template, one.context) for one in found]
        for name, template, context in rendered or [("index", "public/rooms.html", {"rooms": []})]:
            others = [(code, f"{'' if code == LANGUAGES[0] else code + '/'}{name}.html", code == lang) for code in LANGUAGES]
            shell = {
                "shell": "public/file.html",
                "up": up,
                "reader_url": f"{up}assets/reader.js",
                "others": others,
                "specimen": site.specimen if site else specimen,
            }
            (folder / f"{name}.html").write_text(render_to_string(template, context | shell), encoding="utf-8")


def _rest(node: "Node", site: "Published | None", made: Path) -> None:
    from cochair.publication import data

    (made / "data.json").write_bytes(data.encode(data.data([site] if site else [])))
    if site is not None and site.proof:
        shutil.copyfile(record_file(node, site), made / "record.tar")


def _assets(target: Path) -> None:
    from django.contrib.staticfiles.finders import find

    source = find("cochair/cochair.css")
    if not isinstance(source, str):
        raise CochairError("The style sheet of the pages is missing", "Install the product anew")
    (target / "fonts").mkdir(parents=True)
    for path in _shown(Path(source).parent):
        shutil.copyfile(path, target / path.relative_to(Path(source).parent))


def _shown(static: Path) -> Iterable[Path]:
    yield from (static / name for name in ("cochair.css", "reader.js", "mark.svg", "LICENCES.txt"))
    yield from sorted((static / "fonts").glob("*.woff2"))


def _with_pages(node: "Node") -> None:
    """Templates and words ready, also where no web server runs (a demo, a command)."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("COCHAIR_NODE", str(node.folder.absolute()))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cochair.web.settings")
        django.setup()
