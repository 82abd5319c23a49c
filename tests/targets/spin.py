"""Runs until it is told to stop: a loop of Python, a sleep (`sleep`), or a lock nobody releases (`lock`)."""

import sys
import threading
import time


def spin():
    count = 0
    while True:
        count += 1


def sleep():
    while True:
        time.sleep(60)


def lock():
    held = threading.Lock()
    held.acquire()
    held.acquire()


print("spinning", flush=True)
{"sleep": sleep, "lock": lock}.get(sys.argv[1] if len(sys.argv) > 1 else "", spin)()
