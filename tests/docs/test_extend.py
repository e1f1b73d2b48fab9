"""Every block of docs/extend.md, tried out as a package of its own, found through its entry points."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "extend.md"
BLOCK = re.compile(r"^\*\*`([^`\n]+)`\*\*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks as if the package of the page had been installed into it."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in blocks().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "watchtower" / "__init__.py").touch()
    project = tomllib.loads(blocks()["pyproject.toml"])["project"]
    info = folder / f"{project['name']}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["bartizan.plugins"]
    lines = ["[bartizan.plugins]", *(f"{name} = {module}" for name, module in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / "pyproject.toml").unlink()  # what is tried out is the metadata an installer makes of it
    return folder


def blocks() -> dict[str, str]:
    return dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=site, env=environment, capture_output=True, text=True, timeout=120
    )


def test_no_block_is_overlooked() -> None:
    fences = len(re.findall(r"^```\w+$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(blocks()) == fences
    tests = {f"test_{Path(name).stem}" for name in blocks() if re.fullmatch(r"watchtower/\w+\.py", name)}
    assert tests == {Path(name).stem for name in blocks() if name.startswith("tests/")}


def test_the_tests_of_the_page_pass(site: Path) -> None:
    written = sum(len(re.findall(r"^def test_", text, re.MULTILINE)) for text in blocks().values())
    ran = run(site, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests")
    assert ran.returncode == 0, ran.stdout
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) >= written
    assert "skipped" not in ran.stdout


def test_every_plugin_of_the_page_is_listed_beside_the_built_in_ones(site: Path) -> None:
    listed = run(site, "bartizan.cli.main", "plugins")
    assert listed.returncode == 0, listed.stderr
    ids = set(re.findall(r"^  (\w+)", listed.stdout, re.MULTILINE))
    points = tomllib.loads(blocks()["pyproject.toml"])["project"]["entry-points"]["bartizan.plugins"]
    assert set(points) <= ids
    assert {"loss_threshold", "open_interface", "torch", "summary"} <= ids


def test_a_plugin_that_does_not_import_is_named_in_a_sentence(site: Path, tmp_path: Path) -> None:
    info = tmp_path / "ruin-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ruin\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[bartizan.plugins]\nruin = ruin.nowhere\n")
    ran = run(tmp_path, "bartizan.cli.main", "plugins")
    assert ran.returncode == 2
    assert "'ruin' (ruin.nowhere) does not import" in ran.stderr
    assert "Traceback" not in ran.stderr
