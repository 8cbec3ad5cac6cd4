"""``python -m tests.conformance PROGRAM [ARGUMENT...]`` asks a program all cases; ``--write FOLDER`` puts them down, with the runner, to be taken elsewhere."""

import sys
import tempfile
from pathlib import Path

from tests.conformance import cases, runner

if __name__ == "__main__":
    given = sys.argv[1:]
    if len(given) == 2 and given[0] == "--write":
        print(f"{len(cases.write(Path(given[1])))} cases in {given[1]}")
        raise SystemExit(0)
    if not given or given[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    with tempfile.TemporaryDirectory(prefix="cochair-conformance-") as folder:
        outcome = runner.run(cases.write(Path(folder)), given)
    print(runner.report(outcome))
    raise SystemExit(1 if outcome.wrong else 0)
