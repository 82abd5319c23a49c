"""What all suites of pytest share."""

import os

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """PYTUI_PROGRESS=FILE gets a line per finished test, for who wants to watch a long run."""
    progress = os.environ.get("PYTUI_PROGRESS")
    if progress and (report.when == "call" or report.failed):
        with open(progress, "a") as file:
            file.write(f"{report.outcome} {report.nodeid} {report.duration:.1f}\n")
