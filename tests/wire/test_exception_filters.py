"""Exception filters: stops where exceptions are raised, and where they leave user code."""

from collections.abc import Callable
from typing import Any

import pytest
from client import RequestFailed, Session

Start = Callable[..., Session]


def lines(*rows: str) -> str:
    """The text of a program."""
    return "\n".join(rows) + "\n"


def begin(session: Start, text: str, *filters: str, **types: str) -> Session:
    """Start the program with these filters: FILTERS for any type, TYPES with theirs."""
    run = session(text=text)
    run.initialize()
    options = [{"filterId": name, "condition": condition} for name, condition in types.items()]
    run.request("setExceptionBreakpoints", filters=list(filters), filterOptions=options)
    run.configure(stop_on_entry=False)
    return run


def stops(run: Session, own: bool = False) -> list[tuple[str, int, str]]:
    """Function, line and text of every stop to the program's end; OWN: of those in the script."""
    found = []
    while True:
        body = next_stop(run)
        if body is None:
            return found
        if not own or run.frames[0]["source"]["path"] == run.script:
            found.append((*run.where, body["text"]))
        run.resume()


def next_stop(run: Session) -> dict[str, Any] | None:
    """The next stop, or None at the program's end."""
    while True:
        for index, message in enumerate(run.events):
            if message["event"] == "stopped":
                del run.events[index]
                run.stopped = message["body"]
                assert run.stopped["reason"] == "exception"
                return run.stopped
            if message["event"] == "exited":
                return None
        run.take()


CAUGHT = lines(
    "def inner(n):",  # 1
    "    secret = n * 2",
    "    raise ValueError('no %d' % secret)",
    "def outer():",
    "    try:",  # 5
    "        inner(21)",
    "    finally:",
    "        tidy = True",
    "try:",
    "    outer()",  # 10
    "except ValueError:",
    "    caught = True",
    "print(caught)",
)


def test_raised_stops_once_with_live_frames(session: Start) -> None:
    """The raising frame is live; details are there; callers and finally do not stop again."""
    run = begin(session, CAUGHT, "raised")
    stopped = run.wait_stop("exception")
    assert (run.where, stopped["text"]) == (("inner", 3), "ValueError: no 42")
    assert not stopped["pytui"].get("postMortem", False)
    assert [(each["name"], each["line"]) for each in run.frames] == [("inner", 3), ("outer", 6), ("<module>", 10)]
    assert "Exception" in [each["name"] for each in stopped["pytui"]["scopes"]]
    info = run.request("exceptionInfo", threadId=0)
    assert (info["exceptionId"], info["description"], info["breakMode"]) == ("ValueError", "no 42", "always")
    assert run.evaluate("secret") == "42"
    assert "ZeroDivisionError" in run.evaluate("1 / 0")
    run.resume()
    assert run.finish() == (0, "True\n", "")
    assert "stopped" not in run.names_of_events()


def test_stepping_on(session: Start) -> None:
    """A step after such a stop follows the exception to its handlers."""
    run = begin(session, CAUGHT, "raised")
    run.wait_stop("exception")
    places = []
    for _ in range(3):
        run.go("next", "step")
        places.append(run.where)
    assert places[0] == ("outer", 8)
    assert places[-1][0] == "<module>" and places[-1][1] >= 11
    run.resume()
    assert run.finish()[0] == 0


REPEATED = lines(
    "def again(error):",  # 1
    "    try:",
    "        raise error",
    "    except KeyError:",
    "        raise",  # 5
    "saved = KeyError('a')",
    "for _ in range(2):",
    "    try:",
    "        again(saved)",
    "    except KeyError as error:",  # 10
    "        try:",
    "            raise error",
    "        except KeyError:",
    "            pass",
)


def test_raised_again(session: Start) -> None:
    """`raise error` counts each time, a bare `raise` does not."""
    run = begin(session, REPEATED, "raised")
    assert [place[:2] for place in stops(run)] == [("again", 3), ("<module>", 12)] * 2


FLOW = lines(
    "import asyncio",  # 1
    "class Numbers:",
    "    left = 2",
    "    def __iter__(self): return self",
    "    def __next__(self):",  # 5
    "        self.left -= 1",
    "        if self.left < 0: raise StopIteration",
    "        return self.left",
    "def generate():",
    "    yield from Numbers()",  # 10
    "list(Numbers()); list(generate())",
    "for n in generate(): pass",
    "g = generate(); next(g); g.close()",
    "async def agenerate():",
    "    yield 1",  # 15
    "async def fails():",
    "    await asyncio.sleep(0)",
    "    raise OSError('async')",
    "async def main():",
    "    async for n in agenerate(): pass",  # 20
    "    try:",
    "        await fails()",
    "    except OSError: pass",
    "g = generate(); next(g)",
    "try:",  # 25
    "    g.throw(LookupError('thrown'))",
    "except LookupError: pass",
    "asyncio.run(main())",
    "hasattr(g, 'nothing')",
    "print('done')",  # 30
)


def test_control_flow_passes(session: Start) -> None:
    """The ends of iterators do not stop; what is raised in generators and coroutines does, once."""
    run = begin(session, FLOW, raised="Exception")
    assert stops(run, own=True) == [("generate", 10, "LookupError: thrown"), ("fails", 18, "OSError: async")]


def test_control_flow_by_name(session: Start) -> None:
    """Named itself, an iterator's end stops."""
    run = begin(session, FLOW, raised="StopIteration")
    found = stops(run)
    assert found and {place[0] for place in found} >= {"Numbers.__next__"}


TYPES = lines(
    "class Base(Exception): pass",  # 1
    "class Child(Base): pass",
    "for each in (KeyError('k'), Child('c'), ValueError('v'), Base('b')):",
    "    try:",
    "        raise each",  # 5
    "    except Exception: pass",
)


@pytest.mark.parametrize(
    "types, texts",
    [
        ("Base", ["Child: c", "Base: b"]),
        ("__main__.Child", ["Child: c"]),
        ("KeyError, __main__.Child", ["KeyError: 'k'", "Child: c"]),
        ("LookupError", ["KeyError: 'k'"]),
        ("other.Child", []),
    ],
)
def test_types(session: Start, types: str, texts: list[str]) -> None:
    """A list of types, with modules or without, matches subclasses too."""
    found = [place[2] for place in stops(begin(session, TYPES, raised=types))]
    assert len(found) == len(texts)
    assert all(text.startswith(start) for text, start in zip(found, texts, strict=True))


CALLBACKS = lines(
    "import functools, json, threading",  # 1
    "def hook(pairs):",
    "    return int('x')",
    "try:",
    "    json.loads('{\"a\": 1}', object_pairs_hook=hook)",  # 5
    "except ValueError: pass",
    "def own():",
    "    raise KeyError('own')",
    "try: own()",
    "except KeyError: pass",  # 10
    "try: json.loads('{')",
    "except ValueError: pass",
    "def work():",
    "    raise OSError('thread')",
    "threading.excepthook = print",  # 15
    "thread = threading.Thread(target=work)",
    "thread.start(); thread.join()",
)


def test_user_unhandled(session: Start) -> None:
    """Only what leaves user code for library code stops: there, in a live frame."""
    run = begin(session, CALLBACKS, "userUnhandled")
    found = stops(run)
    assert [place[:2] for place in found] == [("hook", 3), ("work", 14)]


def test_user_unhandled_shows_the_frame(session: Start) -> None:
    """Its values can be looked at, and a step goes on in the caller."""
    run = begin(session, CALLBACKS, "userUnhandled")
    run.wait_stop("exception")
    assert run.evaluate("pairs") == "[('a', 1)]"
    assert run.request("exceptionInfo", threadId=0)["exceptionId"] == "ValueError"
    run.go("next", "step")
    assert run.where[0] != "hook"
    run.request("setExceptionBreakpoints", filters=[])
    run.resume()
    assert run.finish()[0] == 0


def test_raised_in_library_code(session: Start) -> None:
    """Library code raises as well."""
    found = stops(begin(session, CALLBACKS, raised="json.decoder.JSONDecodeError"))
    assert len(found) == 1
    assert found[0][2].startswith("JSONDecodeError: Expecting property name")


def test_raised_in_a_thread(session: Start) -> None:
    """The stop is the thread's."""
    run = begin(session, CALLBACKS, raised="OSError")
    stopped = run.wait_stop("exception")
    assert run.where == ("work", 14)
    assert stopped["threadId"] != 1
    run.resume()
    assert run.finish()[0] == 0


def test_uncaught_follows_raised(session: Start) -> None:
    """Both filters: a stop where it is raised, then the post-mortem one; a type list holds for that too."""
    text = "def fails():\n    1 / 0\nfails()\n"
    run = begin(session, text, "raised", "uncaught")
    assert not run.wait_stop("exception")["pytui"].get("postMortem", False)
    assert run.go("continue", "exception")["pytui"]["postMortem"] is True
    assert run.where == ("fails", 2)
    run.resume()
    assert run.finish()[0] == 1
    run = begin(session, text, uncaught="KeyError")
    assert run.finish()[0] == 1
    assert "stopped" not in run.names_of_events()


def test_import_errors_stop_at_the_import(session: Start) -> None:
    """The interpreter's frozen code raises nowhere: its caller does."""
    run = begin(session, "try:\n    import no_such_module\nexcept ImportError: pass\n", raised="ImportError")
    assert [place[:2] for place in stops(run)] == [("<module>", 2)]


COSTS = lines(
    "def work(n):",  # 1
    "    try: raise KeyError(n)",
    "    except KeyError: return n",
    "def many():",
    "    for n in range(2000): work(n)",  # 5
    "many()",
    "begin = True",
    "many()",
    "end = True",
)


def test_costs_nothing_when_off(session: Start) -> None:
    """Switched on and off again in the middle: no callbacks for exceptions, and then none at all."""
    run = session(text=COSTS)
    run.initialize()
    run.request("setExceptionBreakpoints", filters=["raised"])
    run.set_breakpoints(run.script, 7, 9)
    run.configure(stop_on_entry=False)
    run.wait_stop("exception")
    assert run.where == ("work", 2)
    run.request("setExceptionBreakpoints", filters=[])
    run.go("continue", "breakpoint")
    before = run.stats()
    run.go("continue", "breakpoint")
    assert run.stats()["callbacks"] - before["callbacks"] < 20
    run.resume()
    assert run.finish()[0] == 0


def test_unknown_filter(session: Start) -> None:
    """A filter that is not there is refused by name, and nothing changes."""
    run = session(text=CAUGHT)
    capabilities = run.initialize()
    assert capabilities["supportsExceptionFilterOptions"] is True
    assert all(each["supportsCondition"] for each in capabilities["exceptionBreakpointFilters"])
    run.request("setExceptionBreakpoints", filters=["raised"])
    with pytest.raises(RequestFailed, match="nonsense"):
        run.request("setExceptionBreakpoints", filters=[], filterOptions=[{"filterId": "nonsense"}])
    run.configure(stop_on_entry=False)
    run.wait_stop("exception")
    run.resume()
    assert run.finish()[0] == 0
