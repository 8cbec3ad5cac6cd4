"""Trying mutants: in a process that has the tests collected, a fork a mutant, the code of one function exchanged; or, for what runs while a module is
imported, in a fork that imports it anew.
"""

from __future__ import annotations

import ast
import functools
import gc
import hashlib
import importlib.machinery
import importlib.util
import os
import pickle
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.operators import Mutant, code, mutants
from tests.mutation.table import MODULES, Module

KEPT = Path("build/mutation")
"""Where clean runs are kept, so that the next module with the same tests and files need not run them again."""

MOST = 8.0
"""Seconds of tests (as the clean run took them) that a mutant meets at most, the shortest first."""


class Tree:
    """The syntax tree of a module and its mutants."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.name = f"cochair.{module.name}"
        self.path = str(Path(module.path).resolve())
        self.tree = ast.parse(Path(module.path).read_text())
        self.mutants = mutants(self.tree)

    def code(self, mutant: Mutant) -> CodeType:
        return code(self.tree, mutant, self.path)  # type: ignore[no-any-return]  # a code object


class Clean(NamedTuple):
    """What the run without a mutant showed."""

    seconds: dict[str, float]
    """Processor time by test."""
    reached: dict[str, dict[str, set[int]]]
    """File -> test -> lines of it that ran."""
    imported: dict[str, set[str]]
    """File -> qualified names of its functions that ran while modules of the product were imported."""


class Trying:
    """A plugin that, in place of running the tests once, runs them clean (unless that is known) and then for each mutant asked for."""

    def __init__(self, tree: Tree, asked: list[int], out: Path, clean: Clean | None) -> None:
        self.tree, self.asked, self.out, self.clean = tree, asked, out, clean
        paths = [str(Path(each.path).resolve()) for each in MODULES if each.tests == tree.module.tests]
        self.reached: dict[str, dict[str, set[int]]] = {path: defaultdict(set) for path in paths}
        self.imported: dict[str, set[str]] = {path: set() for path in paths}
        self.now = ""

    def _trace(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        path = frame.f_code.co_filename
        if path not in self.reached:
            return None
        if not self.now:
            if _by_import_of_ours(frame):
                self.imported[path].add(frame.f_code.co_qualname)
            return None
        add = self.reached[path][self.now].add
        add(frame.f_lineno)

        def line(inner: FrameType, _event: str, _argument: Any) -> Any:
            add(inner.f_lineno)
            return line

        return line

    def pytest_collection(self) -> None:
        if self.clean is None:
            sys.settrace(self._trace)

    def pytest_collection_finish(self) -> None:
        sys.settrace(None)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.clean is None:
            self.clean = self._cleanly(session.items)
        results = self._all({item.nodeid: item for item in session.items}, self.clean)
        self.out.write_bytes(pickle.dumps((self.clean, results)))
        return True

    def _cleanly(self, order: list[pytest.Item]) -> Clean:
        seconds = {}
        caches = [thing for thing in gc.get_objects() if _is_cache_of_ours(thing)]
        for place, item in enumerate(order):
            self.now = item.nodeid
            for cache in caches:  # else only the first test that asks would reach what is behind it
                cache.cache_clear()
            began = time.process_time()
            sys.settrace(self._trace)
            reports = runtestprotocol(item, nextitem=order[place + 1] if place + 1 < len(order) else None, log=False)
            sys.settrace(None)
            seconds[item.nodeid] = time.process_time() - began
            for report in reports:
                if report.failed:
                    raise SystemExit(f"the tests do not pass without a mutant: {item.nodeid}\n{report.longreprtext}")
        return Clean(seconds, {path: dict(ways) for path, ways in self.reached.items()}, self.imported)

    def _all(self, items: dict[str, pytest.Item], clean: Clean) -> dict[int, str]:
        found: dict[str, list[FunctionType]] = defaultdict(list)
        caches = []
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename == self.tree.path:
                found[thing.__code__.co_qualname].append(thing)
            elif _is_cache_of_ours(thing):
                caches.append(thing)
        gc.freeze()
        results = {}
        noticed: Counter[str] = Counter()

        def seconds(names: list[str]) -> float:
            return sum(clean.seconds[each] for each in names)

        for number in self.asked:
            mutant = self.tree.mutants[number]
            if not mutant.function:
                chosen = reaching(clean, self.tree, mutant, noticed)
                changed = self.tree.code(mutant)
                results[number] = forked(
                    lambda chosen=chosen, changed=changed: self._constants(changed, chosen, items, caches, clean), seconds(chosen)
                )
                continue
            if not found[mutant.function]:
                continue
            chosen = reaching(clean, self.tree, mutant, noticed)
            if not chosen:
                results[number] = "unreached"
                continue
            new = [part for part in _parts(self.tree.code(mutant)) if part.co_qualname == mutant.function]

            def child(chosen: list[str] = chosen, new: list[CodeType] = new, name: str = mutant.function) -> bool:
                for function, changed in zip(found[name], new * len(found[name]), strict=False):
                    function.__code__ = changed
                return _pass([items[each] for each in chosen], caches, clean)

            results[number] = forked(child, seconds(chosen), noticed)
        return results

    def _constants(self, changed: CodeType, chosen: list[str], items: dict[str, pytest.Item], caches: list[Any], clean: Clean) -> bool:
        """Put the plain values that the changed module has in place of those of the live one, wherever they were imported: a mutant that survives this is tried anew."""
        space = {name: sys.modules[self.tree.name].__dict__[name] for name in ("__name__", "__file__", "__package__", "__builtins__")}
        exec(changed, space)
        live = dict(sys.modules[self.tree.name].__dict__)
        for name, value in space.items():
            if name in live and _plain(value) and repr(value) != repr(live[name]):
                for module in [each for key, each in sys.modules.items() if key.startswith(("cochair", "tests"))]:
                    if vars(module).get(name) is live[name]:
                        setattr(module, name, value)
        return _pass([items[each] for each in chosen], caches, clean)


def _by_import_of_ours(frame: FrameType | None) -> bool:
    """Whether a module of the product, not of the tests, is being made: what ran then has left its result behind."""
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return frame is not None and "/src/cochair/" in frame.f_code.co_filename


def _pass(order: list[pytest.Item], caches: list[Any], clean: Clean) -> bool:
    """Whether the tests pass, as far as the first that does not."""
    for cache in caches:
        cache.cache_clear()
    for place, item in enumerate(order):
        signal.setitimer(signal.ITIMER_VIRTUAL, 1 + 10 * clean.seconds[item.nodeid])  # ends the process of one that goes round and round
        reports = runtestprotocol(item, nextitem=order[place + 1] if place + 1 < len(order) else None, log=False)
        if any(report.failed for report in reports):
            os.write(TELL, item.nodeid.encode())
            return False
    return True


def _is_cache_of_ours(thing: Any) -> bool:
    return type(thing) is functools._lru_cache_wrapper and str(thing.__module__).startswith("cochair")


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | list | set | frozenset):
        return all(map(_plain, value))
    if isinstance(value, dict):
        return all(map(_plain, value)) and all(map(_plain, value.values()))
    return isinstance(value, int | str | bytes | re.Pattern)


def reaching(clean: Clean, tree: Tree, mutant: Mutant, noticed: Counter[str] | None = None) -> list[str]:
    """The tests that reach a mutant's lines (any line of the module, and then the others, if it runs while the module is imported).

    First those that `noticed` most mutants before, then the shortest; no more than `MOST` seconds of them.
    """
    first, last = mutant.lines
    ways, before = clean.reached[tree.path], noticed or Counter()
    names = [name for name in clean.seconds if not mutant.function or any(first <= line <= last for line in ways.get(name, ()))]
    chosen, total = [], 0.0
    for name in sorted(names, key=lambda each: (each not in ways, -before[each], clean.seconds[each])):
        total += clean.seconds[name]
        if chosen and total > MOST:
            break
        chosen.append(name)
    return chosen


def _parts(whole: CodeType) -> list[CodeType]:
    inner = [each for each in whole.co_consts if isinstance(each, CodeType)]
    return inner + [part for each in inner for part in _parts(each)]


TELL = -1
"""In a fork: where to write the name of the test that noticed the mutant."""


def forked(work: Any, clean_seconds: float, noticed: Counter[str] | None = None) -> str:
    """Run `work` in a process of its own -> "killed", "timeout" or "survived" (it gave back True). Who noticed is counted."""
    global TELL
    limit = int(5 + 5 * clean_seconds)
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            TELL = tell
            os.setpgid(0, 0)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
            status = 0 if work() else 1
        finally:
            os._exit(status)
    until = time.monotonic() + 20 * limit  # the machine may be busy: what counts is processor time, this is for one that waits
    pause = 0.001
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            break
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    os.close(tell)
    os.set_blocking(told, False)
    with os.fdopen(told, "rb") as said:
        name = (said.read(4000) or b"").decode()
    if name and noticed is not None:
        noticed[name] += 1
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what the tests of a mutant may have left running
    if os.WIFSIGNALED(status):
        return "timeout" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL, signal.SIGVTALRM) else "killed"
    return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"


# -- what pytest is started with -----------------------------------------------------------------------------------------------------------


def arguments(module: Module, temporary: Path) -> list[str]:
    but = " or ".join(module.but)
    return [
        *(name for name in module.tests if Path(name).exists()),
        *(["-k", f"not ({but})"] if but else []),
        *("-q", "-x", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header"),
        *("-W", "ignore::pytest.PytestAssertRewriteWarning", "--basetemp", str(temporary / "base")),
    ]


def without_chance() -> None:
    """The same examples each time, none kept, none made smaller."""
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutation")


def quickly(tree: Tree, asked: list[int], temporary: Path) -> tuple[Clean, dict[int, str]]:
    """Run the clean tests (once for all modules that have the same) and all mutants inside functions, in a process of their own."""
    out, kept = temporary / "results", KEPT / f"{_mark(tree.module)}.pickle"
    clean = pickle.loads(kept.read_bytes()) if kept.exists() else None
    child = os.fork()
    if not child:
        status = 1
        try:
            without_chance()
            status = int(pytest.main(arguments(tree.module, temporary), plugins=[Trying(tree, asked, out, clean)]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(0 if out.exists() else status or 1)
    os.waitpid(child, 0)
    if not out.exists():
        raise SystemExit(f"{tree.module.name}: not tried, see above")
    found: tuple[Clean, dict[int, str]] = pickle.loads(out.read_bytes())
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found[0]))
    return found


def _mark(module: Module) -> str:
    """The same as long as no file of ours is changed, and the tests are the same."""
    files = sorted([*Path("src/cochair").rglob("*.py"), *(file for file in Path("tests").rglob("*.py") if "mutation" not in file.parts)])
    whole = hashlib.sha256(repr((module.tests, module.but)).encode())
    for file in files:
        whole.update(f"{file}\n".encode() + file.read_bytes())
    return whole.hexdigest()[:20]


class _Sorted:
    """The chosen tests alone, in the order given."""

    def __init__(self, chosen: list[str]) -> None:
        self.chosen = chosen

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        by_name = {item.nodeid: item for item in items}
        items[:] = [by_name[name] for name in self.chosen if name in by_name]


class _Loader(importlib.machinery.SourceFileLoader):
    changed: CodeType

    def get_code(self, fullname: str) -> CodeType:
        return self.changed


class _Finder:
    def __init__(self, name: str, path: str, changed: CodeType) -> None:
        self.name, self.path, self.changed = name, path, changed

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        if name != self.name:
            return None
        loader = _Loader(name, self.path)
        loader.changed = self.changed
        return importlib.util.spec_from_file_location(name, self.path, loader=loader)


def anew(tree: Tree, number: int, clean: Clean, temporary: Path) -> str:
    """Try one mutant in a process that imports its module changed."""
    mutant = tree.mutants[number]
    chosen = reaching(clean, tree, mutant)
    if not chosen:
        return "unreached"

    def child() -> bool:
        without_chance()
        sys.meta_path.insert(0, _Finder(tree.name, tree.path, tree.code(mutant)))  # type: ignore[arg-type]  # what the import system asks of a finder
        return pytest.main(arguments(tree.module, temporary), plugins=[_Sorted(chosen)]) == 0

    return forked(child, 10 + sum(clean.seconds[each] for each in chosen))


def temporary_folder() -> Any:
    """A folder in memory if there is one: the tests write small files by the thousand."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="mutation-", dir=memory if memory.is_dir() else None)
