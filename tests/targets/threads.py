"""Ten busy threads and a main thread that counts what they did."""

import threading
import time

counters = [0] * 10
done = threading.Event()


def busy(number):
    while not done.is_set():
        counters[number] += 1


def main():
    threads = [threading.Thread(target=busy, args=(n,), name=f"busy-{n}") for n in range(10)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        time.sleep(0.01)
        total = sum(counters)
    done.set()
    for thread in threads:
        thread.join()
    print("threads done", total > 0)


main()
