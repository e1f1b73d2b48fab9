"""Finds plugins: every class with a `spec` in the plugin folders, and whatever entry points add.

A plugin folder is named after its kind. Other distributions add theirs through the entry-point group
`bartizan.plugins`, each value naming a module; what the module's classes are decides where they belong.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from . import contracts as c
from .errors import UsageError

ENTRY_POINTS = "bartizan.plugins"

FOLDERS: dict[str, tuple[type[c.Plugin], tuple[str, ...]]] = {
    "attacks": (c.Attack, tuple(f"attacks.{f}" for f in ("evasion", "poisoning", "backdoor", "extraction", "privacy"))),
    "hazards": (c.Attack, ("hazards",)),
    "scanners": (c.Attack, ("scanners",)),
    "certifiers": (c.Attack, ("certifiers",)),
    "referees": (
        c.Referee,
        (
            *(f"attacks.{f}" for f in ("evasion", "poisoning", "backdoor", "extraction", "privacy")),
            "hazards",
            "scanners",
            "certifiers",
        ),
    ),
    "defenses": (c.Defense, ("defenses",)),
    "targets": (c.TargetLoader, ("targets",)),
    "datasets": (c.DatasetLoader, ("datasets",)),
    "rules": (c.Rule, ("analysis.rules",)),
    "sections": (c.Section, ("report.sections",)),
    "exporters": (c.Exporter, ("report.exporters",)),
}

KIND_OF_FAMILY = {"hazards": "hazards", "scanners": "scanners", "certifiers": "certifiers"}


@cache
def plugins(kind: str) -> dict[str, type[c.Plugin]]:
    """All plugins of a kind (a key of `FOLDERS`) by id, built-in ones first. Raises `UsageError` on two of one id."""
    base, packages = FOLDERS[kind]
    found: dict[str, type[c.Plugin]] = {}
    for module in (*_builtin(packages), *_external()):
        for cls in _classes(module, base):
            if kind != _kind_of(cls, kind):
                continue
            other = found.setdefault(cls.spec.id, cls)
            if other is not cls:
                raise UsageError(
                    f"two {kind} plugins are both called {cls.spec.id!r}: {other.__module__}, {cls.__module__}"
                )
    return found


def find(kind: str, id: str) -> type[c.Plugin]:
    """The plugin of that kind and id. Raises `UsageError` with the known ids."""
    known = plugins(kind)
    if id not in known:
        raise UsageError(f"no {kind} plugin is called {id!r}; known are: {', '.join(sorted(known))}")
    return known[id]


def attack(kind: str, id: str) -> c.Attack:
    """An instance of an attack, hazard, scanner or certifier; `kind` as in `Trial.kind`."""
    cls = find({"attack": "attacks", "hazard": "hazards", "scanner": "scanners", "certifier": "certifiers"}[kind], id)
    assert issubclass(cls, c.Attack)
    return cls()


def referee(family: str) -> c.Referee:
    """The referee of a family."""
    for cls in plugins("referees").values():
        assert issubclass(cls, c.Referee)
        if cls.family == family:
            return cls()
    raise UsageError(f"no referee for the family {family!r}")


def _kind_of(cls: type[c.Plugin], asked: str) -> str:
    """The kind an attack-like class belongs to, told by its family; any other class is what was asked for."""
    if issubclass(cls, c.Attack):
        return KIND_OF_FAMILY.get(cls.spec.family, "attacks")
    return asked


def _classes(module: ModuleType, base: type[c.Plugin]) -> list[type[c.Plugin]]:
    return [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__ and issubclass(cls, base) and "spec" in vars(cls)
    ]


def _builtin(packages: tuple[str, ...]) -> list[ModuleType]:
    modules = []
    for name in packages:
        package = importlib.import_module(f"bartizan.{name}")
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if not found.ispkg:
                modules.append(importlib.import_module(f"bartizan.{name}.{found.name}"))
    return modules


@cache
def _external() -> tuple[ModuleType, ...]:
    modules = []
    for point in entry_points(group=ENTRY_POINTS):
        try:
            modules.append(importlib.import_module(point.module))
        except (Exception, SystemExit) as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise UsageError(f"the plugin {point.name!r} ({point.value}) does not import: {why}") from error
    return tuple(modules)
