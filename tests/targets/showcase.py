"""A small inn: what `make run` opens, so that there is something to look at.

n  goes to the next line, s into a call, f to the end of the function, c to the next breakpoint, ? shows all keys.
Try: `b` on the line in Inn.charge that adds to the bill, then `c` a few times, and watch Variables. The program asks for
your name in the Terminal pane below (T goes there, Ctrl-] comes back). At its end it fails: the screen then shows where
and why, with everything that was known there.
"""

import enum
import random
from collections import Counter
from dataclasses import dataclass, field


class Meal(enum.Enum):
    """What the kitchen serves, and its price in coins."""

    SOUP = 3
    BREAD = 1
    PIE = 5
    ROAST = 9


@dataclass
class Guest:
    """Somebody who stays for the night."""

    name: str
    purse: int
    orders: list[Meal] = field(default_factory=list)

    @property
    def hungry(self) -> bool:
        """True until two meals were served."""
        return len(self.orders) < 2


class Inn:
    """Rooms, a kitchen and a book of bills."""

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.bills: dict[str, int] = {}
        self.served: Counter[Meal] = Counter()

    def serve(self, guest: Guest) -> Meal:
        """Brings the dearest meal that the guest can pay."""
        affordable = [meal for meal in Meal if meal.value <= guest.purse]
        meal = max(affordable, key=lambda meal: meal.value)
        guest.orders.append(meal)
        self.charge(guest, meal)
        return meal

    def charge(self, guest: Guest, meal: Meal) -> None:
        """Takes the price from the purse and writes it down."""
        guest.purse -= meal.value
        self.bills[guest.name] = self.bills.get(guest.name, 0) + meal.value
        self.served[meal] += 1


def evening(inn: Inn, guests: list[Guest]) -> None:
    """Serves everybody until nobody is hungry."""
    while hungry := [guest for guest in guests if guest.hungry]:
        for guest in hungry:
            meal = inn.serve(guest)
            print(f"{guest.name} has {meal.name.lower()} and {guest.purse} coins left")


def main() -> None:
    """One evening at the inn."""
    inn = Inn("The Stepping Hare")
    print(f"Welcome to {inn.sign}!")
    you = input("Your name? ") or "Stranger"
    dice = random.Random(7)
    guests = [Guest(you, 14), Guest("Ada", dice.randint(6, 12)), Guest("Bram", 3)]
    evening(inn, guests)
    print("the book says", inn.bills)


if __name__ == "__main__":
    main()
