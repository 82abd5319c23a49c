"""A curses program: colours, the size it sees, and the keys it gets, until q."""

import contextlib
import curses


def main(window):
    curses.curs_set(0)
    if curses.has_colors():
        curses.start_color()
        curses.init_pair(1, curses.COLOR_GREEN, curses.COLOR_BLACK)
    last = "none"
    while True:
        rows, columns = window.getmaxyx()
        window.erase()
        with contextlib.suppress(curses.error):  # there may be no room
            window.addstr(0, 0, "curses here", curses.color_pair(1) | curses.A_BOLD)
            window.addstr(1, 0, f"size {rows}x{columns}")
            window.addstr(2, 0, f"key {last}")
        window.refresh()
        key = window.getch()
        if key == ord("q"):
            return
        last = curses.keyname(key).decode()


curses.wrapper(main)
print("curses done")
