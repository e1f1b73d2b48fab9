"""What of an assessment must not change by accident. Numbers are left out: another machine rounds them otherwise.

python tests/golden/summary.py ASSESSMENT.json > tests/golden/tiny.json      after a change that is meant
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def summary(assessment: dict[str, Any]) -> dict[str, Any]:
    """What was found, treated and gated. What merely grows with the knowledge base and new plugins is left out."""
    return {
        "keys": sorted(assessment),
        "findings": {f["id"]: _finding(f) for f in assessment["findings"] if f["rate"]},
        "treatments": {t["id"]: t["status"] for t in assessment["treatments"] if t["plugin"]},
        "gates": {g["gate"]: g["outcome"] for g in assessment["gates"]},
    }


def _finding(f: dict[str, Any]) -> str:
    rate = f"{f['rate']['estimand']} of {f['rate']['n']}"
    units = [f[name]["unit"] for name in ("tries", "sensitivity") if f[name]]
    return ", ".join([f["verdict"], f["severity"], rate, *units])


if __name__ == "__main__":
    found = summary(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
