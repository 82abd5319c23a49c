"""Runs under the Python that is measured: pdb or pudb without its prompt, which goes on at every stop.

usage: under_bdb.py DEBUGGER SETTING SCRIPT [ARGUMENT…]; DEBUGGER is settrace, monitoring (pdb's two backends) or pudb.
SETTING is JSON: breakpoints ([file, line, condition or null, ignored hits]), and the line that is to be stepped over.
"""

import json
import sys


def debugger(name, over):
    """The debugger: what its user would do is done at once, so that only its machinery is measured."""
    if name == "pudb":
        from pudb.debugger import Debugger as Base

        options = {}
    else:
        from pdb import Pdb as Base

        options = {"nosigint": True, "readrc": False}
        if sys.version_info >= (3, 14):
            options["backend"] = name

    class Quiet(Base):
        def user_line(self, frame):
            if frame.f_lineno == over and frame.f_code.co_name == "main":
                self.set_next(frame)
            else:
                self.set_continue()

        def user_call(self, frame, arguments):
            pass

        def user_return(self, frame, value):
            self.set_continue()

        def user_exception(self, frame, information):
            pass

    return Quiet(**options)


def main():
    """Runs the script to its end."""
    name, setting, script = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    sys.argv[:] = sys.argv[3:]
    quiet = debugger(name, setting["over"])
    for file, line, condition, ignored in setting["breakpoints"]:
        error = quiet.set_break(file, line, cond=condition)
        if error:
            raise SystemExit(error)
        quiet.get_breaks(file, line)[-1].ignore = ignored
    with open(script) as file:
        code = compile(file.read(), script, "exec")
    import __main__

    quiet.run(code, {"__name__": "__main__", "__file__": script, "__builtins__": __main__.__builtins__})


main()
