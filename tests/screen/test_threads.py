"""Threads: looking at another one, stepping it, one alone, freezing and thawing."""

import re

from conftest import at, ended, printed, quit_pytui


def command(screen, text):
    """Types a `:` command."""
    screen.send(f":{text}")
    screen.keys("Enter")


def close_list(screen):
    """Closes the list of threads; what is typed next must not come with the Esc."""
    screen.settle()
    screen.keys("Esc")
    screen.expect_not("Enter picks")
    screen.settle()


def at_line_21(pytui, **options):
    """The program with its workers running, stopped in the main thread."""
    screen = pytui("workers.py", options=["--continue", "-b", "workers.py:21"], cols=130, **options)
    at(screen, "workers.py:21")
    return screen


def test_picking_a_thread_shows_its_stack_and_steps_it(pytui, each_engine):
    screen = at_line_21(pytui, interpreter=each_engine.path)
    screen.keys("Ctrl-t")
    screen.expect("Threads", re.compile(r"MainThread +id 1 · stopped here"), re.compile(r"worker 2 +id 4 · stopped"))
    screen.send("3")
    screen.keys("Enter")
    screen.expect(re.compile(r"in work · stopped: .*· worker 1"), row=0)
    screen.expect(re.compile(r"Stack.*other thread"), re.compile(r"▶ work"), re.compile(r"k +1"))
    command(screen, "break 12")
    screen.send("n")
    screen.expect(re.compile(r"workers.py:1[123] in work · stopped: (step|breakpoint) · worker \d"), row=0)
    command(screen, "thread MainThread")
    screen.expect(re.compile(r"in <module> · stopped: .*· MainThread"), row=0)
    command(screen, "thread nobody")
    screen.expect("there is no thread 'nobody'")


def test_single_thread(pytui, each_engine):
    screen = at_line_21(pytui, interpreter=each_engine.path)
    screen.send("1")
    screen.expect("· MainThread · single", row=0)
    screen.send("n")
    at(screen, "workers.py:22")
    screen.send("n")
    at(screen, "workers.py:23")
    screen.send("nn")
    at(screen, "workers.py:25")
    screen.expect(printed("moved False False False"))
    command(screen, "single off")
    screen.expect_not(" · single")
    screen.send("c")
    screen.expect(printed("all done"))
    ended(screen)
    quit_pytui(screen, 0)


def test_freeze_and_thaw(pytui, each_engine):
    screen = at_line_21(pytui, interpreter=each_engine.path)
    command(screen, "freeze worker 1")
    screen.expect("· MainThread · 1 frozen", row=0)
    screen.expect("1 thread is frozen")
    screen.keys("Ctrl-t")
    screen.expect(re.compile(r"worker 1 +id 3 · frozen"))
    close_list(screen)
    screen.send("nn")
    at(screen, "workers.py:23")
    screen.send("nn")
    at(screen, "workers.py:25")
    screen.expect(printed("moved True False True"))
    command(screen, "thread 3")
    screen.expect(re.compile(r"· worker 1 \(frozen\) · 1 frozen"), row=0)
    screen.send("n")
    screen.expect("thread 3 is frozen: thaw it first")
    command(screen, "thaw")
    screen.expect("no thread is frozen")
    screen.expect_not("(frozen)")
    screen.send("c")
    screen.expect(printed("all done"))
    ended(screen)
    quit_pytui(screen, 0)


def test_program_that_cannot_end_for_frozen_threads(pytui):
    screen = at_line_21(pytui)
    command(screen, "freeze worker 0")
    screen.expect("· 1 frozen", row=0)
    screen.send("c")
    screen.expect(re.compile(r"running.* · 1 frozen"), row=0)
    screen.expect(printed("moved False True True"))
    joins = re.compile(r"MainThread +id 1 · running · Thread.join: worker 0")
    screen.keys("Ctrl-t")
    screen.expect(re.compile("worker 0 +id 2 · frozen"))
    while not screen.shows(joins):  # it comes there in a moment
        close_list(screen)
        screen.keys("Ctrl-t")
        screen.expect(re.compile("worker 0 +id 2 · frozen"))
    close_list(screen)
    screen.keys("Ctrl-c")
    screen.expect(re.compile(r"stopped: pause: waits in Thread.join: worker 0 · MainThread"), row=0)
    command(screen, "thaw all")
    screen.expect("no thread is frozen")
    screen.send("c")
    screen.expect(printed("all done"))
    ended(screen)
    quit_pytui(screen, 0)
