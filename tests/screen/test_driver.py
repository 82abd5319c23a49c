"""The driver of these tests itself, on small programs of the shell."""

import re
import signal
import sys
from pathlib import Path

import pytest
from screen import BOLD, ScreenMismatch


def test_shows_what_was_written_and_where(terminal):
    screen = terminal("sh", "-c", r"printf 'one\r\n\033[1;31mred\033[m\033[5;10Hhere'; read x", rows=6, cols=30)
    screen.expect("here", row=4)
    assert screen.row_of("one") == 0
    assert screen.attributes_at(1, 0) == (1, -1, BOLD) or screen.attributes_at(1, 0) == (9, -1, BOLD)
    assert screen.state["cursor"] == [4, 13]


def test_types_and_waits_for_the_answer(terminal):
    screen = terminal("sh", "-c", "read line; echo got $line; exit 3")
    screen.send("words\n")
    screen.expect(re.compile("^got words", re.M))
    assert screen.wait_end() == 3


def test_reports_the_signal_that_ended_the_command(terminal):
    screen = terminal("sh", "-c", "echo ready; exec sleep 100")
    screen.expect("ready")
    screen.signal(signal.SIGTERM)
    assert screen.wait_end() == -signal.SIGTERM


def test_resizes_the_terminal(terminal):
    screen = terminal("bash", "-c", "trap 'stty size' WINCH; echo ready; while :; do read -t 1; done")
    screen.expect("ready")
    screen.resize(11, 47)
    screen.expect("11 47")


def test_fails_with_the_screen_when_the_text_does_not_come(terminal):
    screen = terminal("sh", "-c", "echo something else; read x")
    screen.expect("something")
    with pytest.raises(ScreenMismatch, match="something else"):
        screen.expect("never", timeout=0.05)


def test_fails_at_once_when_the_command_has_ended(terminal):
    screen = terminal("sh", "-c", "echo the end")
    with pytest.raises(ScreenMismatch, match="the command ended"):
        screen.expect("never", timeout=1000)


def test_reads_the_settings_that_the_command_left(terminal):
    screen = terminal("sh", "-c", r"stty -echo -icanon; printf '\033[?1049h\033[?2004;1000h'")
    screen.wait_end()
    assert not screen.state["echo"] and not screen.state["icanon"]
    assert screen.state["alternate"] and set(screen.state["modes"]) >= {1049, 2004, 1000}


@pytest.mark.parametrize("junk", [rb"\033[99999b", rb"e\314\201\033[5b", rb"\033[5;10r\033[20;20H\0337"])
def test_survives_sequences_that_libvterm_does_not(terminal, junk):
    screen = terminal("sh", "-c", f"printf '{junk.decode()}'; read x; printf '\\0338after'; read x")
    for rows, cols in [(3, 20), (24, 2), (1, 80), (24, 80)]:
        screen.resize(rows, cols)
    screen.send("\n")
    screen.expect("after")


def test_keeps_up_with_a_flood(terminal):
    screen = terminal(sys.executable, Path(__file__).parents[1] / "targets" / "flood.py", "2")
    screen.expect("flood done", timeout=60)


def test_counts_bytes_since_the_mark(terminal):
    screen = terminal("sh", "-c", "echo first; read x; printf 12345; read x")
    screen.expect("first")
    screen.mark()
    screen.send("\n")
    screen.expect("12345")
    assert screen.bytes == len("\r\n12345")
