"""Three threads that count until line 26 lets them go."""

import threading
import time

go_on = True
counts = [0, 0, 0]


def work(k):
    while go_on:
        counts[k] += 1
        time.sleep(0.001)


workers = [threading.Thread(target=work, args=(k,), name=f"worker {k}") for k in range(3)]
for each in workers:
    each.start()
while not all(counts):
    time.sleep(0.001)
before = list(counts)
time.sleep(0.05)
moved = [now > then for now, then in zip(counts, before)]
print("moved", *moved)
before = list(counts)
go_on = False
for each in workers:
    each.join()
print("all done")
