"""Texts from files nobody vouches for, as they may be shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """A text from a file, short and without characters that a terminal would act on."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:80])
