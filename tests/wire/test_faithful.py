"""The program cannot tell that it is being debugged: it prints the same, byte for byte, bare and under pytui."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "wire")]

from interpreters import Interpreter, interpreters  # noqa: E402
from launched import launch  # noqa: E402

PROBE = (TESTS / "targets" / "faithful.py").read_text()
CUSTOMIZE = "import colorsys\nCUSTOM = 1\n"


@dataclass(frozen=True)
class Form:
    """A way to start the probe: words for the interpreter, which are pytui's as well, and what makes it special."""

    words: tuple[str, ...]
    python_options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    stdin: bool = False


FORMS = {
    "script": Form(("script.py", "a b", "--exit")),
    "script-exit": Form(("script.py", "--exit", "7")),
    "script-dot": Form(("./script.py",)),
    "script-below": Form(("sub/script.py", "-x")),
    "module": Form(("-m", "script", "a")),
    "module-below": Form(("-m", "sub.script")),
    "package": Form(("-m", "package", "a", "-m")),
    "code": Form(("-c", PROBE, "a", "-c")),
    "directory": Form(("directory", "a")),
    "zip": Form(("program.zip", "a")),
    "stdin": Form(("-", "a"), stdin=True),
    "sitecustomize": Form(("script.py",), environment={"PYTHONPATH": "custom"}),
    "sitecustomize-raises": Form(("script.py",), environment={"PYTHONPATH": "raises"}),
    "sitecustomize-missing": Form(("script.py",), environment={"PYTHONPATH": "missing"}),
    "pythonpath-empty": Form(("script.py",), environment={"PYTHONPATH": ""}),
    "pythonpath-dirs": Form(("-m", "script"), environment={"PYTHONPATH": ":sub:custom:/nowhere"}),
    "pythonpath-module": Form(("-m", "inside"), environment={"PYTHONPATH": "custom"}),
    "bytes-in-environment": Form(("script.py",), environment={"NAME": "\udcff\udcfe", "PYTHONPATH": "sub\udcff"}),
    "safe-path": Form(("script.py",), environment={"PYTHONSAFEPATH": "1"}),
    "-I": Form(("script.py", "a"), ("-I",)),
    "-E": Form(("script.py",), ("-E",), {"PYTHONPATH": "custom"}),
    "-S": Form(("script.py",), ("-S",)),
    "-I-S-zip": Form(("program.zip",), ("-IS",)),
    "-I-module": Form(("-m", "json.tool", "--help"), ("-I",)),
    "-E-module": Form(("-m", "script"), ("-E",)),
    "-S-code": Form(("-c", PROBE), ("-S",)),
    "-I-stdin": Form(("-",), ("-I",), stdin=True),
    "-I-preload": Form(
        ("script.py",), ("-I",), {"LD_PRELOAD": ":".join(filter(None, [os.environ.get("LD_PRELOAD"), "libm.so.6"]))}
    ),
    "-P": Form(("script.py",), ("-P",)),
    "-s": Form(("script.py",), ("-s",)),
    "-O": Form(("script.py",), ("-O", "-B", "-u")),
    "-X-dev": Form(("script.py",), ("-X", "dev")),
    "-W": Form(("script.py",), ("-W", "error", "-bb")),
    "-X-utf8": Form(("script.py",), ("-X", "utf8", "-X", "tracemalloc=2")),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the probe in every form."""
    directory = tmp_path_factory.mktemp("faithful")
    files = {
        "script.py": PROBE,
        "sub/script.py": PROBE,
        "package/__init__.py": "",
        "package/__main__.py": PROBE,
        "directory/__main__.py": PROBE,
        "custom/sitecustomize.py": CUSTOMIZE,
        "custom/usercustomize.py": CUSTOMIZE,
        "custom/inside.py": PROBE,
        "raises/sitecustomize.py": "1 / 0\n",
        "missing/sitecustomize.py": "import no_such_module\n",
    }
    for name, text in files.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text)
    with zipfile.ZipFile(directory / "program.zip", "w") as archive:
        archive.writestr("__main__.py", PROBE)
    return directory


def environment(changes: dict[str, str]) -> dict[str, str]:
    """The same for both runs, and no pytest's or caller's settings of Python."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTUI", "VIRTUAL_ENV"))
    }
    if "ASAN_OPTIONS" in kept:  # with -I and its like, pytui's own library comes before the sanitizers' runtime
        kept["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
    if "LD_PRELOAD" in kept and "LD_PRELOAD" in changes:  # the sanitizers' runtime
        changes = {**changes, "LD_PRELOAD": kept["LD_PRELOAD"] + ":" + changes["LD_PRELOAD"]}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **changes}


def stdin_of(form: Form, place: Path) -> Iterator:
    return open(place / "script.py" if form.stdin else os.devnull, "rb")


def without_addresses(output: bytes) -> bytes:
    """Reprs of objects differ from run to run."""
    return re.sub(rb"0x[0-9a-f]{6,}", b"0x", output)


def compare(python: str, form: Form, place: Path, **options) -> None:
    """Run it both ways and demand the same."""
    env = environment(form.environment)
    with stdin_of(form, place) as stdin:
        bare = subprocess.run(
            [python, *form.python_options, *form.words], stdin=stdin, capture_output=True, cwd=place, env=env, **options
        )
    python_options = [f"--python-option={option}" for option in form.python_options]
    with stdin_of(form, place) as stdin:
        run = launch("--python", python, *python_options, *form.words, stdin=stdin, cwd=place, env=env, **options)
    assert run.events("initialized"), run
    outputs = [without_addresses(output) for output in (bare.stdout, run.stdout, bare.stderr, run.stderr)]
    show_difference(*outputs[:2])
    assert (run.status, outputs[1], outputs[3]) == (bare.returncode, outputs[0], outputs[2])


def show_difference(bare: bytes, debugged: bytes) -> None:
    """Fail with what differs, if both are the probe's output."""
    decoder = json.JSONDecoder()
    try:
        first, second = (decoder.raw_decode(text.decode())[0] for text in (bare, debugged))
    except ValueError:
        return
    if not isinstance(first, dict):
        return
    for name, value in first.items():
        if isinstance(value, list):
            assert [name, *(row for row in second[name] if row not in value)] == [name]
            assert [name, *(row for row in value if row not in second[name])] == [name]
        assert (name, second[name]) == (name, value)


@pytest.fixture(params=interpreters(), ids=str, scope="module")
def python(request: pytest.FixtureRequest) -> Interpreter:
    """Every interpreter there is."""
    return request.param


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_form(python: Interpreter, form: Form, place: Path) -> None:
    """Every launch form, interpreter option and kind of PYTHONPATH."""
    compare(python.path, form, place)


def test_virtual_environment(python: Interpreter, place: Path, tmp_path: Path) -> None:
    """With a package of its own, which its own sitecustomize imports."""
    made = subprocess.run(
        [python.path, "-m", "venv", "--without-pip", tmp_path / "venv"], capture_output=True, text=True
    )
    if made.returncode != 0:
        pytest.skip(f"this interpreter cannot make a virtual environment: {made.stderr.strip()[-200:]}")
    (packages,) = (tmp_path / "venv" / "lib").glob("python3*/site-packages")
    (packages / "third_party.py").write_text("VALUE = 3\n")
    (packages / "sitecustomize.py").write_text("import third_party\n")
    compare(str(tmp_path / "venv" / "bin" / "python"), FORMS["script"], place)
    compare(str(tmp_path / "venv" / "bin" / "python"), FORMS["-I"], place)


def test_wrapper(python: Interpreter, place: Path, tmp_path: Path) -> None:
    """A shell script in the interpreter's place, as version managers have it."""
    shutil.which("sh") or pytest.skip("there is no sh")
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nexec 3</dev/null\nexec 3<&-\nexec {python.path} "$@"\n')
    wrapper.chmod(0o755)
    compare(str(wrapper), FORMS["script"], place)
    compare(str(wrapper), FORMS["-I"], place)


def test_closed_stream(python: Interpreter, place: Path) -> None:
    """Without standard error."""
    program = "import os, sys; print(sys.stderr, os.listdir('/proc/self/fd'))"
    compare(python.path, Form(("-c", program)), place, preexec_fn=lambda: os.close(2))


ENDS = {
    "exception": "1 / 0",
    "excepthook": "import sys; sys.excepthook = lambda *e: print(e, sys.excepthook is sys.__excepthook__)\n1 / 0",
    "audit-hook": "import sys; sys.addaudithook(lambda name, e: name == 'sys.excepthook' and print(e[:3]))\n1 / 0",
    "excepthook-deleted": "import sys; del sys.excepthook\n1 / 0",
    "exit-3": "import sys; sys.exit(3)",
    "exit-text": "import sys; sys.exit('bye')",
    "_exit": "import os; os._exit(7)",
    "KILL": "import os; os.kill(os.getpid(), 9)",
    "TERM": "import os; os.kill(os.getpid(), 15)",
    "INT": "import os, time; os.kill(os.getpid(), 2); time.sleep(5)",
    "SEGV": "import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    "import signal; signal.signal(11, signal.SIG_DFL); os.kill(os.getpid(), 11)",
    "abort": "import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.abort()",
    "thread": "import threading, time; threading.Thread(target=lambda: (time.sleep(0.1), print('end'))).start()",
    "daemon-thread": "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "exec": "import os; os.execv('/bin/sh', ['sh', '-c', 'ls /proc/self/fd; env; exit 5'])",
    "closerange": "import os; os.closerange(3, 4096); print('closed')",
    "syntax-error": "def f(:\n",
    "atexit": "import atexit; atexit.register(print, 'a'); atexit.register(lambda: 1 / 0); atexit.register(print, 'b')",
    "fork": "import os; pid = os.fork(); pid or print('child', flush=True); pid and os.waitpid(pid, 0); print('end')",
    "fork-child-lives-on": "import os, time; os.fork() or (time.sleep(0.2), print('late'))",
    "subprocess": "import subprocess; print(subprocess.check_output(['env']).decode())",
    "multiprocessing": "import multiprocessing as m\nif __name__ == '__main__': print(m.Pool(2).map(abs, [-1, -2]))",
    "recursion": "def f(): f()\nf()",
    "stack-of-daemon": (
        "import os\nos.fork() and os._exit(0)\nos.setsid()\n"
        "os.fork() and os._exit(0)\nos.closerange(3, 99)\nprint('daemon')"
    ),
}


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS.keys())
def test_end(python: Interpreter, code: str, tmp_path: Path) -> None:
    """However it ends: the same output, messages and status."""
    (tmp_path / "end.py").write_text(code)
    compare(python.path, Form(("end.py",)), tmp_path)
