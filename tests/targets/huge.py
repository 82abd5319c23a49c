"""A list of ten million items, a string of 100 MB and a dict of a million beside a loop."""


def main():
    items = list(range(10_000_000))
    text = "x" * 100_000_000
    table = {number: str(number) for number in range(1_000_000)}
    total = 0
    for number in range(1000):
        total += number
        total -= 1
        total += 1
    return total, len(items), len(text), len(table)


print("huge", main())
