"""Statements with several calls, for stepping into one of them."""


def add(a, b):
    return a + b


def twice(n):
    return 2 * n


total = add(twice(1), twice(2))
text = str(twice(3))
print(
    add(total, 1),
    text,
)
