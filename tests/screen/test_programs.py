"""Real programs: the standard library's own tools, servers, test runners, virtual environments, threads."""

import re
import subprocess

import pytest
from conftest import TARGETS, at, ended, printed


def test_json_tool(pytui, write):
    data = write("data.json", '{"b": [1, 2], "a": null}')
    screen = pytui("-m", "json.tool", "--sort-keys", data, options=["--continue"], rows=50)
    ended(screen, "0")
    screen.expect('"a": null', '"b": [')


def test_stepping_into_the_standard_library(pytui, write, each_engine):
    program = write("uses.py", "import textwrap\nwords = textwrap.shorten('a b c d', 5)\nprint(words)\n")
    screen = pytui(program, interpreter=each_engine.path)
    at(screen, "uses.py:1")
    screen.send("M")
    screen.expect("steps stop in all code")
    screen.send("n")
    at(screen, "uses.py:2")
    screen.send("s")
    screen.expect(re.compile(r"textwrap\.py:\d+ in shorten\b"), row=0)
    screen.send("f")
    screen.expect(re.compile(r"uses\.py:[23]\b"), row=0)


def test_http_server_with_a_client(pytui, write, each_engine):
    page = write("site/page.txt", "served by the debugged program\n")
    screen = pytui(
        "-m", "http.server", "0", "--bind", "127.0.0.1",
        options=["--continue", "-b", "SimpleHTTPRequestHandler.do_GET"],
        interpreter=each_engine.path, cwd=page.parent, cols=120, env={"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    screen.expect(re.compile(r"port (\d+)"))
    port = re.search(r"port (\d+)", screen.text).group(1)
    client = subprocess.Popen(
        ["/usr/bin/python3", "-c", f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{port}/page.txt').read())"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    screen.expect(re.compile(r"server\.py:\d+ in \S*do_GET\b.*breakpoint"), row=0)
    screen.send("c")
    assert "served by the debugged program" in client.communicate(timeout=60)[0]


def test_unittest(pytui, write, each_engine):
    module = write(
        "test_sums.py",
        "import unittest\n\n\nclass Sums(unittest.TestCase):\n    def test_sum(self):\n"
        "        total = 1 + 1\n        self.assertEqual(total, 2)\n",
    )
    screen = pytui(
        "-m", "unittest", "test_sums",
        options=["--continue", "-b", "test_sums.py:7"], interpreter=each_engine.path, cwd=module.parent,
    )  # fmt: skip
    at(screen, "test_sums.py:7 in test_sum")
    screen.expect(re.compile(r"total +2"))
    screen.send("c")
    screen.expect("Ran 1 test", "OK")
    ended(screen, "0")


def test_pytest(pytui, write):
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import pytest"], capture_output=True).returncode:
        pytest.skip("Debian's python3 has no pytest")
    module = write("test_one.py", "def test_one():\n    value = 41\n    assert value == 42\n")
    screen = pytui(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", module,
        options=["--continue", "-b", f"{module}:3"], interpreter=python, rows=40, cols=120,
    )  # fmt: skip
    at(screen, "test_one.py:3 in test_one")
    screen.expect(re.compile(r"value +41"))
    screen.send("c")
    screen.expect("1 failed")
    ended(screen, "1")


def test_venv(pytui, tmp_path):
    screen = pytui("-m", "venv", "--without-pip", tmp_path / "made", options=["--continue"])
    ended(screen, "0")
    assert (tmp_path / "made" / "bin" / "python").exists()


def test_asyncio_server_with_clients(pytui, each_engine):
    line = 1 + (TARGETS / "aioserver.py").read_text().splitlines().index("        answer = line.upper()")
    screen = pytui("aioserver.py", options=["--continue", "-b", f"aioserver.py:{line}"], interpreter=each_engine.path)
    at(screen, f"aioserver.py:{line} in echo")
    screen.send("n")
    at(screen, f"aioserver.py:{line + 1} in echo")
    screen.expect(re.compile(r"answer +b'[A-Z]+ \d"))
    screen.send("B")
    screen.send("b")
    screen.send("C")
    screen.send("c")
    screen.expect(printed("server closed"))
    ended(screen, "0")


def test_ten_busy_threads(pytui, each_engine):
    screen = pytui("threads.py", options=["--continue", "-b", "threads.py:21"], interpreter=each_engine.path)
    at(screen, "threads.py:21 in main", timeout=40)
    screen.send("nn")
    at(screen, "threads.py:20 in main", timeout=40)
    screen.send("BbCc")
    screen.expect("threads done True", timeout=60)
    ended(screen, "0")


def test_breakpoint_in_a_thread(pytui, write, each_engine):
    program = write(
        "one_thread.py",
        "import threading\n\n\ndef body(word):\n    text = word * 2\n    return text\n\n\n"
        "thread = threading.Thread(target=body, args=('ab',), name='helper')\n"
        "thread.start()\nthread.join()\nprint('joined')\n",
    )
    screen = pytui(program, options=["--continue", "-b", f"{program}:6"], interpreter=each_engine.path)
    at(screen, "one_thread.py:6 in body")
    screen.expect(re.compile(r"helper"), row=0)
    screen.expect(re.compile(r"text +'abab'"))
    screen.send("c")
    screen.expect(printed("joined"))


def test_deep_recursion(pytui, each_engine):
    line = 1 + (TARGETS / "deep.py").read_text().splitlines().index("        total += number")
    screen = pytui("deep.py", options=["--continue", "-b", f"deep.py:{line}"], interpreter=each_engine.path)
    at(screen, f"deep.py:{line} in bottom")
    screen.send("n")
    at(screen, f"deep.py:{line + 1} in bottom")
    screen.send("S")
    screen.send("G")
    screen.send("bC")
    screen.send("n")
    at(screen, f"deep.py:{line + 2} in bottom")


def test_huge_values(pytui):
    line = 1 + (TARGETS / "huge.py").read_text().splitlines().index("        total += number")
    screen = pytui("huge.py", options=["--continue", "-b", f"huge.py:{line}"])
    at(screen, f"huge.py:{line} in main", timeout=60)
    screen.expect(
        re.compile(r"items +list\[10000000\]"),
        re.compile(r"text +str\[100000000\] +'xxx"),
        re.compile(r"table +dict\[1000000\]"),
    )
    screen.send("n")
    at(screen, f"huge.py:{line + 1} in main")


def test_a_file_of_60000_lines(pytui, tmp_path):
    program = tmp_path / "long.py"
    subprocess.run(["/usr/bin/python3", TARGETS / "longfile.py", program], check=True)
    screen = pytui(program, options=["--continue", "-b", f"{program}:59994"])
    at(screen, "long.py:59994 in main")
    screen.send("n")
    at(screen, "long.py:59995 in main")
    screen.send("g")
    screen.expect("def function_0")


def test_third_party_package_in_a_virtual_environment(pytui, write, tmp_path, python):
    subprocess.run([python.path, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    site = next((tmp_path / "venv" / "lib").glob("python3*")) / "site-packages"
    (site / "third_party.py").write_text("def helper(x):\n    y = x + 1\n    return y\n")
    program = write("uses_it.py", "import third_party\nprint('got', third_party.helper(1))\n")
    interpreter = str(tmp_path / "venv" / "bin" / "python")
    screen = pytui(program, options=["--continue", "-b", "third_party:helper"], interpreter=interpreter)
    at(screen, "third_party.py:2 in helper")
    screen.send("c")
    screen.expect("got 2")
