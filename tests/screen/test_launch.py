"""Ways to start a program, and where its streams go."""

import re
import subprocess
import zipfile

import pytest
from conftest import PYTUI, at, ended, printed, quit_pytui


def test_version_and_help():
    version = subprocess.run([PYTUI, "--version"], capture_output=True, text=True)
    assert version.returncode == 0 and re.fullmatch(r"pytui \d+\.\d+\.\d+\n", version.stdout)
    usage = subprocess.run([PYTUI, "--help"], capture_output=True, text=True)
    assert usage.returncode == 0
    for word in ("--python", "--continue", "-b", "-m", "-c", "--version"):
        assert word in usage.stdout


def test_usage_errors_have_status_2():
    for words in (["--no-such-option"], ["-m"], ["-b"], ["-b", "x.py:0", "x.py"], ["-b", "60", "x.py"], []):
        result = subprocess.run([PYTUI, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if words == []:
            assert result.returncode != 0
            continue
        assert result.returncode == 2, words
        assert result.stderr.startswith("pytui: ") or "usage" in result.stderr, words


def test_script_gets_its_arguments(pytui, write):
    program = write("args.py", "import sys\nprint('args', sys.argv[1:])\n")
    screen = pytui(program, "-m", "--continue", "a b", options=["--continue"])
    screen.expect("args ['-m', '--continue', 'a b']")


def test_module(pytui, write):
    package = write("package/__init__.py", "").parent
    write("package/__main__.py", "import sys\nvalue = 5\nprint('module', sys.argv[1:])\n")
    screen = pytui("-m", "package", "x", cwd=package.parent)
    screen.expect(re.compile(r"__main__\.py:1\b.*stopped"), row=0)
    screen.send("nn")
    screen.expect(re.compile(r"value +5"))
    screen.send("c")
    screen.expect("module ['x']")


def test_code(pytui):
    screen = pytui("-c", "a = 1\nb = a + 1\nprint('code', b)")
    screen.expect(re.compile(r"<string>:1\b.*stopped"), row=0)
    screen.send("n")
    screen.expect(re.compile(r"<string>:2\b"), row=0)
    screen.expect("b = a + 1")
    screen.send("c")
    screen.expect("code 2")


def test_directory_and_zip_with_main(pytui, write, tmp_path):
    directory = write("app/__main__.py", "print('from the directory')\n").parent
    screen = pytui(directory)
    at(screen, "__main__.py:1")
    screen.send("c")
    screen.expect(printed("from the directory"))
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("__main__.py", "value = 7\nprint('from the zip')\n")
    screen = pytui(archive)
    at(screen, "__main__.py:1")
    screen.expect("value = 7")
    screen.send("c")
    screen.expect(printed("from the zip"))


def test_script_on_standard_input(terminal, python):
    command = 'printf "a = 1\\nb = 2\\nprint(\\"sum\\", a + b)\\n" | "$0" --python "$1" -'
    screen = terminal("sh", "-c", command, PYTUI, python.path)
    screen.expect(re.compile(r"<stdin>:1\b.*stopped"), row=0)
    screen.expect(re.compile(r"▶ +1 +a = 1"), "b = 2")
    screen.send("n")
    screen.expect(re.compile(r"<stdin>:2\b.*stopped"), row=0)
    screen.send("c")
    screen.expect("sum 3")


@pytest.mark.parametrize("way", ["cat big.py | ", ""], ids=["pipe", "file"])
def test_a_big_script_on_standard_input(terminal, write, python, way):
    program = write("big.py", "a = 1\n" + "# words that fill more than a pipe\n" * 50_000 + "print('sum', a)\n")
    command = f'{way}"$0" --python "$1" -' + ("" if way else " < big.py")
    screen = terminal("sh", "-c", command, PYTUI, python.path, cwd=program.parent)
    screen.expect(re.compile(r"<stdin>:1\b.*stopped"), row=0)
    screen.expect(re.compile(r"▶ +1 +a = 1"))
    screen.send("Gb")
    screen.expect("● <stdin>:50002")
    screen.send("c")
    screen.expect(re.compile(r"<stdin>:50002\b.*stopped"), row=0)
    screen.send("c")
    screen.expect("sum 1")


def test_redirected_streams_belong_to_the_program(terminal, python, write, tmp_path):
    program = write(
        "wc.py", "import sys\ntext = sys.stdin.read()\nprint(len(text.split()))\nprint('err', file=sys.stderr)\n"
    )
    source = write("in.txt", "one two three\n")
    out = tmp_path / "out.txt"
    command = f'"$0" --python "$1" {program} <{source} >{out}'
    screen = terminal("sh", "-c", command, PYTUI, python.path)
    at(screen, "wc.py:1")
    screen.send("c")
    ended(screen, "0")
    screen.expect(printed("err"))
    quit_pytui(screen, 0)
    assert out.read_text() == "3\n"


def test_everything_redirected(terminal, python, write, tmp_path):
    program = write("echo.py", "import sys\nprint(sys.stdin.read(), end='')\nprint('bad', file=sys.stderr)\n")
    out, err = tmp_path / "out.txt", tmp_path / "err.txt"
    command = f'echo words | "$0" --python "$1" {program} 2>{err} | cat >{out}'
    screen = terminal("sh", "-c", command, PYTUI, python.path)
    at(screen, "echo.py:1")
    screen.send("c")
    ended(screen, "0")
    screen.send("q")
    screen.wait_end()
    assert out.read_text() == "words\n" and err.read_text() == "bad\n"


def test_active_virtual_environment_is_used(terminal, python, write, tmp_path):
    subprocess.run([python.path, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    program = write("where.py", "import sys\nprint('prefix', sys.prefix)\n")
    screen = terminal(PYTUI, "--continue", program, env={"VIRTUAL_ENV": str(tmp_path / "venv")}, cols=150)
    screen.expect(f"prefix {tmp_path / 'venv'}")


def test_the_source_is_painted_before_the_interpreter_is_up(terminal, python, write):
    gate = write("gate", "")
    slow = write(
        "python-slow", f'#!/bin/sh\nwhile [ -e {gate} ]; do read -t 0.05 x </dev/null; done\nexec {python.path} "$@"\n'
    )
    slow.chmod(0o755)
    program = write("painted.py", "first = 1\nsecond = 2\n")
    screen = terminal(PYTUI, "--python", slow, program)
    screen.expect("first = 1", "second = 2")
    gate.unlink()
    at(screen, "painted.py:1")
