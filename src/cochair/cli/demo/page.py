"""index.html and a page for each scene: static, without script, with the product's own style sheet and fonts beside them."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from cochair.cli.demo import html
from cochair.cli.demo.play import Play, Scene

STYLE = (
    ".demo-figure{margin:0 0 30px}.demo-figure img{max-width:100%;border:1px solid #cfccc3}.demo-act{border-top:5px solid #17324d;padding-top:18px;margin-top:48px}"
    ".demo-originals{display:grid;grid-template-columns:1fr 1fr;gap:24px}.demo-originals img{width:100%;border:1px solid #cfccc3}"
)
SPECIMEN = (
    '<div class="app-specimen" role="region" aria-label="Specimen"><p class="govuk-width-container"><strong>SPECIMEN.</strong> An invented sample acted by posts, '
    "not by persons. Nothing here was said, agreed or signed by a state.</p></div>"
)
REPORTED = (
    '<div class="app-specimen" role="region" aria-label="Reported"><p class="govuk-width-container"><strong>As reported.</strong> Claims of press reports, each with '
    "its source. Not the record of any body.</p></div>"
)
ACTS = {
    1: ("Act one. What was reported", "Reported facts alone."),
    2: ("Act two. How it could be kept", "SPECIMEN. A fictitious 12th session, acted by posts of the Indian and the Russian Side."),
}


def write(play: Play) -> None:
    """Write a page for each scene, and the index that holds them all in order."""
    for number, scene in enumerate(play.scenes, 1):
        body = f'<h1 class="govuk-heading-l">{number}. {html.text(scene.title)}</h1>{_told(scene)}{scene.html}'
        (play.out / "pages" / f"{number:02}.html").write_text(whole(scene.title, _banner(scene) + main(body), "../"), "utf-8")
    index(play)


def index(play: Play) -> None:
    """Write index.html."""
    parts = ['<h1 class="govuk-heading-xl">Cochair: one session, end to end</h1>']
    failed = len(play.failed)
    parts.append(
        html.para(
            f"{len(play.scenes)} scenes; {len(play.checks)} expectations were checked while they were played, {failed or 'none'} failed."
        )
    )
    act = 0
    for number, scene in enumerate(play.scenes, 1):
        if scene.act != act:
            act = scene.act
            title, lead = ACTS[act]
            parts.append(f'<div class="demo-act"><h2 class="govuk-heading-l">{html.text(title)}</h2>{html.para(lead)}</div>')
        parts.append(
            f'<section id="scene-{number}">{_banner(scene)}<h2 class="govuk-heading-m">{number}. {html.text(scene.title)}</h2>{_told(scene)}{_local(scene.html)}'
        )
        parts += [_screen(play, name, title) for where, name, title in play.screens if where == number]
        parts.append("</section>")
    links = (
        ("originals", "the two originals"),
        ("bundle", "the bundles"),
        ("public/index.html", "what is published"),
        ("public/files.html", "the files with which anybody checks it"),
        ("result.json", "the result as data"),
    )
    items = "".join(f'<li><a class="govuk-link" href="{where}">{name}</a></li>' for where, name in links)
    parts.append(f'<h2 class="govuk-heading-m">Beside this page</h2><ul class="govuk-list govuk-list--bullet">{items}</ul>')
    (play.out / "index.html").write_text(whole("Cochair: one session, end to end", main("".join(parts)), ""), "utf-8")


def _local(markup: str) -> str:
    """Markup of a page below, for the index above it."""
    return markup.replace('src="../', 'src="')


def _screen(play: Play, name: str, title: str) -> str:
    """The product's own page, drawn or as a link."""
    shown = html.text(title)
    if (play.out / "pictures" / f"{name}.png").exists():
        shown = html.Safe(f'<img src="pictures/{name}.png" alt="{shown}" loading="lazy"><figcaption class="app-muted">{shown}</figcaption>')
    return f'<figure class="demo-figure"><a class="govuk-link" href="screens/{name}.html">{shown}</a></figure>'


def _told(scene: Scene) -> str:
    return "".join(html.para(words) for words in scene.told)


def _banner(scene: Scene) -> str:
    return SPECIMEN if scene.act == 2 else REPORTED


def main(body: str) -> str:
    """The middle of a page."""
    return f'<div class="govuk-width-container"><main class="govuk-main-wrapper" id="content">{body}</main></div>'


def whole(title: str, body: str, up: str) -> str:
    """A whole page; ``up`` leads to the folder of the style sheet."""
    return (
        '<!doctype html>\n<html class="govuk-template" lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{html.text(title)} – Cochair</title><link rel="stylesheet" href="{up}static/cochair.css"><link rel="icon" href="{up}static/mark.svg" type="image/svg+xml">'
        f"<style>{STYLE}</style></head>"
        '<body class="govuk-template__body"><header class="app-header"><div class="govuk-width-container app-header__inner"><span class="app-header__home">'
        f"<span>Cochair</span></span></div></header>{body}</body></html>\n"
    )


def assets(target: Path) -> None:
    """The product's style sheet and fonts into a new folder."""
    with as_file(files("cochair.web") / "static" / "cochair") as source:
        target.mkdir()
        for name in ("cochair.css", "mark.svg", "LICENCES.txt"):
            shutil.copyfile(source / name, target / name)
        shutil.copytree(source / "fonts", target / "fonts")
