#!/usr/bin/env python3
"""Compare our highlighting with `tokenize` on files of the standard library.

usage: lexer_check.py LEXER_DUMP [FILES]

Strings, comments, numbers and keywords must be found at the same bytes. Inside f-strings our fields are code: from
3.12 on `tokenize` sees them too and they are compared, before that they are left out. FILES (150) are taken evenly
from the library, so that the run is short and every part of it is met.
"""

import io
import keyword
import subprocess
import sys
import sysconfig
import token
import tokenize
from pathlib import Path

FSTRING = {getattr(token, name, -1) for name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END")} - {-1}
KEYWORDS = set(keyword.kwlist)


def is_format(text):
    """Whether a STRING token of an older Python is an f-string."""
    return "f" in text[: min(text.find(q) for q in "'\"" if q in text)].lower()


class Map:
    """One letter for each byte of each line: k, s, n, c, or 0; "?" is not compared."""

    def __init__(self, lines):
        self.text = lines
        self.lines = [bytearray(len(line.encode())) for line in lines]

    def column(self, row, characters):
        line = self.text[row]
        return characters if line.isascii() else len(line[:characters].encode())

    def mark(self, start, end, letter):
        for row in range(start[0] - 1, end[0]):
            line = self.lines[row]
            first = self.column(row, start[1]) if row == start[0] - 1 else 0
            last = self.column(row, end[1]) if row == end[0] - 1 else len(line)
            # 3.12.1 gives a wrong column behind a multi-line string whose last line is not ASCII.
            doubtful = row > start[0] - 1 and row == end[0] - 1 and not self.text[row].isascii()
            for i in range(first, len(line) if doubtful else min(last, len(line))):
                line[i] = ord("?" if doubtful else letter)


def expected(text):
    """The map by `tokenize`, or None where it fails or the text has line ends of its own."""
    result = Map(text.split("\n"))
    depth = 0
    begin = None
    try:
        for tok in tokenize.generate_tokens(io.StringIO(text).readline):
            kind, value, start, end, _ = tok
            if kind in FSTRING:
                name = token.tok_name[kind]
                if name == "FSTRING_START":
                    begin = start if depth == 0 else begin
                    depth += 1
                elif name == "FSTRING_END":
                    depth -= 1
                # Offsets of the middles are off by doubled braces in some versions: strings are not compared.
                continue
            if kind == token.COMMENT:
                result.mark(start, end, "c")
            elif kind == token.NUMBER:
                result.mark(start, end, "n")
            elif kind == token.STRING:
                result.mark(start, end, "?" if is_format(value) else "s")
            elif kind == token.NAME and value in KEYWORDS:
                result.mark(start, end, "k")
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return None
    return result


def compare(path, text, spans):
    """Differences as messages."""
    want = expected(text)
    if want is None:
        return []
    got = Map(want.text)
    for line, start, end, letter in spans:
        if line <= len(got.lines):
            got.lines[line - 1][start:end] = letter.encode() * (end - start)
    messages = []
    for number, (ours, theirs) in enumerate(zip(got.lines, want.lines, strict=False), 1):
        for column, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            if a == b or b == ord("?"):
                continue
            word = chr(a) if a else "-"
            if b == 0 and a in b"k!":  # soft keywords, constants that are no keywords, Python 2
                continue
            if b == 0 and a == ord("s") and FSTRING:  # a part of an f-string
                continue
            other = chr(b) if b else "-"
            messages.append(f"{path}:{number}:{column}: {word}, tokenize has {other}: {want.text[number - 1].strip()}")
            break
    return messages


def main():
    dump = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    root = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in root.rglob("*.py") if "site-packages" not in p.parts and "lib2to3" not in p.parts)
    found = found[:: max(1, len(found) // count)][:count]
    files = []
    for path in found:
        try:
            with tokenize.open(path) as stream:
                text = stream.read()
        except (SyntaxError, UnicodeDecodeError):
            continue
        if "\0" not in text and "\f" not in text:
            files.append((path, text))
    output = subprocess.run([dump, *(str(path) for path, _ in files)], check=True, stdout=subprocess.PIPE).stdout
    spans = [[] for _ in files]
    for record in output.decode().splitlines():
        index, line, start, end, letter = record.split()
        spans[int(index)].append((int(line), int(start), int(end), letter))
    messages = []
    for (path, text), ours in zip(files, spans, strict=True):
        messages += compare(path, text, ours)[:5]
    print("\n".join(messages[:60]))
    print(f"{len(files)} files, {len(messages)} differences")
    return 1 if messages or not files else 0


if __name__ == "__main__":
    sys.exit(main())
