"""`module:function` of a description: the user's own trusted code, found beside the description or installed.

The source file is read once; what is hashed is what runs.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from bartizan.core.errors import BartizanError
from bartizan.core.suggest import did_you_mean

from .digest import digest_of, file_digest


@dataclass(frozen=True)
class UserFunction:
    """A function of the user with the digest of its source file and of the files beside it that it imported."""

    ref: str
    root: Path
    call: Callable[..., Any]
    digest: str
    files: tuple[Path, ...]
    error: type[BartizanError]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it. Whatever it raises becomes one sentence of kind `error`."""
        try:
            with _beside(self.root):
                return self.call(*args, **kwargs)
        except BartizanError:
            raise
        except (Exception, SystemExit) as cause:
            raise self.error(f"{self.ref} raised {told(cause)}") from cause


def told(cause: BaseException) -> str:
    """`ValueError: first line of its message`, for a sentence about an error in the user's code."""
    lines = str(cause).strip().splitlines()
    return type(cause).__name__ + (f": {lines[0][:300]}" if lines else "")


def user_function(ref: str, root: Path, error: type[BartizanError]) -> UserFunction:
    """Import `module:function` or `path.py:function`, `root` first. Raises `error` in one sentence."""
    where, _, name = ref.rpartition(":")
    module, files = _module(where, root.resolve(), ref, error)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise error(f"{ref}: {where} has no {part!r}{did_you_mean(part, _public(found))}")
        found = getattr(found, part)
    if not callable(found):
        raise error(f"{ref}: {name!r} is not a function")
    digest = digest_of(name, *(file_digest(f) for f in files))
    return UserFunction(ref, root.resolve(), found, digest, files, error)


def _public(thing: object) -> list[str]:
    return [n for n in vars(thing) if not n.startswith("_")]


def _module(where: str, root: Path, ref: str, error: type[BartizanError]) -> tuple[ModuleType, tuple[Path, ...]]:
    path = root / where if where.endswith(".py") else root / (where.replace(".", "/") + ".py")
    if where.endswith(".py") and not path.is_file():
        raise error(f"{ref}: there is no file {path}")
    try:
        if path.is_file():
            return _from_file(path, root)
        with _beside(root):
            module = importlib.import_module(where)
    except (Exception, SystemExit) as cause:
        if isinstance(cause, ModuleNotFoundError) and cause.name == where.split(".")[0]:
            raise error(f"{ref}: there is neither a file {path} nor an installed module {where!r}") from cause
        raise error(f"{ref}: importing {where} raised {told(cause)}") from cause
    own = Path(str(getattr(module, "__file__", "") or ""))
    return module, (own,) if own.is_file() else ()


_LOADED: dict[Path, tuple[str, ModuleType, tuple[Path, ...]]] = {}  # by file: digest of all its files, module, files


def _from_file(path: Path, root: Path) -> tuple[ModuleType, tuple[Path, ...]]:
    """The module and the files it came from; loaded once for as long as none of these files changes."""
    known = _LOADED.get(path)
    if known is not None and known[0] == _digest(known[2]):
        return known[1], known[2]
    module = ModuleType(f"bartizan_user_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        with _beside(root) as imported:
            exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[module.__name__]
        raise
    files = (path, *dict.fromkeys(f for f in imported if f != path))
    _LOADED[path] = (_digest(files), module, files)
    return module, files


def _digest(files: tuple[Path, ...]) -> str:
    return digest_of(*(file_digest(f) if f.is_file() else "" for f in files))


@contextmanager
def _beside(root: Path) -> Iterator[list[Path]]:
    """Let the user's code import files beside it, and forget them afterwards: another system may name its own alike."""
    before = set(sys.modules)
    imported: list[Path] = []
    importlib.invalidate_caches()
    sys.path.insert(0, str(root))
    try:
        yield imported
    finally:
        if str(root) in sys.path:
            sys.path.remove(str(root))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and not name.startswith("bartizan_user_") and _own(Path(file), root):
                imported.append(Path(file))
                del sys.modules[name]
        imported.sort()


def _own(file: Path, root: Path) -> bool:
    return file.suffix == ".py" and root in file.resolve().parents and "site-packages" not in file.parts
