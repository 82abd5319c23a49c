"""Bad input gets a clear error, and nothing is lost."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import PYTUI, TARGETS, at, ended, restored


def fails(screen, *texts, status=None):
    """Waits for pytui to refuse, in words, with a terminal as it was."""
    result = screen.wait_end()
    assert result not in (0, None) and (status is None or result == status), screen.dump()
    screen.expect(*texts)
    restored(screen)


def test_missing_script(pytui):
    fails(pytui("no/such/file.py"), "no/such/file.py", re.compile("no such file", re.I))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_unreadable_script(pytui, write):
    program = write("secret.py", "print(1)\n")
    program.chmod(0)
    fails(pytui(program), "secret.py", re.compile("permission denied", re.I))


def test_directory_without_main(pytui, tmp_path):
    (tmp_path / "empty").mkdir()
    fails(pytui(tmp_path / "empty"), "__main__")


def test_missing_interpreter(terminal):
    fails(terminal(PYTUI, "--python", "/no/such/python", TARGETS / "stepme.py"), "/no/such/python")


def test_interpreter_that_is_too_old(terminal):
    old = sorted(Path.home().glob(".pyenv/versions/3.10*/bin/python3"))
    if not old:
        pytest.skip("this machine has no Python 3.10")
    screen = terminal(PYTUI, "--python", old[0], TARGETS / "stepme.py", cols=200)
    fails(screen, "no backend for Python 3.10", re.compile(r"CPython 3\.1[12]"))


def test_interpreter_that_is_no_python(terminal, write):
    fake = write("fake", "#!/bin/sh\necho I am no python\nexit 9\n")
    fake.chmod(0o755)
    screen = terminal(PYTUI, "--python", fake, TARGETS / "stepme.py")
    screen.expect(re.compile(r"fake|ended|exited"))


def test_syntax_error_is_shown_at_its_line(pytui, write, each_engine):
    program = write("broken.py", "good = 1\nfine = 2\ndef broken(:\n    pass\n")
    screen = pytui(program, interpreter=each_engine.path)
    screen.expect("SyntaxError", "def broken(:", re.compile(r"broken\.py:3"))
    screen.send("q")
    assert screen.wait_end() == 1
    restored(screen)


def test_no_controlling_terminal(python):
    command = [PYTUI, "--python", python.path, TARGETS / "stepme.py"]
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True, timeout=60
    )
    assert result.returncode not in (0, 2) and "terminal" in result.stderr and "hello" not in result.stdout


def test_term_unset(pytui):
    fails(pytui("stepme.py", term=None), "TERM")


def test_term_unknown(pytui):
    fails(pytui("stepme.py", term="no-such-terminal"), "no-such-terminal")


def test_term_dumb(pytui):
    fails(pytui("stepme.py", term="dumb"), "dumb")


def test_source_that_is_not_utf8_without_a_cookie(pytui, write):
    program = write("raw.py", b"name = 1\n# caf\xe9\n")
    screen = pytui(program)
    screen.expect("SyntaxError", "name = 1")


def test_unreadable_theme_is_told_and_the_default_used(pytui, home):
    settings = home / "config" / "pytui"
    settings.mkdir(parents=True)
    (settings / "config.ini").write_text("theme = no-such-theme\n")
    screen = pytui("stepme.py", cols=120)
    screen.expect("no-such-theme")
    at(screen, "stepme.py:1")


def test_bad_settings_are_told_with_their_line(pytui, home):
    settings = home / "config" / "pytui"
    settings.mkdir(parents=True)
    (settings / "config.ini").write_text("[keys]\nno-such-command = x\n")
    screen = pytui("stepme.py", cols=120)
    screen.expect("no-such-command")
    at(screen, "stepme.py:1")


def test_an_interpreter_that_is_no_python(pytui, write):
    program = write("some.py", "x = 1\n")
    screen = pytui(program, interpreter="/bin/ls")
    ended(screen)
    screen.expect("is it a CPython?", row=-1)
    screen.send("q")
    screen.wait_end()
