"""Files an assessment leaves beside its evidence: the report, `assessment.json`, and what the exporters write."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bartizan.core import plugins
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader, Exporter
from bartizan.core.errors import StoreError, UsageError
from bartizan.report.render import render
from bartizan.store import record
from bartizan.store.store import Store


def write_outputs(assessment: Assessment, store: Store, *, show_personal: bool) -> list[Path]:
    """Write every output into the store's folder; the paths, the HTML report last."""
    # As it will be read back, so that a report made later from the file is the same to the byte.
    assessment = Assessment.from_json(assessment.to_json())
    arrays = ArrayReader(store.arrays)
    written = []
    for cls in plugins.plugins("exporters").values():
        assert issubclass(cls, Exporter)
        written.append(write_text(store.root / f"assessment{cls.suffix}", cls().export(assessment, arrays)))
    html = render(assessment, arrays, show_personal=show_personal)
    return [*written, write_text(store.root / "report.html", html)]


def read_assessment(folder: Path) -> Assessment:
    """The assessment an earlier run left in `folder`. Raises `UsageError` when there is none or it is broken."""
    path = folder / "assessment.json"
    try:
        return Assessment.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"there is no assessment in {folder} yet; run: bartizan assess SYSTEM") from error
    except (ValueError, OSError) as error:
        again = "run: bartizan assess SYSTEM again, which measures nothing twice"
        raise UsageError(f"{path} is not an assessment of this version; {again}") from error


def write_text(path: Path, text: str) -> Path:
    """Write a file by way of another name, so that there is never half of it. Raises `StoreError`."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(record.explain(error, path.parent)) from error
    return path
