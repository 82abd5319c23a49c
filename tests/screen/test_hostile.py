"""Text of the program, of files and of the command line is shown escaped and never reaches the terminal as it is."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PYTUI, Screen, restored
from rawbytes import problems


@dataclass(frozen=True)
class Hostile:
    """A text that does harm where it reaches a terminal as it is, and what it looks like on our screen."""

    name: str
    text: str
    shown: str  # regular expression: as we escape it, or as repr() does
    in_names: bool = True  # whether a file can be called so
    in_source: bool = True  # whether Python reads it in a comment


TEXTS = (
    Hostile("esc", "\x1b]0;OWNED\x07", r"\^\[\]0;OWNED\^G|\\x1b\]0;OWNED(\\x07|\\a)"),
    Hostile("csi", "\x1b[6;8m", r"\^\[\[6;8m|\\x1b\[6;8m"),
    Hostile("c1", "\x9b6;8m\x9d0;OWNED\x9c", r"\\x9b6;8m\\x9d0;OWNED\\x9c"),
    Hostile("bidi", "\u202eabc\u2066\u200f", r"\\u202eabc\\u2066\\u200f"),
    Hostile("zero-width", "a\u200bb\u200dc\ufeffd\u2060e", r"a\\u200bb\\u200dc\\ufeffd\\u2060e"),
    Hostile("tags", "\U000e0041\U000e007f", r"\\U000e0041\\U000e007f"),
    Hostile("controls", "\x01\x07\x08\x0e\x7f", r"\^A\^G\^H\^N\^\?|\\x01\\(x07|a)\\(x08|b)\\x0e\\x7f"),
    Hostile("lines", "a\r\nb", r"a(\^M)?\^Jb|a\\r\\nb|a  b", in_source=False),
    Hostile("surrogates", "\udcff", r"\\udcff|\\xff|�+|\\xed\\xb3\\xbf", in_source=False),
    Hostile("surrogate", "\ud800", r"\\ud800|\\xed\\xa0\\x80|�+", in_names=False, in_source=False),
    Hostile("nul", "a\0b", r"a\^@b|a\\(x00|0)b|ab", in_names=False, in_source=False),
    Hostile("combining", "e" + "\u0301" * 1000, "e\u0301{1,4}(?!\u0301)|e\u0301*…", in_names=False),
    Hostile("wide", "漢" * 60, "漢+"),
)

PROGRAM = """\
import sys, threading, types
EVIL = {text!a}
SAFE = EVIL.replace("\\0", "^@").encode("utf-8", "backslashreplace").decode()
# comment{comment}
Evil = type("type" + SAFE, (), {{"__repr__": lambda self: "repr" + EVIL}})
value = Evil()
setattr(value, "attribute" + EVIL, 1)
text = "text" + EVIL
table = {{"key" + EVIL: 1}}
globals()["name" + EVIL] = 1
def work(argument):
    here = argument
    return here
code = work.__code__.replace(co_name="function" + EVIL, co_qualname="function" + EVIL)
work = types.FunctionType(code, globals())
module = sys.modules["module" + EVIL] = types.ModuleType("module" + EVIL)
module.__file__ = "/tmp/module" + EVIL + ".py"
done = threading.Event()
threading.Thread(target=done.wait, name="thread" + EVIL, daemon=True).start()
def boom():
    error = ValueError("error" + EVIL)
    error.add_note("note" + EVIL)
    raise error
title = ("\\x1b]2;title" + EVIL + "\\x07printed" + EVIL + "\\n").encode("utf-8", "surrogatepass")
sys.stdout.buffer.write(title)
sys.stdout.buffer.flush()
work(1)
boom()
"""
STOP = 1 + PROGRAM.splitlines().index("    here = argument")


class Session:
    """pytui stopped in a function of a program whose every name is hostile."""

    def __init__(self, terminal: Callable[..., Screen], python: str, directory: Path, evil: Hostile) -> None:
        self.evil = evil
        in_names = evil.text[:60] if evil.in_names else ""
        self.directory = directory / f"directory{in_names}"
        self.directory.mkdir()
        (self.directory / ".git").mkdir()
        self.path = self.directory / f"script{in_names}.py"
        text = PROGRAM.format(text=evil.text, comment=evil.text if evil.in_source else "")
        self.path.write_text(text)
        (directory / "data.txt").write_bytes(b"data" + evil.text.encode("utf-8", "surrogatepass") + b"\n")
        config = directory / "home" / "config" / "pytui"
        config.mkdir(parents=True)
        (config / "config.ini").write_text("notify = both\nnotify-after = 0\n")
        self.screen = terminal(
            PYTUI,
            *("--log", directory / "log", "--python", python, "--continue", "-b", f"{self.path}:{STOP}", self.path),
            rows=50,
            cols=240,
            record=True,
        )

    def sees(self, *marks: str) -> None:
        """Waits until the screen shows each of the marked texts, escaped."""
        for mark in marks:
            self.screen.expect(re.compile(f"{mark}[^\n]{{0,3}}?({self.evil.shown})"))

    def reads(self, *marks: str) -> None:
        """The same for what was printed: there the lines of a text are lines."""
        if "\n" in self.evil.text:
            self.screen.expect(*(f"{mark}a" for mark in marks))
        else:
            self.sees(*marks)

    def keys(self, *names: str) -> None:
        """Types keys."""
        self.screen.keys(*names)

    def type(self, text: str) -> None:
        """Types text."""
        self.screen.send(text)

    def paste(self, text: str) -> None:
        """Pastes text as it is."""
        self.screen.send(b"\x1b[200~" + text.encode("utf-8", "surrogatepass") + b"\x1b[201~")

    def leave(self) -> None:
        """Esc, on its own: what follows at once would make it another key."""
        self.keys("Esc")
        self.screen.settle()

    def zoomed(self, pane: str, *marks: str) -> None:
        """Gives a pane the whole screen and waits for what it shows."""
        self.keys(pane, "z")
        self.sees(*marks)
        self.keys("z")

    def say(self, command: str, *marks: str) -> None:
        """Gives a command at the prompt."""
        self.type(f":{command}\r")
        self.sees(*marks)


def names(session: Session) -> None:
    """Source, status line, Stack, titles."""
    if session.evil.in_source:
        session.sees("comment")
    session.screen.expect(re.compile(r"script.*stopped"), row=0)
    session.sees("function")
    session.zoomed("S", "function", "thread")
    session.zoomed("B", *(["script"] if session.evil.in_names else []))


def variables(session: Session) -> None:
    """Names, keys, values and types; displays that run code; what is found, pinned, edited and copied."""
    session.keys("u")
    session.zoomed("V", "text", "table.*key", "name", "type")
    session.keys("V", "z")
    session.type(":find table\r\r")
    session.sees(r"\['key")
    session.type(":find value\r")
    session.keys("r")
    session.sees("repr")
    session.keys("s", "w", "@", "H", "t")
    session.sees("type")
    session.type(":find text\r")
    session.keys("e")
    session.screen.settle()
    session.leave()
    session.keys("y")
    session.screen.expect("copied")
    session.keys("z", "C")


def lists(session: Session) -> None:
    """Choices and the browser."""
    session.say("modules", "module")
    session.leave()
    session.say("threads", "thread")
    session.leave()
    session.keys("m")
    session.type("module")
    session.screen.settle()
    session.leave()
    session.say("palette")
    session.paste(session.evil.text)
    session.screen.settle()
    session.leave()


def console(session: Session) -> None:
    """What commands write, results that open, errors, and what is typed."""
    session.keys("Ctrl-x")
    session.type("value\r")
    session.sees("type")
    session.type("print(text)\r")
    session.reads("text")
    session.type("boom()\r")
    session.reads("ValueError: error")
    session.type("import warnings; warnings.warn(text)\r")
    session.screen.expect("UserWarning")
    session.type("print(text, file=sys.stderr)\r")
    session.keys("Ctrl-o", "g")
    session.screen.settle()
    session.keys("Ctrl-o")
    session.paste("'pasted" + session.evil.text + "'")
    session.screen.settle()
    session.keys("Enter")
    session.screen.settle()
    session.keys("Ctrl-l", "Ctrl-x")


def commands(session: Session) -> None:
    """Commands that write to the console."""
    session.keys("z")
    for command in ("where", "stacks", "whatis value", "pretty-print table", "list", "source boom", "args"):
        session.say(command)
    session.keys("z", "Ctrl-x")
    session.sees("type", "key")
    session.keys("Ctrl-x")


def breakpoints(session: Session) -> None:
    """Conditions, log messages, names of functions, watches and their errors."""
    text = session.evil.text
    for line in (f":break {STOP + 1}, 'condition{text}'", f":break nothing{text}", f":watch 'watched{text}'"):
        session.type(line[0])
        session.paste(line[1:])
        session.keys("Enter")
        session.screen.settle()
    session.say("watch boom()")
    session.zoomed("V", "ValueError: error")
    session.keys("B", "z")
    session.sees("condition")
    session.keys("End", "e")
    session.screen.settle()
    session.sees("condition")
    session.leave()
    session.keys("z", "C")


def files(session: Session) -> None:
    """Files that are opened, their directories, and what is completed."""
    session.type(f":open {session.directory.parent}/d\t")
    session.screen.settle()
    session.keys("Ctrl-u", "Esc")
    session.screen.settle()
    session.say(f"open {session.directory.parent}/data.txt")
    if "\0" in session.evil.text:
        session.screen.expect("not text but binary data")
    else:
        session.reads("data")
    session.type("/data\r")
    session.screen.settle()
    session.type(":open ")
    session.paste("/nowhere" + session.evil.text)
    session.keys("Enter")
    session.screen.settle()
    session.type("H")


def unknown(session: Session) -> None:
    """What is answered to nonsense."""
    for start in (":", ":theme ", ":set ", ":p ", ":layout ", ":alias x", "/", ":catch raised "):
        session.type(start)
        session.paste("z" + session.evil.text)
        session.keys("Enter")
        session.screen.settle(0.05)
    session.leave()


def end(session: Session) -> None:
    """The exception that ends the program, its notes, and the status after the end."""
    session.say("clear all")
    session.say("catch none")
    session.say("catch uncaught")
    session.keys("F5")
    session.screen.expect(re.compile("post-mortem"), row=0)
    session.screen.settle()
    session.say("where")
    session.keys("Ctrl-x")
    session.reads("ValueError: error", "note")
    session.keys("Ctrl-x")
    session.say("exception", "error")
    session.keys("Space", "Down", "Space", "y")
    session.screen.settle()
    session.leave()
    session.keys("F5")
    session.screen.expect(re.compile("exited"), row=0)
    session.screen.settle()
    session.keys("q")
    session.screen.wait_end()


PLACES = (names, variables, lists, console, commands, breakpoints, files, unknown, end)


@pytest.mark.parametrize("evil", TEXTS, ids=lambda evil: evil.name)
def test_nothing_reaches_the_terminal_raw(terminal, python, tmp_path, evil):
    session = Session(terminal, python.path, tmp_path, evil)
    session.screen.expect("stopped")
    for place in PLACES:
        place(session)
        found = problems(session.screen.raw)
        assert not found, f"{place.__name__}: {found}"
    restored(session.screen)


ALL = "".join(evil.text[:20] for evil in TEXTS if evil.in_names).replace("/", "")
COMMAND_LINES = {
    "script": ["{0}"],
    "script in a directory": ["nowhere/{0}.py"],
    "module": ["-m", "{0}"],
    "option": ["--{0}"],
    "value of an option": ["--break={0}", "ok.py"],
    "interpreter": ["--python", "{0}", "ok.py"],
    "interpreter that is a file": ["--python", "file{0}", "ok.py"],
    "home": ["--home", "{0}", "ok.py"],
    "log": ["--log", "nowhere/{0}", "--python", "nowhere", "ok.py"],
    "no Python": ["file{0}"],
}


@pytest.mark.parametrize("words", COMMAND_LINES.values(), ids=COMMAND_LINES.keys())
def test_complaints_about_the_command_line(terminal, tmp_path, words):
    (tmp_path / "ok.py").write_text("print(1)\n")
    (tmp_path / f"file{ALL}").write_bytes(os.urandom(64))
    argv = [word.format(ALL) for word in words]
    screen = terminal(PYTUI, *argv, cwd=tmp_path, record=True, rows=24, cols=200)
    there = re.compile("stopped|exited|post-mortem")
    screen.wait_for(lambda: screen.status is not None or screen.shows(there), "neither ended nor started")
    screen.settle()
    if screen.status is None:
        screen.send("q\r")
        screen.wait_end()
    assert not problems(screen.raw)


def test_settings_themes_and_state(terminal, python, tmp_path):
    config = tmp_path / "home" / "config" / "pytui"
    config.mkdir(parents=True)
    lines = ["theme = {0}", "{0} = 1", "layout = {0}", "[keys]", "step-over = {0}", "{0} = n", "[{0}]"]
    text = "\n".join(line.format(ALL.replace("\r\n", "")) for line in lines)
    (config / "config.ini").write_bytes(os.fsencode(text))
    theme = tmp_path / f"theme{ALL}.theme"
    theme.write_bytes(os.fsencode(f"[roles]\n{ALL} = red\ntext = {ALL}\n".replace("a\r\nb", "")))
    (tmp_path / "ok.py").write_text("print(1)\n")
    screen = terminal(PYTUI, "--python", python.path, tmp_path / "ok.py", record=True, rows=24, cols=200)
    screen.expect("stopped")
    screen.keys("Ctrl-x")
    screen.settle()
    screen.keys("Ctrl-x")
    screen.send(":theme ")
    screen.send(b"\x1b[200~" + os.fsencode(str(theme)) + b"\x1b[201~")
    screen.keys("Enter")
    screen.settle()
    screen.send(":alias x")
    screen.send(b"\x1b[200~" + os.fsencode(ALL) + b"\x1b[201~")
    screen.send(" p 1\r")
    screen.keys("Ctrl-k")
    screen.settle()
    screen.send(b"\x1b[200~" + os.fsencode(ALL) + b"\x1b[201~")
    screen.settle()
    screen.keys("Esc")
    screen.settle()
    screen.send("q\r")
    screen.wait_end()
    assert not problems(screen.raw)


def test_lines_of_ten_megabytes(terminal, python, tmp_path):
    piece = "x\x1b[6;8m\u202e\x9b1m"
    size = 10 << 20
    program = tmp_path / "long.py"
    program.write_text(
        f"text = {piece!a} * ({size} // {len(piece)})\n"
        "bomb = 'e' + '\\u0301' * 3_000_000\n"
        "print(text)\nprint(bomb)\nopen('data.txt', 'w').write(text + bomb)\nprint('end')\n"
    )
    options = ("--python", python.path, "--continue", "-b", f"{program}:6")
    screen = terminal(PYTUI, *options, program, cwd=tmp_path, record=True, rows=40, cols=160)
    screen.expect("stopped", timeout=60)
    for command in ("p text", "p bomb", "watch text", "evaluate print(text)", "open data.txt"):
        screen.send(f":{command}\r")
        screen.settle()
    screen.expect(re.compile(r"1 +x\^\[\[6;8m\\u202e\\x9b1mx"))
    screen.keys("End", "Right", "Home", "G")
    screen.settle()
    screen.send("/zzz\r")
    screen.expect("not found")
    screen.send("VCn")
    screen.expect(re.compile("exited"), row=0, timeout=60)
    memory = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{screen.state['pid']}/status").read_text())[1])
    screen.send("q")
    screen.wait_end()
    assert not problems(screen.raw)
    if "PYTUI_SANITIZE" not in os.environ:
        assert memory < 300_000, f"{memory} kB"
