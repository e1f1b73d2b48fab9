"""Making `prebuilt.json` from the YAML entries: `python -m bartizan.knowledge.build`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.load import PREBUILT

ENTRIES = Path(__file__).with_name("entries")
ATLAS_IDS = Path(__file__).parent / "data" / "atlas-5.6.0-ids.tsv"


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML 1.2 file. Raises on duplicate keys."""
    from ruamel.yaml import YAML

    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return loaded or {}


def with_ids(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give each entry its key as `id`, and the fields that the file states once for all under `common`."""
    common = entries.pop("common", {})
    return {key: {"id": key, **common, **entry} for key, entry in entries.items()}


def method_cells(table: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Turn the nested stage → class → methods table into cells keyed `STAGE/CLASS`."""
    cells = {"common": table.pop("common")}
    for stage, row in table.items():
        for threat_class, methods in row.items():
            cells[f"{stage}/{threat_class}"] = {"stage": stage, "threat_class": threat_class, "methods": methods}
    return with_ids(cells)


def atlas_ids(tsv: Path, changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Join the vendored list of ids with the later ids and names."""
    with tsv.open(encoding="utf-8", newline="") as lines:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(lines, delimiter="\t")]
    found: dict[str, dict[str, Any]] = {str(row["id"]): dict(row) for row in rows}
    for id_, entry in changes["newer"].items():
        found[id_] = {"id": id_, "newer": True, **entry}
    for id_, name in changes["renamed"].items():
        found[id_]["renamed"] = name
    return found


def from_yaml(folder: Path = ENTRIES) -> KnowledgeBase:
    """Read and check the YAML entries. Raises pydantic.ValidationError, or ValueError on an id used twice."""
    raw: dict[str, Any] = {}
    for kind in KnowledgeBase.model_fields:
        content = read_yaml(folder / f"{kind}.yaml")
        if kind == "methods":
            raw[kind] = method_cells(content)
        elif kind == "atlas":
            raw[kind] = atlas_ids(ATLAS_IDS, content)
        else:
            raw[kind] = with_ids(content)
    base = KnowledgeBase.model_validate(raw)
    twice = [id_ for id_, n in Counter(id_ for id_, _ in base.items()).items() if n > 1]
    if twice:
        raise ValueError(f"ids used for more than one entry: {', '.join(twice)}")
    return base


def to_prebuilt(base: KnowledgeBase) -> str:
    """Return the text of `prebuilt.json`: defaults left out, one line a kind, order kept."""
    dumped = base.model_dump(mode="json", exclude_defaults=True)
    lines = [f"{json.dumps(kind)}:{json.dumps(part, ensure_ascii=False)}" for kind, part in dumped.items()]
    return "{" + ",\n".join(lines) + "}\n"


def main() -> None:
    """Write `prebuilt.json` beside this module."""
    PREBUILT.write_text(to_prebuilt(from_yaml()), encoding="utf-8")


if __name__ == "__main__":
    main()
