"""A client that is gone, in every state that the protocol has: the program's result is that of a bare run each time."""

from collections.abc import Callable

import interpreters
import pytest
from client import TIMEOUT, Closed, Session, run_bare

Start = Callable[..., Session]

# It meets every kind of stop, and ends by itself in a moment; its result depends on every line having run once.
PROGRAM = """\
import sys, threading, time
total = 0
lock = threading.Lock()
def work(n):
    global total
    for i in range(n):
        with lock:
            total += i
    return n
def caught():
    try:
        raise ValueError("caught")
    except ValueError as error:
        return str(error)
threads = [threading.Thread(target=work, args=(300,)) for _ in range(3)]
for each in threads: each.start()
work(300)
print(caught(), flush=True)
time.sleep(0.1)
for each in threads: each.join()
print(total, sys.getswitchinterval(), flush=True)
raise KeyError("the end")
"""
INNER = PROGRAM.splitlines().index("            total += i") + 1
SLEEP = PROGRAM.splitlines().index("time.sleep(0.1)") + 1


def before_initialize(run: Session) -> None:
    """Nothing was said."""


def half_a_frame(run: Session) -> None:
    """The first message was begun."""
    run.send_bytes(b"\0\0\0\x40\x80")


def after_initialize(run: Session) -> None:
    run.initialize()


def after_initialize_unread(run: Session) -> None:
    run.send("initialize", adapterID="pytui", pytui={"protocolVersion": 1})


def after_breakpoints(run: Session) -> None:
    run.initialize()
    run.set_breakpoints(run.script, INNER)


def after_function_breakpoints(run: Session) -> None:
    after_breakpoints(run)
    run.request("setFunctionBreakpoints", breakpoints=[{"name": "caught"}])


def after_filters(run: Session) -> None:
    after_function_breakpoints(run)
    run.request("setExceptionBreakpoints", filters=["raised", "uncaught"])


def with_configuration_done(run: Session) -> None:
    after_filters(run)
    run.send("configurationDone")


def running(run: Session) -> None:
    run.start({"line": INNER, "condition": "i == -1"}, {"line": SLEEP, "logMessage": "{total}"})


def at_entry(run: Session) -> None:
    run.start(stop_on_entry=True)


def stopped(run: Session) -> None:
    run.start(INNER)
    run.wait_stop("breakpoint")


def with_queued_hits(run: Session) -> None:
    """Other threads wait with hits of their own."""
    stopped(run)
    run.go("next")
    run.go("next")


def stepping(run: Session) -> None:
    run.start(SLEEP)
    run.wait_stop("breakpoint")
    run.request("next", threadId=0)


def evaluating(run: Session) -> None:
    stopped(run)
    run.send("evaluate", expression="__import__('time').sleep(0.2)", context="repl", frameId=run.frames[0]["id"])


def evaluating_for_ever(run: Session) -> None:
    stopped(run)
    run.send("evaluate", expression="[0 for _ in iter(int, 1)]", context="repl", frameId=run.frames[0]["id"])


def rendering(run: Session) -> None:
    stopped(run)
    for _ in range(50):
        run.send("variables", variablesReference=run.stopped["pytui"]["scopes"][1]["variablesReference"])


def at_an_exception(run: Session) -> None:
    run.initialize()
    options = [{"filterId": "raised", "condition": "ValueError"}]
    run.request("setExceptionBreakpoints", filters=[], filterOptions=options)
    run.configure(stop_on_entry=False)
    run.wait_stop("exception")


def post_mortem(run: Session) -> None:
    run.start()
    run.wait_stop("exception")


def pausing(run: Session) -> None:
    running(run)
    run.send("pause", threadId=0)


def paused(run: Session) -> None:
    running(run)
    run.request("pause", threadId=0)
    run.wait_stop("pause")


def holding(run: Session) -> None:
    """Paused in a call that blocks."""
    run.start({"line": SLEEP, "logMessage": "sleeps"})
    run.event("output")
    run.request("pause", threadId=0)
    run.wait_stop("pause")


def alone(run: Session) -> None:
    stopped(run)
    run.go("next", singleThread=True)
    run.request("continue", threadId=run.stopped["threadId"], singleThread=True)


def frozen(run: Session) -> None:
    stopped(run)
    for each in run.request("threads")["threads"]:
        if each["id"] != run.stopped["threadId"]:
            run.request("pytui/freeze", threadId=each["id"])
    run.set_breakpoints(run.script)
    run.resume()


def where(run: Session) -> None:
    running(run)
    for _ in range(5):
        run.send("pytui/where")


def while_logging(run: Session) -> None:
    run.start({"line": INNER, "logMessage": "{i} {total}", "pytui": {"logLimit": 0}})
    run.event("output")


def in_a_condition(run: Session) -> None:
    run.start({"line": SLEEP, "condition": "print('slow', file=sys.stdout) or time.sleep(0.1)"}, {"line": 18})
    run.wait_stop("breakpoint")
    run.request("continue", threadId=0)


def at_exit(run: Session) -> None:
    """`exited` was said."""
    post_mortem(run)
    run.resume()
    run.event("exited")


def terminated(run: Session) -> None:
    at_exit(run)
    run.event("terminated")


def disconnecting(run: Session) -> None:
    stopped(run)
    run.send("disconnect")


def disconnecting_while_running(run: Session) -> None:
    running(run)
    run.send("disconnect")


STATES = [
    before_initialize,
    half_a_frame,
    after_initialize,
    after_initialize_unread,
    after_breakpoints,
    after_function_breakpoints,
    after_filters,
    with_configuration_done,
    running,
    at_entry,
    stopped,
    with_queued_hits,
    stepping,
    evaluating,
    evaluating_for_ever,
    rendering,
    at_an_exception,
    post_mortem,
    pausing,
    paused,
    holding,
    alone,
    frozen,
    where,
    while_logging,
    in_a_condition,
    at_exit,
    terminated,
    disconnecting,
    disconnecting_while_running,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_client_vanishes(session: Start, python: interpreters.Interpreter, state: Callable[[Session], None]) -> None:
    """The channel is closed there, with whatever is unread in it."""
    run = session(text=PROGRAM)
    bare = run_bare(python.path, run.script)
    try:
        state(run)
    except Closed:
        pass
    run.channel.close()
    stdout, stderr = run.process.communicate(timeout=TIMEOUT)
    output = stdout.decode().replace("slow\n", "") if state is in_a_condition else stdout.decode()
    assert (run.process.returncode, output, stderr.decode()) == bare
    assert bare[0] == 1 and "179400 0.005" in bare[1]
