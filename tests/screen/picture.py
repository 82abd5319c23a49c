"""A snapshot of a screen as a PNG, to look at: the attributes of the cells in xterm's colours, DejaVu Sans Mono."""

import unicodedata
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from screen import BOLD, REVERSE, UNDERLINE

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono%s.ttf"
CELL_WIDTH, CELL_HEIGHT, SIZE = 9, 18, 15
FOREGROUND, BACKGROUND = (0xD0, 0xD0, 0xD0), (0x10, 0x12, 0x16)
BASIC = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (60, 100, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
)  # fmt: skip
RGB = 0x1000000

Color = tuple[int, int, int]


def palette(number: int, default: Color) -> Color:
    """The colour of vtdrive's number for one."""
    if number < 0:
        return default
    if number >= RGB:
        return (number >> 16) & 0xFF, (number >> 8) & 0xFF, number & 0xFF
    if number < 16:
        return BASIC[number]
    if number >= 232:
        return (8 + (number - 232) * 10,) * 3
    levels = (0, 95, 135, 175, 215, 255)
    number -= 16
    return levels[number // 36], levels[number // 6 % 6], levels[number % 6]


def in_cells(line: str) -> list[str]:
    """What each cell of a row holds: behind a wide character nothing, and marks with what they stand on."""
    cells: list[str] = []
    for char in line:
        if cells and unicodedata.combining(char):
            cells[-1] += char
        else:
            cells += [char, ""] if unicodedata.east_asian_width(char) in "WF" else [char]
    return cells


def draw(state: dict, cells: list, path: Path, light: bool = False) -> None:
    """Writes the snapshot `state` with its runs of attributes to a PNG file, as a dark or a light terminal shows it."""
    own = ((0x18, 0x18, 0x18), (0xFF, 0xFF, 0xFF)) if light else (FOREGROUND, BACKGROUND)
    fonts = [ImageFont.truetype(FONT % weight, SIZE) for weight in ("", "-Bold")]
    image = Image.new("RGB", (state["cols"] * CELL_WIDTH, state["rows"] * CELL_HEIGHT), own[1])
    canvas = ImageDraw.Draw(image)
    for row, runs in enumerate(cells):
        text = in_cells(state["lines"][row])
        behind: list[tuple[int, int, Color]] = []  # the second halves of wide characters: they look as the first
        for start, count, foreground, background, flags in runs:
            front, back = palette(foreground, own[0]), palette(background, own[1])
            if flags & REVERSE:
                front, back = back, front
            left, top = start * CELL_WIDTH, row * CELL_HEIGHT
            right, bottom = left + count * CELL_WIDTH, top + CELL_HEIGHT
            canvas.rectangle((left, top, right - 1, bottom - 1), fill=back)
            if flags & UNDERLINE:
                canvas.line((left, bottom - 2, right - 1, bottom - 2), fill=front)
            for offset, char in enumerate(text[start : start + count]):
                if not char:
                    continue
                font = fonts[bool(flags & BOLD)]
                if text[start + offset + 1 : start + offset + 2] == [""]:
                    behind.append((left + (offset + 1) * CELL_WIDTH, top, back))
                canvas.text((left + offset * CELL_WIDTH, top), char, font=font, fill=front)
        for left, top, back in behind:
            canvas.rectangle((left, top, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1), fill=back)
    row, col = state["cursor"]
    if state["visible"]:
        left, top = col * CELL_WIDTH, row * CELL_HEIGHT
        canvas.rectangle((left, top, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1), outline=own[0])
    image.save(path)
