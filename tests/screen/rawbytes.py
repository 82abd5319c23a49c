"""What a program wrote to its terminal, byte by byte: whether it is only what a screen is drawn with.

`problems` knows everything that curses and pytui send by themselves. Anything else came from somebody else's text.
"""

import base64
import re
import unicodedata

# Of xterm's: colours and attributes, cursor movement, erasing, inserting, scrolling, margins, modes, window stacks.
CSI = re.compile(rb"\x1b\[(?P<private>\??)(?P<numbers>[0-9;:]*)(?P<final>[A-Za-z@`])")
CSI_FINALS = b"mHfABCDEFGdeaJKXP@LMSTrhltbZIg`"
MODES = {1, 7, 12, 25, 1000, 1002, 1006, 1034, 1049, 2004}
ATTRIBUTES = {0, 1, 2, 3, 4, 7, 22, 23, 24, 27, 39, 49, 10, 38, 48, *range(30, 38), *range(40, 48), *range(90, 108)}
OSC = re.compile(rb"\x1b\](?P<number>\d+);(?P<text>[^\x00-\x1f\x7f-\xff]*)(?:\x07|\x1b\\)")
SHORT = re.compile(rb"\x1b(?:[=>78M]|\([B0])")
# What a read may end with.
UNFINISHED = re.compile(rb"(\x1b(\[[?0-9;:]*|\(|\][^\x07]{0,40})?|[\xc0-\xff][\x80-\xbf]*|)\Z")
CONTROLS = b"\x07\x08\t\n\r\x0e\x0f"
MARKS_LIMIT = 4
# Shown by terminals as nothing, or as something that moves other text.
HIDDEN = {0xAD, 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}


def _csi(match: re.Match[bytes]) -> str | None:
    numbers = [int(word) for word in re.split(rb"[;:]", match["numbers"]) if word]
    final = match["final"]
    if final not in CSI_FINALS:
        return "a sequence that draws nothing"
    if match["private"]:
        return None if final in b"hl" and set(numbers) <= MODES else "a private mode"
    if final == b"m":
        head = numbers[: next((at for at, number in enumerate(numbers) if number in (38, 48)), len(numbers))]
        return None if set(head) <= ATTRIBUTES else "an attribute"
    if final == b"t":
        return None if numbers in ([22, 0, 0], [23, 0, 0]) else "a window operation"
    if final in b"hl":
        return None if numbers == [4] else "a mode"
    return None


def _osc(match: re.Match[bytes]) -> str | None:
    number, text = int(match["number"]), match["text"]
    if number == 52 and text.startswith(b"c;"):
        base64.b64decode(text[2:], validate=True)
        return None
    if number == 9 or (number == 11 and text == b"?"):
        return None
    return "an operating system command"


GRAMMAR = ((CSI, _csi), (OSC, _osc), (SHORT, lambda match: None))


def _sequence(data: bytes, at: int) -> tuple[int, str | None]:
    for pattern, judge in GRAMMAR:
        match = pattern.match(data, at)
        if match:
            return match.end(), judge(match)
    return at + 1, "an unknown escape sequence"


def _text(text: str) -> str | None:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") or ord(character) in HIDDEN or ord(character) & 0xFFFE == 0xFFFE:
            return f"the character U+{ord(character):04X}"
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MARKS_LIMIT:
            return "a pile of combining characters"
    return None


def problems(data: bytes) -> list[str]:
    """Everything in `data` that no drawing of ours sends, each with its surroundings."""
    found: list[str] = []
    at = 0
    data = data[: len(data) - len(UNFINISHED.search(data).group())]
    while at < len(data):
        if data[at] == 0x1B:
            end, problem = _sequence(data, at)
        elif data[at] in CONTROLS:
            end, problem = at + 1, None
        else:
            end = next((i for i in range(at, len(data)) if data[i] == 0x1B or data[i] in CONTROLS), len(data))
            try:
                problem = _text(data[at:end].decode())
            except UnicodeDecodeError as error:
                problem = f"no UTF-8: {error.reason}"
        if problem:
            found.append(f"{problem} at {at}: {data[max(0, at - 40) : end + 40]!r}")
        at = end
    return found
