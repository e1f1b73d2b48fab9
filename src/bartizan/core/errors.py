"""The exception tree. Every error a person can cause says what, where and how to mend it.

BartizanError
├── UsageError            exit 2   the command line or the description is wrong
│   ├── DescriptionError           … at a file, line and column
│   ├── DataError                  … the data cannot be used as described
│   ├── ModelError                 … the model cannot be used as described
│   ├── UnsafeFileError            … the file may not be opened
│   └── StoreError                 … the evidence store cannot be used
├── TargetUnreachable     exit 4
├── AccessDenied                   an attack reached beyond its access: a bug in the attack
└── BudgetSpent                    the view refused a query beyond the budget
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """A place in a text file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class BartizanError(Exception):
    """Base of all errors Bartizan raises on purpose. `str()` is one clear sentence."""

    exit_code = 70  # a fault of ours, unless a subclass knows better
    about: str | None = None  # id of the asset it speaks of, until its place in the description is said


class UsageError(BartizanError):
    """Something the user gave cannot be used; nothing stored was touched."""

    exit_code = 2


class DescriptionError(UsageError):
    """The description is wrong at one or more places. `problems` holds one sentence each, positions included."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problems))

    def __reduce__(self) -> tuple[type[DescriptionError], tuple[list[str]]]:
        return type(self), (self.problems,)


class DataError(UsageError):
    """The data cannot be used as described."""


class ModelError(UsageError):
    """The model cannot be used as described."""


class UnsafeFileError(UsageError):
    """The file could run code when opened, or is not what it claims to be."""


class StoreError(UsageError):
    """The evidence store cannot be read or written."""


class TargetUnreachable(BartizanError):
    """A remote target did not answer."""

    exit_code = 4


class AccessDenied(BartizanError):
    """A plugin used a method its access does not grant."""


class BudgetSpent(BartizanError):
    """The next query would exceed the budget. Nothing beyond the budget was answered."""
