"""What the user's shell completes after `pytui`."""

import shutil
import subprocess
from pathlib import Path

import pytest
from screen import BUILD


def bash(words: list[str], cwd: Path) -> list[str]:
    """What bash offers for the last of WORDS."""
    script = f"source {BUILD}/bash-completion; COMP_WORDS=({' '.join(map(repr, words))}); "
    script += f'COMP_CWORD={len(words) - 1}; _pytui; printf "%s\\n" "${{COMPREPLY[@]}}"'
    result = subprocess.run(["bash", "--norc", "-c", script], cwd=cwd, capture_output=True, text=True, check=True)
    assert not result.stderr
    return result.stdout.split()


@pytest.mark.parametrize(
    "words, offered, not_offered",
    [
        (["pytui", "--no-"], ["--no-color", "--no-mouse"], ["--theme"]),
        (["pytui", "-"], ["-b", "--break", "-m", "--help"], ["program.py"]),
        (["pytui", ""], ["program.py", "folder"], ["--help"]),
        (["pytui", "-b", "pro"], ["program.py"], ["folder"]),
        (["pytui", "--home", ""], ["folder"], ["program.py"]),
        (["pytui", "--python", "python3"], ["python3"], []),
        (["pytui", "--theme", "def"], ["default"], ["program.py"]),
        (["pytui", "-m", "pro"], [], ["program.py"]),
        (["pytui", "a"], ["attach"], ["program.py", "dump"]),
        (["pytui", "exec", "some", "p"], ["program.py"], ["some"]),
    ],
)
def test_bash(words: list[str], offered: list[str], not_offered: list[str], tmp_path: Path) -> None:
    """Options after a dash, what an option takes behind it, else files."""
    (tmp_path / "program.py").touch()
    (tmp_path / "folder").mkdir()
    found = bash(words, tmp_path)
    assert set(offered) <= set(found)
    assert not set(not_offered) & set(found)


def test_programs_by_name(tmp_path: Path) -> None:
    """Those that `pytui ls` lists; what they call themselves is a word and no command."""
    fake = tmp_path / "pytui"
    fake.write_text("#!/bin/sh\nprintf '%s\\n' 'NAME PID' 'night 1 2 s' 'n$(touch${IFS}here)x 2' 'day 3'\n")
    fake.chmod(0o755)
    assert bash([str(fake), "attach", "n"], tmp_path) == ["night", "n$(touch${IFS}here)x"]
    assert bash([str(fake), "dump", ""], tmp_path)[-1] == "day"
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_syntax(shell: str) -> None:
    """The shell itself reads the file without complaint."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", BUILD / f"{shell}-completion"], check=True)
    text = (BUILD / f"{shell}-completion").read_text()
    assert "python-option" in text and "no-mouse" in text
