"""One dependency as a lock file states it."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Dependency:
    """name: normalised (PEP 503). version: the one exact version, None where the file leaves it open.

    digests: of the files it may be installed from, `algorithm:hex`. direct: the address or path it is taken from
    instead of an index. where: `file:line`, or the file where lines say nothing.
    """

    name: str
    version: str | None = None
    digests: tuple[str, ...] = ()
    direct: str | None = None
    where: str = ""
    marker: str = field(default="", compare=False)

    @property
    def hashed(self) -> bool:
        """Whether the file says what the bytes must be."""
        return bool(self.digests)


def normal(name: str) -> str:
    """The name as an index compares it."""
    return str(canonicalize_name(name))
