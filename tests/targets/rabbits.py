"""Rabbits, month by month: a loop to step through, that is the same on all versions of Python."""


def rabbits(months):
    young, old = 1, 0
    for month in range(months):
        young, old = old, old + young
        total = young + old
        history.append(total)
    return total


history = []
print("pairs after a year:", rabbits(12))
