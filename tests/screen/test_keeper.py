"""The program's life does not hang on pytui's, and its streams are its own."""

import contextlib
import os
import random
import re
import signal

import pytest
from conftest import PYTUI, at, ended, program_of, quit_pytui, restored
from screen import alive
from test_ends import leaves_a_trace, tui_of, wait_for_trace


def test_kill_of_the_supervisor_restores_the_terminal(terminal, python, write, tmp_path):
    """The shell has the terminal back at once; the screen's process notices and gives it back as it was.

    What the shell prints in between may go to the alternate screen: only the prompt after that is sure to be seen.
    """
    program, trace = leaves_a_trace(write, tmp_path)
    screen = terminal("bash", "--norc", "--noprofile", "-i", env={"PS1": "shell> "})
    screen.expect("shell>")
    screen.send(f"{PYTUI} --python {python.path} {program}\n")
    at(screen, "tracing.py:1")
    (supervisor,) = [pid for pid in screen.children() if alive(pid)]
    os.kill(supervisor, signal.SIGKILL)
    screen.wait_for(lambda: not screen.state["alternate"], "the main screen is back")
    screen.send("echo still $((1 + 1))\n")
    screen.expect("still 2")
    screen.send("exit\n")
    screen.wait_end()
    restored(screen)
    wait_for_trace(screen, trace)


def test_kill_of_the_process_group(pytui, write, tmp_path, each_engine):
    program, trace = leaves_a_trace(write, tmp_path)
    screen = pytui(program, interpreter=each_engine.path)
    at(screen, "tracing.py:1")
    os.killpg(os.getpgid(screen.state["pid"]), signal.SIGKILL)
    screen.wait_end()
    wait_for_trace(screen, trace)


@pytest.mark.parametrize("seed", range(5))
def test_kill_during_the_launch(pytui, write, tmp_path, seed):
    """Killed in its first 40 ms: the program was not started, or it comes to its right end."""
    chance = random.Random(seed)
    for run in range(10):
        started, ended_file = tmp_path / f"started{run}", tmp_path / f"ended{run}"
        program = write(
            f"{run}.py", f"open({str(started)!r}, 'w')\nprint('x' * 100000)\nopen({str(ended_file)!r}, 'w')\n"
        )
        screen = pytui(program, options=["--continue"])
        screen.pass_time(chance.random() * 0.04)
        victims = [screen.state["pid"], *screen.children()]
        for pid in chance.choice([victims[:1], victims[-1:], victims]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        screen.wait_until(lambda screen=screen: not screen.processes(), "something is still running")
        assert ended_file.exists() == started.exists()
        screen.close()


def test_output_in_a_file_is_whole_after_a_kill(terminal, python, write, tmp_path):
    out = tmp_path / "out.txt"
    program = write("many.py", "import time\nfor i in range(30):\n    print(i, 'x' * 1000)\n    time.sleep(0.01)\n")
    screen = terminal("sh", "-c", f'exec "$0" --continue --python "$1" {program} >{out}', PYTUI, python.path)
    screen.wait_for(lambda: any("many.py" in line for line in screen.processes().values()), "it never started")
    screen.expect("many.py")
    os.kill(tui_of(screen), signal.SIGKILL)
    screen.wait_end()
    screen.wait_until(lambda: not screen.processes(), "the program never ended")
    assert out.read_text() == "".join(f"{i} {'x' * 1000}\n" for i in range(30))


def test_a_pipe_ends_with_the_program(terminal, python, write, tmp_path):
    """What reads the program's output gets its end while the screen is still there."""
    program = write("short.py", "print('text')\n")
    done = tmp_path / "done"
    screen = terminal(
        "sh",
        "-c",
        f'"$0" --continue --python "$1" {program} | (cat >{done}.tmp; mv {done}.tmp {done})',
        PYTUI,
        python.path,
    )
    ended(screen, "0")
    screen.wait_until(done.exists, "the pipe did not end with the program")
    assert done.read_text() == "text\n"
    quit_pytui(screen)


def test_the_writer_of_a_pipe_sees_that_nobody_reads(terminal, python, write, tmp_path):
    program = write("deaf.py", "import os\nos.close(0)\ninput_closed = True\nimport time\ntime.sleep(60)\n")
    done = tmp_path / "done"
    screen = terminal("sh", "-c", f'(yes; echo >{done}) | "$0" --continue --python "$1" {program}', PYTUI, python.path)
    screen.wait_until(done.exists, "the writer is still waiting")
    screen.send("q")
    screen.expect(re.compile("end it", re.I))
    screen.keys("Enter")
    screen.wait_end()


def test_a_descriptor_of_the_shell(terminal, python, write):
    """Process substitution: the script and a file are on descriptors of the shell."""
    text = r"import sys\nprint(open(sys.argv[1]).read(), \"seen\")\n"
    command = f'"$0" --continue --python "$1" <(printf "{text}") <(echo inherited)'
    screen = terminal("bash", "-c", command, PYTUI, python.path)
    screen.expect("inherited", "seen")
    ended(screen, "0")
    quit_pytui(screen, 0)


def test_closed_standard_input(terminal, python, write):
    program = write("closed.py", "import os, sys\nprint(sys.stdin, sorted(os.listdir('/proc/self/fd')))\n")
    screen = terminal("sh", "-c", f'"$0" --continue --python "$1" {program} <&-', PYTUI, python.path)
    screen.expect("None ['0', '1', '2']")
    ended(screen, "0")
    quit_pytui(screen, 0)


def test_a_child_outlives_the_program_and_keeps_its_terminal(pytui, write, tmp_path):
    """As in a shell: no hang-up when the program ends, nor when pytui does."""
    text = (
        "import os, sys, time\n"
        "if os.fork():\n"
        "    sys.exit(0)\n"
        "time.sleep(0.3)\n"
        "print('from the child', flush=True)\n"
        f"while not os.path.exists({str(tmp_path / 'go')!r}):\n"
        "    time.sleep(0.02)\n"
        "print('into the void', flush=True)\n"
        f"open({str(tmp_path / 'trace')!r}, 'w').write('right end')\n"
    )
    screen = pytui(write("parent.py", text), options=["--continue"])
    ended(screen, "0")
    screen.expect("from the child")
    quit_pytui(screen, 0)
    (tmp_path / "go").touch()
    wait_for_trace(screen, tmp_path / "trace")


def test_a_stop_by_signal_is_reported(pytui, each_engine):
    screen = pytui("spin.py", options=["--continue"], interpreter=each_engine.path)
    screen.expect("spinning")
    target = program_of(screen, "spin.py")
    os.kill(target, signal.SIGSTOP)
    screen.expect("STOP")
    os.kill(target, signal.SIGCONT)
    screen.send("q")
    screen.expect(re.compile("end it", re.I))
    screen.keys("Enter")
    screen.wait_end()
    restored(screen)
