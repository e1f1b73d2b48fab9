"""The bibliography, and what standards and laws demand."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.knowledge.schema.common import Entry

Part = Literal[
    "system",
    "exposures",
    "threats",
    "vulnerabilities",
    "plan",
    "evidence",
    "findings",
    "treatments",
    "gates",
    "accepted",
    "versions",
    "report",
]


class Reference(Frozen):
    """A publication. It has an arXiv id, a DOI or a URL, or none for old print."""

    id: str = Field(min_length=1)
    authors: str
    title: str
    venue: str
    year: int = Field(ge=1900, le=2100)
    arxiv: str | None = Field(default=None, pattern=r"^\d{4}\.\d{4,5}$")
    doi: str | None = None
    url: str | None = None

    @property
    def link(self) -> str | None:
        """Where to read it."""
        if self.arxiv:
            return f"https://arxiv.org/abs/{self.arxiv}"
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def citation(self) -> str:
        """One line: authors, title, venue, year, link."""
        line = f"{self.authors}. {self.title}. {self.venue}, {self.year}."
        return f"{line} {self.link}" if self.link else line


class CrosswalkEntry(Entry):
    """One demand of a standard, law or guideline (paraphrased) and the parts of an assessment that answer it.

    coverage: `full` when those parts answer it, `partial` when something must be added by people, `none` otherwise.
    """

    framework: Literal["AIC4", "EU AI Act", "NIST AI RMF", "ISO/IEC 24029", "ISO/IEC 27090", "OWASP AI Exchange"]
    clause: str
    title: str
    demand: str
    answered_by: tuple[Part, ...]
    coverage: Literal["full", "partial", "none"]
    how: str

    @model_validator(mode="after")
    def _coverage_has_parts(self) -> Self:
        if (self.coverage == "none") != (not self.answered_by):
            raise ValueError(f"{self.id}: coverage none goes with an empty answered_by, and only with it")
        return self
