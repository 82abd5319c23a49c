"""What the backend costs the program: each kind of work with each kind of breakpoint, as ratios to the bare program.

The backend is driven over the wire, without the screen. All that is compared takes turns, and the fastest of all rounds
counts. A figure above what the design promises is marked "!"; "?" if that is within what the bare program differed by
when it lay elsewhere in memory; "=" if bare sys.monitoring with nothing behind it (floor.py) is above it, too, and no
more than 1/20 is added to that.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from client import Closed, Session
from peers import peers
from table import line_of

WORK = Path(__file__).resolve().parent / "work.py"
KINDS = ("empty", "simple", "loop", "inline", "fib", "caught", "switch")
NEVER = [{"line": line_of(WORK, f"# never {kind}")} for kind in KINDS]
READY = line_of(WORK, "return 1  # ready")
MEASURED = line_of(WORK, "# measured")
HOT = {kind: line_of(WORK, f"# hot {kind}") for kind in ("simple", "loop", "wide")}
ELSEWHERE = (json.__file__.replace("__init__", "scanner"), 70)

NEVER_REACHED = "in the function, never reached"

Times = dict[str, float]


@dataclass
class Case:
    """One way to be debugged: what is set, and the most that it may cost on 3.12 and newer, and on 3.11."""

    name: str
    limit: tuple[float, float]
    breakpoints: list[dict] = field(default_factory=list)
    elsewhere: bool = False  # the breakpoint is in another file
    filters: bool = False
    over: bool = False  # steps over what is measured
    leave: bool = False  # disconnects before it
    kinds: tuple[str, ...] = KINDS


RATIOS = [
    Case("attached, no breakpoints", (1.05, 1.4)),
    Case("breakpoint in another file", (1.05, 1.4), elsewhere=True),
    Case("in another function", (1.05, 1.4), [{"line": line_of(WORK, "return 1  # elsewhere")}]),
    Case(NEVER_REACHED, (1.10, 6.0), NEVER),
    Case("in the hot loop, never reached", (1.10, 6.0), [{"line": line_of(WORK, "# never loop")}], kinds=("loop",)),
    Case("exception filters at default", (1.05, 1.4), filters=True),
    Case("step over", (1.10, 1.4), [{"line": MEASURED}], over=True),
    Case("after disconnect", (1.05, 1.05), [*NEVER, {"line": READY}], leave=True),
]


def hit(name: str, limit: tuple[float, float], kind: str, **options: str) -> Case:
    """A breakpoint that is reached in each turn of a loop, and never stops."""
    return Case(name, limit, [{"line": HOT[kind]} | options], kinds=(kind,))


HITS = [
    hit("condition: name op constant", (5, 15), "loop", condition="number < 0"),
    hit("condition: in a method", (10, 15), "simple", condition="self is None"),
    hit("condition: any", (10, 15), "loop", condition="number + total < 0"),
    hit("condition: 30 locals", (15, 15), "wide", condition="number < 0"),
    hit("hit condition %1000000", (3, 3), "loop", hitCondition="%1000000"),
    hit("log message", (60, 60), "loop", logMessage="{number}"),
]
TURNS = {"loop": 1_000_000 // 3, "wide": 300_000, "simple": 200_000, "empty": 1_000_000}


def run_bare(python: str, result: Path, kinds: tuple[str, ...], scale: int) -> Times:
    """The program by itself."""
    subprocess.run([python, WORK, result, str(scale), "3", *kinds], check=True)
    return json.loads(result.read_text())


def run_floor(python: str, result: Path, how: str) -> Times:
    """The program imported, bare; or with its lines armed and every event disabled: sys.monitoring's own cost."""
    subprocess.run([python, WORK.parent / "floor.py", how, result, "1", "3", *KINDS], check=True)
    return json.loads(result.read_text())


def run_pytui(python: str, result: Path, case: Case, scale: int) -> Times:
    """The program under the backend."""
    result.unlink(missing_ok=True)
    with Session(python, WORK, result, str(scale), "3", *case.kinds) as run:
        capabilities = run.initialize()
        if case.elsewhere:
            run.set_breakpoints(*ELSEWHERE)
        if case.breakpoints:
            run.set_breakpoints(WORK, *case.breakpoints)
        if case.filters:
            known = capabilities["exceptionBreakpointFilters"]
            run.request("setExceptionBreakpoints", filters=[each["filter"] for each in known if each.get("default")])
        run.configure(stop_on_entry=False)
        if case.over:
            for _ in case.kinds:
                run.wait_stop("breakpoint")
                run.go("next", "step")
                run.resume()
        elif case.leave:
            run.wait_stop("breakpoint")
            run.request("disconnect")
        run_out(run)
    return json.loads(result.read_text())


def run_out(run: Session) -> None:
    """Lets the program run to its end; a hit condition may stop it once."""
    try:
        while True:
            run.take(timeout=60)
            if any(message["event"] == "stopped" for message in run.events):
                run.events.clear()
                run.resume()
    except Closed:
        run.process.wait()


class Figures:
    """The fastest times of all rounds, by contestant and case."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], Times] = {}
        self.failed: dict[str, int] = {}

    def add(self, who: str, case: str, times: Times) -> None:
        """Notes one round."""
        best = self.times.setdefault((who, case), times)
        for kind, seconds in times.items():
            best[kind] = min(best[kind], seconds)

    def attempt(self, who: str, case: str, measure: Callable[[], Times]) -> None:
        """Notes one round; a contestant that cannot do it has no figure, and is given up when it fails often."""
        if self.failed.get(who, 0) >= FAILURES:
            return
        try:
            self.add(who, case, measure())
        except Exception as error:
            self.failed[who] = self.failed.get(who, 0) + 1
            print(f"bench: {who}, {case}: {type(error).__name__}: {error}"[:200], file=sys.stderr)

    def ratio(self, who: str, case: str, base: str, kind: str) -> float | None:
        """How many times the bare program's time it took."""
        times = self.times.get((who, case))
        return times[kind] / self.times["bare", base][kind] if times and kind in times else None

    def calls(self, who: str, case: str, base: str, kind: str, scale: int) -> float | None:
        """What one hit took, in bare calls of an empty method."""
        times = self.times.get((who, case))
        if not times:
            return None
        bare = self.times["bare", base]
        call = bare["empty"] / (TURNS["empty"] // scale)
        return (times[kind] - bare[kind]) / (TURNS[kind] // scale) / call


PEER_KINDS = ("empty", "loop", "caught")
SLOWER = 40  # by which the work of the peers is less
FAILURES = 4  # of one contestant: it cannot run here


def measure(python: str, scratch: Path, rounds: int, monitored: bool) -> Figures:
    """All rounds on one interpreter; MONITORED: it has sys.monitoring."""
    result, figures = scratch / "result", Figures()
    for number in range(rounds):
        figures.add("bare", "bare", run_bare(python, result, (*KINDS, "wide"), 1))
        figures.add("bare", "again", run_floor(python, result, "bare"))
        if monitored:
            figures.add("floor", NEVER_REACHED, run_floor(python, result, "armed"))
        for case in [*RATIOS, *HITS]:
            figures.attempt("pytui", case.name, lambda case=case: run_pytui(python, result, case, 1))
        if number < max(1, min(rounds // 2, 2)):
            figures.add("bare", "small", run_bare(python, result, (*KINDS, "wide"), SLOWER))
            measure_peers(figures, python, result)
    return figures


def measure_peers(figures: Figures, python: str, result: Path) -> None:
    """One round of the other debuggers."""
    for who, run in peers(python):
        for case in [*RATIOS, *HITS]:
            if "log message" in case.name or case.leave or case.filters:
                continue
            kinds = tuple(kind for kind in case.kinds if kind in PEER_KINDS) or case.kinds
            small = Case(case.name, case.limit, case.breakpoints, case.elsewhere, over=case.over, kinds=kinds)
            figures.attempt(who, case.name, lambda run=run, small=small: run(result, small, SLOWER))


def marked(value: float | None, limit: float, again: float, floor: float | None) -> str:
    """A ratio, marked if it is above its limit, by what that is due to."""
    text = cell(value, limit)
    if floor is not None and floor > limit - 0.02 and value is not None and value < floor * 1.05:
        return text.replace("!", "=")
    return text.replace("!", "!" if value is not None and value > limit + abs(again - 1) else "?")


def cell(value: float | None, limit: float | None, form: str = ".2f") -> str:
    """A figure, marked if it is above its limit."""
    if value is None:
        return "-"
    return f"{value:{form}}" + ("!" if limit is not None and value > limit else "")


def report(figures: Figures, version: tuple[int, ...], names: list[str]) -> tuple[str, int]:
    """The tables of one interpreter, and how many limits are broken."""
    column = int(version < (3, 12))
    text = [f"{'× bare':34}" + "".join(f"{kind:>9}" for kind in KINDS) + "    limit" + f"{'':4}"
            + "".join(f"{who:>16}" for who in names)]  # fmt: skip
    noise = [figures.ratio("bare", "again", "bare", kind) for kind in KINDS]
    text.append(f"{'bare, imported (the noise)':34}" + "".join(f"{cell(each, None):>9}" for each in noise))
    for case in RATIOS:
        limit = case.limit[column]
        values = [figures.ratio("pytui", case.name, "bare", kind) for kind in KINDS]
        floors = [figures.ratio("floor", case.name, "bare", kind) for kind in KINDS]
        cells = [marked(value, limit, again, floor) for value, again, floor in zip(values, noise, floors, strict=True)]
        row = f"{case.name:34}" + "".join(f"{each:>9}" for each in cells) + f"{limit:>9.2f}    "
        for who in names:
            found = [figures.ratio(who, case.name, "small", kind) for kind in PEER_KINDS]
            known = [f"{each:.0f}" if each >= 10 else f"{each:.1f}" for each in found if each is not None]
            row += f"{'/'.join(known) or '-':>16}"
        text.append(row)
        if any(floors):
            text.append(f"{'  bare sys.monitoring':34}" + "".join(f"{cell(each, None):>9}" for each in floors))
    text.append("")
    text.append(f"{'one hit, in empty calls':34}{'pytui':>9}{'limit':>9}" + "".join(f"{who:>16}" for who in names))
    for case in HITS:
        # Before 3.13.3 the interpreter itself takes longer for a LINE event in large code.
        limit = 10 if case.limit == (5, 15) and (3, 12) <= version < (3, 13, 3) else case.limit[column]
        value = figures.calls("pytui", case.name, "bare", case.kinds[0], 1)
        others = [figures.calls(who, case.name, "small", case.kinds[0], SLOWER) for who in names]
        text.append(f"{case.name:34}{cell(value, limit, '.1f'):>9}{limit:>9}"
                    + "".join(f"{cell(each, None, '.0f'):>16}" for each in others))  # fmt: skip
    table = "\n".join(text)
    return table, table.count("!")
