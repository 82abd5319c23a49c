"""What is loaded: modules, sources, and the events that tell of more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]

LIES = """
import sys, types
class Lazy(types.ModuleType):
    def __getattribute__(self, name):
        raise SystemExit(9)
class Proxy:
    def __getattr__(self, name):
        raise SystemExit(9)
sys.modules['lazy'] = Lazy('lazy')
sys.modules['proxy'] = Proxy()
sys.modules['none'] = None
sys.modules[7] = 'no name'
sys.modules['odd \\udc80'] = types.ModuleType('x')
sys.modules['odd \\udc80'].__file__ = 7
mark = 1
"""


def all_modules(run: Session) -> dict[str, dict[str, Any]]:
    """Every module by name, fetched in small pages."""
    found: dict[str, dict[str, Any]] = {}
    total, names = 1, []
    while len(names) < total:
        page = run.request("modules", startModule=len(names), moduleCount=30)
        total = page["totalModules"]
        assert page["modules"] and len(page["modules"]) <= 30
        names += [each["name"] for each in page["modules"]]
        found |= {each["name"]: each for each in page["modules"]}
    assert len(set(names)) == len(names) == total
    return found


def test_modules_in_pages(session: Start) -> None:
    """All of sys.modules, in its order, with where they come from."""
    run = session(text="import json, sys\nnames = list(sys.modules)\nprint(*names)\n").start(3)
    run.wait_stop("breakpoint")
    found = all_modules(run)
    main = found["__main__"]
    assert (main["path"], main["isUserCode"], main["symbolStatus"]) == (run.script, True, "source file")
    assert found["json"]["path"].endswith("json/__init__.py") and not found["json"]["isUserCode"]
    assert found["sys"]["symbolStatus"] == "built in" and "path" not in found["sys"]
    assert run.request("modules", startModule=100000)["modules"] == []
    with pytest.raises(RequestFailed, match="count from 0"):
        run.request("modules", startModule=-1)
    run.resume()
    assert run.finish()[1].split() == list(found)


def test_modules_that_lie(session: Start) -> None:
    """No code of a module runs, whatever it is."""
    run = session(text=LIES).start(15)
    run.wait_stop("breakpoint")
    before = run.stats()["userCode"]
    found = all_modules(run)
    assert found["lazy"]["symbolStatus"] == "built in" and found["proxy"]["symbolStatus"] == "not a module"
    assert found["none"]["symbolStatus"] == "not a module" and found["odd \\udc80"]["symbolStatus"] == "built in"
    run.request("loadedSources")
    assert run.stats()["userCode"] == before
    run.resume()
    assert run.finish()[0] == 0


def test_events(session: Start, tmp_path: Path) -> None:
    """A module that is loaded, replaced or removed is told, but only to those who asked before."""
    (tmp_path / "early.py").write_text("a = 1\n")
    (tmp_path / "late.py").write_text("import colorsys\na = 1\ndef f():\n    return 1\n")
    text = (
        "import sys, types\nimport early\nmark = 1\nimport late\nmark = 2\n"
        "del sys.modules['late']\nsys.modules['early'] = types.ModuleType('early')\nmark = 3\n"
    )
    run = session(text=text).start(3, 5, 8)
    run.wait_stop("breakpoint")
    assert not {"module", "loadedSource"} & set(run.names_of_events())
    assert "early" in all_modules(run)
    sources = [each.get("path") for each in run.request("loadedSources")["sources"]]
    assert run.script in sources and str(tmp_path / "early.py") in sources and len(set(sources)) == len(sources)
    run.go("continue", "breakpoint")
    new = {run.event("module")["module"]["name"], run.event("module")["module"]["name"]}
    assert new == {"late", "colorsys"}
    assert run.event("loadedSource")["source"]["path"] == str(tmp_path / "late.py")
    run.go("continue", "breakpoint")
    told = [run.event("module"), run.event("module")]
    assert [(each["reason"], each["module"]["name"]) for each in told] == [("changed", "early"), ("removed", "late")]
    assert not told[0]["module"]["isUserCode"]
    run.resume()
    assert run.finish()[0] == 0


def test_while_it_runs(session: Start) -> None:
    """Modules are told when their body is entered, without a stop."""
    text = "import sys\nprint('up', flush=True)\nsys.stdin.readline()\nimport colorsys\nexec('a = 1')\n"
    run = session(text=text, stdin=-1).start()
    assert run.process.stdout.readline() == b"up\n"
    run.request("modules")
    run.request("loadedSources")
    run.process.stdin.write(b"\n")
    run.process.stdin.flush()
    assert run.event("module")["module"]["name"] == "colorsys"
    while not (path := run.event("loadedSource")["source"]["path"]).endswith("colorsys.py"):
        assert not path.startswith("<frozen")
    assert run.event("loadedSource")["source"]["path"] == "<string>"
    assert run.finish()[0] == 0
    assert "stopped" not in run.names_of_events()


def test_sys_modules_replaced(session: Start) -> None:
    """Whatever the program does to sys.modules, the answer is an answer."""
    run = session(text="import sys\nkept = sys.modules\nsys.modules = 7\nmark = 1\nsys.modules = kept\n").start(4)
    run.wait_stop("breakpoint")
    with pytest.raises(RequestFailed, match="no dict"):
        run.request("modules")
    run.request("loadedSources")
    run.resume()
    assert run.finish()[0] == 0
