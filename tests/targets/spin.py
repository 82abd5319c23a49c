"""Runs until it is told to stop: a loop of Python, a sleep (`sleep`), a lock nobody releases (`lock`), or C code that
keeps the interpreter, for seconds each time (`native`).
"""

import ctypes
import sys
import threading
import time


def spin():
    count = 0
    print("spinning", flush=True)
    while True:
        count += 1


def sleep():
    print("spinning", flush=True)
    while True:
        time.sleep(60)


def lock():
    held = threading.Lock()
    held.acquire()
    print("spinning", flush=True)
    held.acquire()


def native():
    threading.Thread(target=sleep, name="napper", daemon=True).start()
    library = ctypes.PyDLL(None)
    while True:
        library.usleep(ctypes.c_uint(4_000_000))


{"sleep": sleep, "lock": lock, "native": native}.get(sys.argv[1] if len(sys.argv) > 1 else "", spin)()
