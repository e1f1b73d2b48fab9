"""One small system through the whole loop, held against what it said when somebody last looked."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from bartizan.cli.main import main

HERE = Path(__file__).parent


def test_the_whole_loop_says_what_it_said(tiny: Path) -> None:
    spec = importlib.util.spec_from_file_location("golden_summary", HERE / "summary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert main(["assess", str(tiny)]) == 0
    store = tiny.parent / ".bartizan"
    found = module.summary(json.loads((store / "assessment.json").read_text(encoding="utf-8")))
    assert found == json.loads((HERE / "tiny.json").read_text(encoding="utf-8"))
    page = (store / "report.html").read_text(encoding="utf-8")
    assert all(f'id="{id}"' in page or id in page for id in found["findings"])
