"""Sessions at the command line, as text that one can read aloud: those of this folder, and those that the operator's guide shows. Each is run as it stands.

In a block of ``console``, a line ``$ command`` is given to a shell, in one new folder for the whole document; the lines below it are what it prints, in order,
where ``…`` stands for anything; ``[status 1]`` at the end is its exit status, 0 if nothing is said. A command without lines below may print what it wants.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli import program
from tests.transcripts import forking

HERE = Path(__file__).parent
TEXTS = sorted([*HERE.glob("*.md"), *(program.ROOT / "docs" / "operate").glob("*.md")])
pytestmark = pytest.mark.timeout(240)


class Command(NamedTuple):
    """A command, what it is to print, its status, and its line in the document."""

    text: str
    expected: list[str]
    status: int
    line: int


def commands(path):
    found, inside = [], False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Command(line[2:], [], 0, number))
        elif inside and (status := re.fullmatch(r"\[status (\d)\]", line)):
            found[-1] = found[-1]._replace(status=int(status[1]))
        elif inside:
            found[-1].expected.append(line)
    return found


def matches(expected, printed):
    """Whether the lines expected are those printed, in order and whole; a line ``…`` alone stands for any number of lines."""
    pattern = "".join("(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in expected)
    return re.fullmatch(pattern, printed if printed.endswith("\n") or not printed else printed + "\n") is not None


@pytest.fixture(scope="module")
def served():
    """The program, imported once; a short path, since a socket has one."""
    with tempfile.TemporaryDirectory(prefix="cochair-") as folder:
        path = Path(folder) / "socket"
        command = [sys.executable, "-m", "tests.transcripts.forking", str(path)]
        with subprocess.Popen(command, cwd=program.ROOT, env=program.ENVIRONMENT, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            yield path
            process.terminate()


@pytest.mark.parametrize("path", [path for path in TEXTS if commands(path)], ids=lambda path: path.stem)
def test_what_the_text_says_is_what_happens(path, tmp_path, served):
    tools, work = tmp_path / "tools", tmp_path / "work"
    tools.mkdir()
    work.mkdir()
    program_file = tools / "cochair"
    program_file.write_text(forking.CLIENT.format(python=sys.executable, socket=str(served)))
    program_file.chmod(0o755)
    given = commands(path)
    script = [f"exec 2>&1 </dev/null; PATH={tools}:$PATH"]
    for number, command in enumerate(given):
        script += ["{", command.text, f"}} >{tools}/{number}.out 2>&1; echo $? >{tools}/{number}.status"]
    subprocess.run(["bash", "-c", "\n".join(script)], cwd=work, env=program.ENVIRONMENT, check=False, timeout=220)
    for number, command in enumerate(given):
        where = f"{path.name}, line {command.line}: {command.text}"
        printed = (tools / f"{number}.out").read_text()
        assert "Traceback" not in printed, where
        assert int((tools / f"{number}.status").read_text()) == command.status, f"{where}\n{printed}"
        if command.expected:
            assert matches(command.expected, printed), f"{where}\n{printed}"


def test_a_text_that_is_wrong_is_found_out():
    assert matches(["one …", "…", "three"], "one two\n\nmore\nthree\n")
    assert not matches(["one"], "one\ntwo\n")
    assert not matches(["one", "two"], "one\n")
    assert len([path for path in TEXTS if commands(path)]) >= 5
