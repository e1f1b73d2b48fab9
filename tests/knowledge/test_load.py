"""The prebuilt form is in step with the YAML, complete, and quick to load."""

from __future__ import annotations

import subprocess
import sys

from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.build import to_prebuilt
from bartizan.knowledge.load import PREBUILT, load


def test_prebuilt_is_in_step_with_the_entries(base: KnowledgeBase) -> None:
    assert PREBUILT.read_text(encoding="utf-8") == to_prebuilt(base), "run: python -m bartizan.knowledge.build"


def test_loaded_base_equals_the_entries(base: KnowledgeBase) -> None:
    assert load() == base


def test_load_is_cached() -> None:
    assert load() is load()


def test_order_of_the_files_is_kept() -> None:
    assert list(load().choices["DC13"].options) == [
        "label",
        "top_k",
        "rounded",
        "scores",
        "logits",
        "embeddings",
        "gradients",
    ]
    assert list(load().stages)[:4] == ["planning", "data", "training", "retraining"]


def test_loading_imports_nothing_heavy() -> None:
    script = (
        "import sys; from bartizan.knowledge.load import load; load();"
        "print([m for m in ('torch', 'scipy', 'sklearn', 'ruamel.yaml', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
