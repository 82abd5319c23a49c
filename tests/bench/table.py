"""Rows of figures, one column for each contestant, and how they are printed."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Row:
    """One line of the table: a figure for each contestant, and what pytui's is held against."""

    what: str
    unit: str
    goal: str
    figures: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def add(self, who: str, value: float | None, less: float = 0.0, by: float = 1.0) -> None:
        """Notes one round's figure, None when there is none; `less` is taken from it, and it is divided `by`."""
        if value is not None:
            self.figures.setdefault(who, []).append((value, less, by))

    def best(self, who: str) -> float | None:
        """Of the smallest figures of all rounds: each is the one that the machine disturbed least."""
        if who not in self.figures:
            return None
        value, less, by = (min(column) for column in zip(*self.figures[who], strict=True))
        return (value - less) / by


def line_of(path: Path, text: str) -> int:
    """The number of the first line that holds the text."""
    return 1 + next(n for n, line in enumerate(path.read_text().splitlines()) if text in line)


def table(rows: list[Row]) -> str:
    """The figures, one line per row and one column per contestant, with pytui's ratio to each."""
    contestants = ["pytui", "bare", "pdb", "pudb", "tmux"]
    lines = [f"{'':44}{'':>7}" + "".join(f"{who:>16}" for who in contestants) + "   goal"]
    for row in rows:
        cells = []
        mine = row.best("pytui")
        for who in contestants:
            value = row.best(who)
            text = "-" if value is None else f"{value:,.0f}" if row.unit == "bytes" else f"{value:,.2f}"
            if value and mine is not None and who != "pytui" and row.unit != "ratio":
                text += f" ({mine / value:.2f}×)"
            cells.append(f"{text:>16}")
        lines.append(f"{row.what:44}{row.unit:>7}{''.join(cells)}   {row.goal}")
    return "\n".join(lines)
