"""Two cooks wait for an oven: threads that come to the same places each time."""

import threading

oven = threading.Condition()
waiting = 0


def bake(cake):
    global waiting
    with oven:
        waiting += 1
        oven.wait()
    print(cake, "is done")


cooks = [threading.Thread(target=bake, args=(cake,), name=name) for name, cake in (("Ada", "pie"), ("Bram", "bread"))]
for cook in cooks:
    cook.start()
while True:
    with oven:
        if waiting == len(cooks):
            break
print("the oven is hot")
with oven:
    oven.notify_all()
for cook in cooks:
    cook.join()
