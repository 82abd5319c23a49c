"""Runs under the Python that is measured (3.12+): what a breakpoint that is never reached costs at the very least.

usage: floor.py RESULT SCALE REPEAT KIND…, as work.py's. The functions that hold its "never" lines are armed for lines
as any debugger has to arm them, and every event is answered with DISABLE, so that no Python runs after the first pass.
What is left is the interpreter's own: places in a line that a jump leads to from the same line stay instrumented, since
it makes no event of them that could be answered.
"""

import sys

import work

ARMED = {
    "empty": work.empty,
    "simple": work.Thing.simple_method,
    "loop": work.loop,
    "fib": work.fibonacci,
    "caught": work.caught,
    "switch": work.switching,
}


def main():
    """Arms, then does the work."""
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.DEBUGGER_ID, "floor")
    events = monitoring.events.LINE | monitoring.events.JUMP
    for event in (monitoring.events.LINE, monitoring.events.JUMP):
        monitoring.register_callback(monitoring.DEBUGGER_ID, event, lambda *_: monitoring.DISABLE)
    for kind in sys.argv[4:]:
        monitoring.set_local_events(monitoring.DEBUGGER_ID, ARMED[kind].__code__, events)
    work.main()


main()
