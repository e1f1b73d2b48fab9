"""Listing, planning and reporting import every plugin; none may need a heavy library for that."""

from __future__ import annotations

import pytest

from bartizan.core.plugins import FOLDERS, plugins
from bartizan.testing import check_imports_without


def test_every_plugin_imports_without_heavy_libraries() -> None:
    modules = sorted({cls.__module__ for kind in FOLDERS for cls in plugins(kind).values()})
    assert len(modules) > 20
    check_imports_without(*modules)


def test_a_heavy_import_is_noticed(tmp_path, monkeypatch) -> None:
    (tmp_path / "heavy_plugin.py").write_text("import torch\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AssertionError, match="heavy_plugin"):
        check_imports_without("heavy_plugin")
