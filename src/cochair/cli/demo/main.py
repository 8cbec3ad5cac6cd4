"""`cochair demo`: the whole story on SQLite, told as to a deputy minister, with a result that anybody can read and check.

It ends by itself. What it leaves in the folder: ``index.html``, ``pages/``, ``pictures/`` (when a browser is there), ``originals/``, ``bundle/``, ``public/``,
``nodes/`` (the two nodes as they stand at the end) and ``result.json``. Its exit status is 1 if any expectation of the play was not met.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from cochair.cli.demo import act_one, alone, joining, page, pictures, proofs, review, screens, serving, signing, text, unplugged
from cochair.cli.demo.play import Play, Scene, Watch, prepare

Act = Callable[[Play], Scene]
SCENES: tuple[Act, ...] = (
    act_one.reports,
    act_one.differences,
    alone.alone,
    joining.joins,
    review.reviews,
    text.brackets,
    signing.adopts,
    signing.changes,
    signing.signs,
    unplugged.unplugged,
    proofs.proofs,
)


def play(out: Path, scenes: Sequence[Act] | None = None, console: Console | None = None) -> Play:
    """Play the scenes into ``out`` and write everything there -> the play, with its result and expectations; its nodes are closed."""
    console = console or Console(quiet=True)
    whole, made = Watch(), prepare(out, wired=True)
    page.assets(out / "static")
    if scenes is None:  # the false room of the last scene takes as long as half the play
        made.forger = proofs.begin_forging(out)
    try:
        for number, act in enumerate(SCENES if scenes is None else scenes, 1):
            watch = Watch()
            with console.status(f"Scene {number}"):
                scene = act(made)
            made.scenes.append(scene)
            made.seconds.append(watch.seconds())
            _tell(console, number, scene, watch.seconds())
        if made.instrument:
            serving.meet_by_folder(made)
            with console.status("The pages of both nodes"):
                _show(made)
        page.write(made)
        _write_result(made, whole)
    finally:
        made.close()
    return made


def command(
    out: Annotated[Path, typer.Option(help="Folder for what the play leaves; one that an earlier play wrote is replaced.")] = Path(
        "build/demo"
    ),
    serve: Annotated[bool, typer.Option("--serve", help="Leave both nodes up afterwards, with sign-ins, until Ctrl-C.")] = False,
) -> None:
    """Play one session from end to end: what was reported, then a SPECIMEN session kept by two nodes, signed, carried by file, and checked.

    Example: `cochair demo --out build/demo`, then open build/demo/index.html.
    """
    console = Console(highlight=False)
    done = play(out, console=console)
    console.print(
        f"\n[bold]{out / 'index.html'}[/bold]: {len(done.scenes)} scenes in {done.result['seconds']} s, {len(done.checks)} expectations checked"
    )
    for check in done.failed:
        console.print(
            f"[bold red]not met[/bold red] (scene {check['scene']}): {check['what']}: found {check['found']}, wanted {check['wanted']}"
        )
    if done.failed:
        raise typer.Exit(1)
    if serve:
        serving.serve(out, console)


def _show(made: Play) -> None:
    """Save the product's own pages of the session as it stands, and draw them if there is a browser."""
    wanted = screens.screens(made)
    answers = {one["name"]: one for one in screens.save(made)}
    made.expect("both nodes show their pages", {name: one["status"] for name, one in answers.items()}, {one.name: 200 for one in wanted})
    made.expect("each page says that it is a specimen", all(one["specimen"] for one in answers.values()))
    made.expect("no hash is in sight on them", [name for name, one in answers.items() if one["hash"]], [])
    pages = [made.out / "screens" / f"{one.name}.html" for one in wanted]
    made.result["pictures"] = pictures.draw(pages, [made.out / "pictures" / f"{one.name}.png" for one in wanted])
    made.screens = [(one.scene, one.name, one.title) for one in wanted]


def _tell(console: Console, number: int, scene: Scene, seconds: float) -> None:
    console.print(f"\n[bold]{number}. {scene.title}[/bold] [dim]{'SPECIMEN, ' if scene.act == 2 else ''}{seconds} s[/dim]")
    for words in scene.told:
        console.print(words, markup=False)


def _write_result(made: Play, whole: Watch) -> None:
    made.result = {
        "scenes": [
            {
                "number": number,
                "title": scene.title,
                "act": scene.act,
                "specimen": scene.act == 2,
                "told": list(scene.told),
                "seconds": seconds,
            }
            for number, (scene, seconds) in enumerate(zip(made.scenes, made.seconds, strict=True), 1)
        ],
        **made.result,
        "expectations": made.checks,
        "failed": len(made.failed),
        "seconds": whole.seconds(),
    }
    (made.out / "result.json").write_bytes(msgspec.json.format(msgspec.json.encode(made.result), indent=1) + b"\n")
