"""Runs every command of docs/journey.md again and writes what it printed below it.

python docs/refresh.py            after `make demo`
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "journey.md"
STORE = "examples/digits/.bartizan"
PAIR = re.compile(r"^```sh\n((?:(?!```).*\n)+)```\n\n```(\w+)\n((?:(?!```).*\n)*)```$", re.MULTILINE)


def pairs(page: str) -> list[tuple[str, str]]:
    """Each command of the page with the output that stands below it."""
    return [(command, output) for command, _, output in PAIR.findall(page)]


def output_of(command: str, store: str = STORE) -> str:
    """What a command prints, run from the root of the repository. Raises `CalledProcessError` when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "S": store}
    ran = subprocess.run(
        ["bash", "-ceu", "-o", "pipefail", command],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in ran.stdout.strip("\n").splitlines()) + "\n"


def refreshed(page: str, store: str = STORE) -> str:
    """The page with every output made anew."""
    return PAIR.sub(lambda m: f"```sh\n{m[1]}```\n\n```{m[2]}\n{output_of(m[1], store)}```", page)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), *sys.argv[1:]), encoding="utf-8")
