"""Plugins import where the heavy libraries are not installed: listing, planning and reporting need them all."""

from __future__ import annotations

import os
import subprocess
import sys

HEAVY = ("torch", "sklearn", "onnx", "onnxruntime", "lightgbm", "xgboost", "skops", "pandas", "pyarrow", "PIL")

_SCRIPT = """
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {heavy!r}:
            raise ImportError(f'{{name}} is not installed')

sys.meta_path.insert(0, Blocked())
for name in {modules!r}:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(f'{{name}}: {{error}}')
"""


def check_imports_without(*modules: str, heavy: tuple[str, ...] = HEAVY) -> None:
    """Import `modules` in a fresh process in which none of `heavy` can be imported.

    Raises `AssertionError` naming the modules that need one of them at the top of the file.
    """
    script = _SCRIPT.format(heavy=heavy, modules=modules)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False)
    if done.returncode or done.stdout.strip():
        problems = done.stdout.strip() or done.stderr.strip()
        raise AssertionError(f"import heavy libraries inside the functions that use them:\n{problems}")
