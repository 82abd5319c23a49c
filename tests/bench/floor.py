"""Runs under the Python that is measured: the work without a debugger, imported, and on request armed for lines.

usage: floor.py bare|armed RESULT SCALE REPEAT KIND…, then as work.py's. Imported, the same code lies elsewhere in
memory, which alone makes it some per cent faster or slower: the noise. Armed (3.12+), the functions that hold the
"never" lines report lines as to any debugger, and every event is answered with DISABLE, so that no Python runs after
the first pass: what is left is the interpreter's own. Places in a line that a jump leads to from the same line stay
instrumented, since it makes no event of them that could be answered.
"""

import sys

import work

ARMED = {
    "empty": work.empty,
    "simple": work.Thing.simple_method,
    "loop": work.loop,
    "inline": work.inline,
    "fib": work.fibonacci,
    "caught": work.caught,
    "switch": work.switching,
}


def arm(kinds):
    """Has the interpreter report the lines of these kinds of work."""
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.DEBUGGER_ID, "floor")
    events = monitoring.events.LINE | monitoring.events.JUMP
    for event in (monitoring.events.LINE, monitoring.events.JUMP):
        monitoring.register_callback(monitoring.DEBUGGER_ID, event, lambda *_: monitoring.DISABLE)
    for kind in kinds:
        monitoring.set_local_events(monitoring.DEBUGGER_ID, ARMED[kind].__code__, events)


def main():
    """Arms, then does the work."""
    how = sys.argv.pop(1)
    if how == "armed":
        arm(sys.argv[4:])
    work.main()


main()
