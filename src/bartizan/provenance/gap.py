"""`Gap`: one piece of provenance that is absent, or that does not hold."""

from __future__ import annotations

from typing import Literal

from bartizan.core.base import Frozen

Piece = Literal[
    "digest",  # nothing says what the file must be
    "changed",  # something does, and it is another file
    "signature",  # nobody signed it
    "statement",  # a signature that does not hold
    "bom",  # no bill of materials, or one that leaves something out
    "lock",  # no lock file
    "advisories",  # nobody looked for known flaws
    "unpinned",
    "direct",
    "unhashed",
    "flawed",
]


class Gap(Frozen):
    """about: the asset (or `system`). what: the file or dependency. choice: the design choice that it bears on.

    count: how many things of one kind it stands for.
    """

    piece: Piece
    about: str
    what: str
    why: str
    mend: str
    choice: str
    count: int = 1
