"""Runs without a debugger, and opens one when something is odd."""

import pytui


def total(prices):
    result = sum(prices)
    pytui.set_trace(result > 10, header="more than ten")
    return result


print("today", total([3, 4]))
print("yesterday", total([9, 5]))
