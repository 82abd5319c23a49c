"""Shells in the frame of a stop: a plain one, IPython, ptpython and bpython, at the program's terminal.

shell.c runs this inside the debugged program, in a namespace that no other code sees: nothing of it is in sys.modules.
It imports what a shell needs only once that is asked for, and puts back what shells leave behind: the streams, hooks
and prompts in sys, the names that they add to builtins, signal handlers, readline's state, the event loop.
"""

import _frozen_importlib
import _io
import _signal
import builtins
import os
import sys

MISSING = object()
ORDER = ("ipython", "ptpython", "bpython", "plain")  # of `auto`
MODULES = {"ipython": "IPython", "ptpython": "ptpython", "bpython": "bpython"}
LEAVE = "Ctrl-D leaves"
KEPT_IN_SYS = (
    "stdin",
    "stdout",
    "stderr",
    "__stdin__",
    "__stdout__",
    "__stderr__",
    "displayhook",
    "excepthook",
    "ps1",
    "ps2",
    "breakpointhook",
    "unraisablehook",
    "last_type",
    "last_value",
    "last_traceback",
    "last_exc",
    "argv",
    "meta_path",
)
KEPT_IN_BUILTINS = ("_", "__", "___", "get_ipython", "display", "__IPYTHON__", "exit", "quit", "help", "input", "print")
HISTORY_LINES = 1000
# PyCF_DONT_IMPLY_DEDENT, PyCF_ALLOW_INCOMPLETE_INPUT: what a prompt compiles with.
PROMPT_FLAGS = 0x200 | 0x4000
FUTURE_FLAGS = 0x1400000


class Names:
    """The frame's variables as shells read and assign them.

    Those of a function are in no dict. `locals` is a copy that pull() makes anew and push() writes back; `globals` are
    the module's with those added, so that functions defined in the shell see them. Elsewhere both are the program's.
    """

    def __init__(self, module: dict, namespace: object, exchange: object) -> None:
        """Take the frame's globals; EXCHANGE, of a function alone, writes variables and returns all of them."""
        self.module = module
        self.exchange = exchange
        self.locals = {} if exchange else namespace
        self.globals = dict(module) if exchange else module
        self.before: dict = {}
        self.seen: dict = dict(self.globals) if exchange else {}
        self.own: frozenset = frozenset()
        self.kept: dict = {}
        self.pull()

    def claim(self, words: str) -> None:
        """Say which names are the shell's own, besides _1 and _i1 and their like: they never get into the program."""
        self.own = frozenset(words.split())
        self.kept = {name: value for name, value in self.locals.items() if self.hidden(name)}

    def hidden(self, name: str) -> bool:
        """Whether NAME is the shell's own."""
        return bool(self.own) and (name in self.own or (name[:1] == "_" and name[1:].lstrip("i").isdigit()))

    def clean(self) -> None:
        """Take the shell's own names away from the program's dict."""
        if self.exchange or not self.own:
            return
        for name in [name for name in self.locals if self.hidden(name) and name not in self.kept]:
            del self.locals[name]
        self.locals.update(self.kept)

    def pull(self) -> None:
        """Bring the copies up to date."""
        if self.exchange:
            self.take(self.exchange({}, []))

    def take(self, variables: dict) -> None:
        """Make VARIABLES what is known of the frame."""
        for name in self.before.keys() - variables.keys():
            self.locals.pop(name, None)
        self.locals.update(variables)
        self.before = variables
        now = self.module | variables
        for name in self.seen.keys() - now.keys():
            self.globals.pop(name, None)
        self.globals.update(now)
        self.seen = now

    def push(self) -> None:
        """Write back what the shell assigned and deleted."""
        if not self.exchange:
            return
        changed = {
            name: value
            for name, value in self.locals.items()
            if self.before.get(name, MISSING) is not value and (name in self.before or not self.hidden(name))
        }
        self.write(changed, [])
        for name in self.before.keys() - self.locals.keys():
            self.write({}, [name])
        for name, value in self.globals.items():
            if name != "__builtins__" and self.seen.get(name, MISSING) is not value and not self.hidden(name):
                self.module[name] = value
        for name in self.seen.keys() - self.globals.keys() - self.before.keys():
            self.module.pop(name, None)
        self.pull()

    def write(self, changed: dict, removed: list) -> None:
        """Assign in the frame; what this Python cannot do is said."""
        if not changed and not removed:
            return
        try:
            self.exchange(changed, removed)
        except Exception as error:
            print(f"not in the frame: {', '.join([*changed, *removed])}: {error}", file=sys.stderr)

    def scope(self) -> dict:
        """One dict for shells that know of no other."""
        return self.globals


class Ignoring:
    """Errors that must not keep what follows from being done."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type | None, *_: object) -> bool:
        """Swallow what is no exit of the program."""
        return kind is not None and issubclass(kind, Exception)


class EventLoop:
    """The thread's event loop, out of sight while a shell runs one of its own."""

    def __init__(self) -> None:
        """Take it away."""
        self.events = sys.modules.get("asyncio.events")
        self.running = self.task = None
        self.thread_state: dict | None = None
        if not self.events:
            return
        self.running = self.events._get_running_loop()
        if self.running:
            self.task = self.swap_task(None)
            self.events._set_running_loop(None)
        local = self.policy_state()
        self.thread_state = None if local is None else dict(local)

    def swap_task(self, task: object) -> object:
        """Make TASK the loop's current one; the one that it was."""
        tasks = sys.modules["asyncio.tasks"]
        swap = getattr(tasks, "_swap_current_task", None)  # 3.12
        if swap:
            return swap(self.running, task)
        before = tasks._current_tasks.pop(self.running, None)
        if task is not None:
            tasks._current_tasks[self.running] = task
        return before

    def policy_state(self) -> dict | None:
        """Return what asyncio keeps of this thread's loop."""
        local = getattr(getattr(self.events, "_event_loop_policy", None), "_local", None)
        return None if local is None else local.__dict__

    def restore(self) -> None:
        """Put it back."""
        if not self.events:
            events = sys.modules.get("asyncio.events")
            if events:
                events._event_loop_policy = None
            return
        now = self.policy_state()
        if now is not None:
            now.clear()
            now.update(self.thread_state or {})
        if self.running:
            self.events._set_running_loop(self.running)
            self.swap_task(self.task)


def leave_application(application: object) -> None:
    """End a prompt of prompt_toolkit as Ctrl-D does; in its own thread."""
    if application.is_running and not application.future.done():
        application.exit(exception=EOFError)


class LineEditing:
    """readline for the plain shell, with a history of its own; the program's own use of it comes back."""

    def __init__(self, names: Names) -> None:
        """Take readline over; without it there is none."""
        self.names = names
        self.found: list[str] = []
        self.loaded = "readline" in sys.modules
        try:
            import readline
        except ImportError:
            self.readline = None
            return
        self.readline = readline
        self.completer = readline.get_completer()
        self.delimiters = readline.get_completer_delims()
        self.lines = [readline.get_history_item(i + 1) for i in range(readline.get_current_history_length())]
        self.length = readline.get_history_length()
        readline.clear_history()
        self.path = self.history_path()
        try:
            readline.read_history_file(self.path)
        except (OSError, ValueError):
            pass
        readline.set_completer(self.complete)
        readline.set_completer_delims(" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?")
        readline.parse_and_bind("tab: complete")

    @staticmethod
    def history_path() -> str:
        """Return the file where lines are kept, beside pytui's other state."""
        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        return os.path.join(state, "pytui", "shell-history")

    def complete(self, text: str, state: int) -> str | None:
        """Serve as readline's completer: names, and attributes behind a dot."""
        if state == 0:
            try:
                self.found = sorted(self.find(text))
            except Exception:
                self.found = []
        return self.found[state] if state < len(self.found) else None

    def find(self, text: str) -> set[str]:
        """All that TEXT may become."""
        owner, dot, start = text.rpartition(".")
        if not text.strip():
            return {text + "\t"}
        if not dot:
            names = {*self.names.locals, *self.names.globals, *vars(builtins)}
        else:
            names = set(dir(eval(owner, self.names.globals, self.names.locals)))
        private = start.startswith("_")
        return {owner + dot + name for name in names if name.startswith(start) and (private or name[0] != "_")}

    def restore(self) -> None:
        """Keep the lines typed, and give readline back."""
        readline = self.readline
        if not readline:
            return
        readline.set_history_length(HISTORY_LINES)
        try:
            os.makedirs(os.path.dirname(self.path), 0o700, exist_ok=True)
            readline.write_history_file(self.path)
        except OSError:
            pass
        readline.clear_history()
        for line in self.lines:
            readline.add_history(line or "")
        readline.set_history_length(self.length)
        readline.set_completer(self.completer)
        readline.set_completer_delims(self.delimiters)
        if not (self.loaded and self.completer):
            readline.parse_and_bind("tab: self-insert")
        if not self.loaded:
            sys.modules.pop("readline", None)


class Plain:
    """Python's own prompt, without anything to import but readline."""

    def __init__(self, names: Names, main: bool) -> None:
        """Prepare it; MAIN: this is the main thread, where readline can be interrupted."""
        self.names = names
        self.main = main
        self.flags = PROMPT_FLAGS
        self.editing: LineEditing | None = None
        self.ending = False  # set from another thread

    def run(self, title: str) -> None:
        """Read and run until the end of the input."""
        print(title, flush=True)
        sys.displayhook = self.show
        sys.ps1, sys.ps2 = getattr(sys, "ps1", ">>> "), getattr(sys, "ps2", "... ")
        try:
            self.editing = LineEditing(self.names) if self.main else None
            while self.step():
                pass
        finally:
            if self.editing:
                self.editing.restore()

    def step(self) -> bool:
        """One statement; false at the end."""
        try:
            code = self.read_statement()
        except EOFError:
            print()
            return False
        except KeyboardInterrupt:
            print("\nKeyboardInterrupt")
            return not self.ending  # 3.15 may raise this in the place of the SystemExit that follows
        if code:
            self.execute(code)
        return True

    def read_statement(self) -> object:
        """Return the code of what is typed next; None when it cannot be compiled, which is said."""
        lines = [self.read_line(str(sys.ps1))]
        while True:
            text = "\n".join(lines)
            if not text.strip():
                return None
            try:
                code = compile(text, "<shell>", "single", self.flags, True)
            except (SyntaxError, ValueError, OverflowError, MemoryError) as error:
                if not self.goes_on(error, text):
                    sys.__excepthook__(type(error), error.with_traceback(None), None)
                    return None
            else:
                self.flags |= code.co_flags & FUTURE_FLAGS
                return code
            lines.append(self.read_line(str(sys.ps2)))

    @staticmethod
    def goes_on(error: BaseException, text: str) -> bool:
        """Whether ERROR says that the statement TEXT is not at its end."""
        if not isinstance(error, SyntaxError):
            return False
        return "incomplete input" in str(error.msg) or (text.endswith("\\") and "line continuation" in str(error.msg))

    def read_line(self, prompt: str) -> str:
        """Read a line; it is returned without its end."""
        if self.main and type(input).__name__ == "builtin_function_or_method":
            return input(prompt)
        import select  # the thread looks up now and then, since nothing can wake it

        print(end=prompt, flush=True)
        while not select.select([0], [], [], 0.2)[0]:
            pass
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")

    def execute(self, code: object) -> None:
        """Run CODE; what it raises is printed, and the shell goes on."""
        self.names.pull()
        try:
            exec(code, self.names.globals, self.names.locals)
        except SystemExit:
            raise
        except BaseException as error:
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            sys.__excepthook__(type(error), error, error.__traceback__)
        finally:
            self.names.push()

    @staticmethod
    def show(value: object) -> None:
        """sys.displayhook: `_` in builtins may be the program's gettext, and stays then."""
        if value is not None:
            print(repr(value))
            if "_" not in vars(builtins) or getattr(builtins, "_", None) is Plain.last:
                builtins._ = Plain.last = value

    last: object = MISSING


class IPythonShell:
    """IPython, with the user's own configuration and history."""

    def __init__(self, names: Names, _main: bool) -> None:
        """Import it."""
        from IPython.terminal import interactiveshell, ipapp

        self.names = names
        self.application: object = None
        self.interactive = interactiveshell.TerminalInteractiveShell
        self.load_config = ipapp.load_default_config
        names.claim("In Out get_ipython exit quit open _ih _oh _dh _i _ii _iii _ __ ___")

    def run(self, title: str) -> None:
        """Run it until its end."""
        outer = self.interactive._instance if self.interactive.initialized() else None
        self.interactive.clear_instance()
        shell = None
        try:
            shell = self.make(title)
            shell.mainloop()
        finally:
            self.interactive.clear_instance()
            for each in type(outer)._walk_mro() if outer else ():
                each._instance = outer
            self.clean(shell)

    def make(self, title: str) -> object:
        """Return an IPython that has left sys.path, sys.modules and the warnings' filters alone."""
        import atexit
        import warnings

        config = self.load_config()
        section = config.TerminalInteractiveShell
        section.confirm_exit = section.term_title = section.simple_prompt = False
        path, filters = list(sys.path), list(warnings.filters)
        name = self.names.module.get("__name__", "__main__")
        module = sys.modules.get(name, MISSING)
        shell = self.interactive.instance(
            config=config, user_module=self.module(), user_ns=self.names.locals, display_banner=False
        )
        atexit.unregister(shell.atexit_operations)
        shell._atexit_once_called = True  # it would empty the program's namespaces
        sys.path[:] = path
        warnings.filters[:] = filters
        if module is not MISSING:
            sys.modules[name] = module
        self.names.locals.update(self.names.kept)
        self.names.pull()
        shell.events.register("pre_run_cell", lambda *_: self.names.pull())
        shell.events.register("post_run_cell", lambda *_: self.names.push())
        self.application = getattr(getattr(shell, "pt_app", None), "app", None)
        print(title, flush=True)
        return shell

    def module(self) -> object:
        """Return a module whose names are the shell's globals."""
        real = sys.modules.get(self.names.module.get("__name__", ""))
        if real is not None and getattr(real, "__dict__", None) is self.names.globals:
            return real
        return self.stand_in(self.names.globals)

    @staticmethod
    def stand_in(names: dict) -> object:
        """Return an object whose attributes are NAMES."""
        module = type("Module", (), {})()
        module.__dict__ = names
        return module

    def clean(self, shell: object) -> None:
        """Stop what IPython started, and take its names away."""
        import atexit

        if shell:
            shell.user_ns, shell.user_module = {}, self.stand_in({})  # it empties both when it is collected
        history = getattr(shell, "history_manager", None)
        if history:
            try:
                history.end_session()
                thread = getattr(history, "save_thread", None)
                if thread:
                    thread.stop()
                    atexit.unregister(thread.stop)
                history.db.close()
            except Exception as error:
                print("IPython's history:", error, file=sys.stderr)
        self.names.clean()


class PtpythonShell:
    """ptpython, with the user's own configuration and history."""

    def __init__(self, names: Names, _main: bool) -> None:
        """Import it."""
        from ptpython import repl

        self.names = names
        self.application: object = None
        self.repl = repl
        names.claim("get_ptpython exit _")

    def run(self, title: str) -> None:
        """Run it until its end."""
        names = self.names

        class Repl(self.repl.PythonRepl):
            def eval(self, line: str) -> object:
                names.pull()
                searched = "" in sys.path
                try:
                    return super().eval(line)
                finally:
                    if not searched and sys.path[:1] == [""]:
                        del sys.path[0]
                    names.push()

        print(title, flush=True)
        config, history = self.files()
        shell = Repl(
            get_globals=lambda: names.globals, get_locals=lambda: names.locals, vi_mode=False, history_filename=history
        )
        if config and os.path.exists(config):
            self.repl.run_config(shell, config)
        shell.confirm_exit = False
        self.application = shell.app
        try:
            shell.run()
        finally:
            names.clean()

    @staticmethod
    def files() -> tuple[str | None, str | None]:
        """Where its configuration and history are; None when it does not say."""
        try:
            from ptpython.entry_points import run_ptpython

            parser = run_ptpython.create_parser()
            return run_ptpython.get_config_and_history_file(parser.parse_args([]))
        except Exception:
            return None, None


class BpythonShell:
    """bpython, which knows one namespace: what is assigned there is sorted out when it is left."""

    def __init__(self, names: Names, _main: bool) -> None:
        """Import it."""
        import bpython

        self.names = names
        self.embed = bpython.embed

    def run(self, title: str) -> None:
        """Run it until its end."""
        import locale

        names = self.names
        before = locale.setlocale(locale.LC_ALL)
        scope = names.globals if names.exchange else names.module
        try:
            self.embed(scope, ["-i", "-q"], title)
        finally:
            locale.setlocale(locale.LC_ALL, before)
            if names.exchange:
                self.sort_out(scope)

    def sort_out(self, scope: dict) -> None:
        """Make what was changed the function's variable, else the module's if it is there, else a new one."""
        names = self.names
        for name, value in list(scope.items()):
            if names.seen.get(name, MISSING) is value or name == "__builtins__":
                continue
            if name in names.before or name not in names.module:
                names.locals[name] = value
                names.seen[name] = value
        for name in names.before.keys() - scope.keys():
            names.locals.pop(name, None)
        names.push()


CLASSES = {"plain": Plain, "ipython": IPythonShell, "ptpython": PtpythonShell, "bpython": BpythonShell}


def is_installed(kind: str) -> bool:
    """Whether the program could import what KIND needs; nothing is imported for that."""
    name = MODULES.get(kind)
    try:
        return not name or name in sys.modules or _frozen_importlib._find_spec(name, None) is not None
    except Exception:
        return False


class Shell:
    """One shell from its start to its end, for shell.c: load(), run() between taking and giving back, restore()."""

    def __init__(
        self, kind: str, frame: object, line: int, module: dict, namespace: object, exchange: object, main: bool
    ) -> None:
        """Keep all that restore() puts back."""
        self.kind = kind
        self.main = main
        code = frame.f_code
        self.place = f"{code.co_name} at {os.path.basename(code.co_filename)}:{line}"
        self.arguments = (module, None if exchange else namespace, exchange)
        self.sys = {name: getattr(sys, name, MISSING) for name in KEPT_IN_SYS}
        self.builtins = {name: vars(builtins).get(name, MISSING) for name in KEPT_IN_BUILTINS}
        self.handlers = {}
        for number in range(1, _signal.NSIG):
            try:
                self.handlers[number] = _signal.getsignal(number)
            except ValueError:
                pass
        self.wakeup = _signal.set_wakeup_fd(-1) if main else -1
        self.loop = EventLoop()
        self.shell: object = None

    def load(self) -> str | None:
        """Import the shell; what is wrong, for people, when that cannot be."""
        installed = [kind for kind in ORDER if is_installed(kind)]
        if self.kind == "auto":
            self.kind = next(kind for kind in installed if self.main or kind != "bpython")
        if self.kind not in CLASSES:
            return f"there is no shell '{self.kind}': one of auto, {', '.join(ORDER)}"
        if self.kind not in installed:
            name = MODULES[self.kind]
            return (
                f"{name} is not installed for {sys.executable}: {sys.executable} -m pip install {name.lower()}; "
                f"there: {', '.join(installed)}"
            )
        if self.kind == "bpython" and not self.main:
            return "bpython runs in the main thread only; plain, IPython and ptpython in any"
        try:
            self.shell = CLASSES[self.kind](Names(*self.arguments), self.main)
        except ImportError as error:
            return f"{MODULES[self.kind]} cannot be imported: {error}"
        return None

    def run(self) -> str | None:
        """Run the shell; what is wrong when it came to grief by itself."""
        version = ".".join(map(str, sys.version_info[:3]))
        title = f"Python {version} in {self.place}. {LEAVE}."
        try:
            self.open_streams()
            if self.main:
                _signal.signal(_signal.SIGINT, _signal.default_int_handler)
            self.shell.run(title)
        except (SystemExit, KeyboardInterrupt, EOFError):
            pass
        except BaseException as error:
            return f"{MODULES.get(self.kind, self.kind)} failed: {type(error).__name__}: {error}"
        return None

    def end(self) -> bool:
        """Have the shell's prompt end, called in another thread; false when it is at none that knows how."""
        self.shell.ending = True
        application = getattr(self.shell, "application", None)
        loop = getattr(application, "loop", None)
        if not loop or not application.is_running:
            return False
        loop.call_soon_threadsafe(leave_application, application)
        return True

    def open_streams(self) -> None:
        """Put new streams at the terminal, which is at descriptors 0 to 2; the program's own keep what they hold."""
        for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
            errors = "surrogateescape" if number == 0 else "backslashreplace"
            stream = _io.open(number, mode, encoding="utf-8", errors=errors, closefd=False)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)

    def restore(self) -> None:
        """Put everything back that __init__() kept. One thing that fails keeps no other from it."""
        for each in (self.flush, self.restore_names, self.restore_signals, self.loop.restore):
            with Ignoring():
                each()

    def flush(self) -> None:
        """Send what the shell wrote last to the terminal."""
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not self.sys[name]:
                stream.flush()

    def restore_names(self) -> None:
        """Attributes of sys and builtins."""
        for holder, names in ((sys, self.sys), (builtins, self.builtins)):
            for name, value in names.items():
                if value is not MISSING:
                    setattr(holder, name, value)
                elif name in vars(holder):
                    delattr(holder, name)

    def restore_signals(self) -> None:
        """Handlers that were Python functions; shell.c knows the others."""
        if not self.main:
            return
        for number, handler in self.handlers.items():
            if handler is not None and _signal.getsignal(number) is not handler:
                _signal.signal(number, handler)
        _signal.set_wakeup_fd(self.wakeup)
