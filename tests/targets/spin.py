"""Runs until it is told to stop: a loop of Python, a sleep (`sleep`), or a lock nobody releases (`lock`)."""

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


{"sleep": sleep, "lock": lock}.get(sys.argv[1] if len(sys.argv) > 1 else "", spin)()
