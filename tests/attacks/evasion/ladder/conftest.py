"""The models of the engine's tests: a plane, and one that reads real digits."""

from __future__ import annotations

from ..engine.conftest import few, reader

__all__ = ["few", "reader"]
