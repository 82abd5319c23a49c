"""Variables as their user wants to see them: displays, order, filters, assigning, the whole text."""

import re

from conftest import at, ended, restored

PROGRAM = """\
class Money:
    def __init__(self, n): self.n = n
    def __repr__(self): return f"Money<{self.n}>"
    def __str__(self): return f"{self.n} EUR"
    def __pytui__(self): return f"own {self.n}"
class Endless:
    def __repr__(self):
        while True: pass
def work(price, count, text, items, endless):
    return price # stop
for i in range(3):
    work(Money(i), 255, "hello", [1, 2, 3], Endless())
"""
STOP = 1 + PROGRAM.splitlines().index("    return price # stop")


def stopped(pytui, write, **options):
    """The program at its stop, with the cursor on the first variable."""
    screen = pytui(write("shown.py", PROGRAM), options=["--continue", "-b", f"shown.py:{STOP}"], cols=120, **options)
    at(screen, f"shown.py:{STOP} in work")
    screen.expect(re.compile(r"price +Money|price +<Money"))
    screen.send("V")
    return screen


def test_displays_by_keys(pytui, write, each_engine):
    screen = stopped(pytui, write, interpreter=each_engine.path)
    screen.send("r")
    screen.expect(re.compile(r"price +Money<0> +repr\b"))
    screen.send("s")
    screen.expect(re.compile(r"price +0 EUR +str\b"))
    screen.send("c")
    screen.expect(re.compile(r"price +own 0 +custom\b"))
    screen.send("t")
    screen.expect(re.compile(r"price +__main__.Money +type\b"))
    screen.send("i")
    screen.expect(re.compile(r"price +0x[0-9a-f]+ +id\b"))
    screen.send("d")
    screen.expect(re.compile(r"price +<Money n=0>"))
    screen.send("jx")
    screen.expect(re.compile(r"count +0xff +hex\b"))


def test_a_display_stays_over_stops(pytui, write):
    screen = stopped(pytui, write)
    screen.send("r")
    screen.expect(re.compile(r"price +Money<0> +repr\b"))
    screen.keys("F5")
    screen.expect(re.compile(r"price +Money<1> +repr\b"))
    screen.send(":show-as str\r")
    screen.expect(re.compile(r"price +1 EUR +str\b"))
    screen.send(":show-as nonsense\r")
    screen.expect("show-as default, type, repr")


def test_a_display_without_end_is_interrupted(pytui, write):
    screen = stopped(pytui, write)
    screen.send("jjjjr")
    screen.expect("Esc interrupts")
    screen.keys("Ctrl-c")
    screen.expect(re.compile(r"endless +(Endless +)?<interrupted>"))
    screen.send("k" * 4 + "r")
    screen.expect(re.compile(r"price +Money<0> +repr\b"))


def test_sorting_goes_round(pytui, write):
    screen = stopped(pytui, write)
    screen.send("a")
    screen.expect(re.compile(r"order of their name"))
    screen.expect(re.compile(r"count.*\n.*endless.*\n.*items.*\n.*price.*\n.*text"))
    screen.send("a")
    screen.expect(re.compile(r"order of their type"))
    screen.expect(re.compile(r"endless.*\n.*count.*\n.*items.*\n.*price.*\n.*text"))
    screen.send(":sort definition\r")
    screen.expect(re.compile(r"price.*\n.*count.*\n.*text.*\n.*items"))


def test_a_filter_and_its_end(pytui, write):
    screen = stopped(pytui, write)
    screen.send("/")
    screen.send("HELL\r")
    screen.expect(re.compile(r"▾ Locals +with HELL"), re.compile(r"text +'hello'"))
    screen.expect_not(re.compile(r"│ +count +255"))
    screen.keys("F5")
    screen.expect(re.compile(r"▾ Locals +with HELL"))
    screen.send("g/")
    screen.keys("Ctrl-u", "Enter")
    screen.expect(re.compile(r"count +255"))
    screen.expect_not("with HELL")


def test_set_assigns_to_expressions(pytui, write, each_engine):
    screen = stopped(pytui, write, interpreter=each_engine.path)
    screen.send(":set items[1] = {'a': count == 255}\r")
    screen.expect(re.compile(r"items +list\[3\] +\[1, \{'a': True\}, 3\]"), "= {'a': True}")
    screen.send(":set price.n = 7\r")
    screen.expect(re.compile(r"price +<Money n=7>"))
    screen.send(":set count += 1\r")
    screen.expect(re.compile(r"count +256"))
    screen.send(":set work() = 1\r")
    screen.expect(re.compile(r"cannot assign to function call"))


def test_the_whole_text_is_copied(pytui, write):
    screen = stopped(pytui, write)
    screen.send(":text = 'x' * 5000\r")
    screen.expect(re.compile(r"text +str\[5000\]|text +'xxx"))
    screen.send("jj")
    screen.send("y")
    screen.expect("copied 5002 bytes")


def test_code_that_ends_the_program_is_named(pytui, write):
    screen = stopped(pytui, write)
    screen.send(":__import__('os')._exit(3)\r")
    ended(screen, re.compile("exited with status 3"))
    screen.expect("the code that was asked for ended the program")
    screen.send("q")
    assert screen.wait_end() == 3
    restored(screen)
