"""Where the statements are that files are held against: digests, a bill of materials, signatures, known flaws."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Id, Text


class Provenance(Frozen):
    """Each piece is a path relative to the description. A piece that is left out is told as a gap."""

    digests: Annotated[
        Text | None, Field(description="Digests of the files named here, written by `bartizan provenance record`")
    ] = None
    bom: Annotated[Text | None, Field(description="A bill of materials, CycloneDX JSON")] = None
    statements: Annotated[
        tuple[Text, ...], Field(description="Signed in-toto statements (DSSE) about the files named here")
    ] = ()
    key: Annotated[
        Text | None, Field(description="The public Ed25519 key (PEM) that the statements must be signed with")
    ] = None
    model_signatures: Annotated[
        dict[Id, Text], Field(description="Signatures made by model-signing, by the id of the model")
    ] = {}
    model_key: Annotated[
        Text | None, Field(description="The public key (PEM) that the model signatures must be made with")
    ] = None
    advisories: Annotated[
        Text | None, Field(description="Known flaws of packages in the OSV format: a file, a folder or a zip of them")
    ] = None

    @model_validator(mode="after")
    def _keys_given(self) -> Self:
        problems = []
        if self.statements and self.key is None:
            problems.append(Problem(("statements",), "a signature proves nothing without the signer's key; give 'key'"))
        if self.model_signatures and self.model_key is None:
            why = "a signature proves nothing without the signer's key; give 'model_key'"
            problems.append(Problem(("model_signatures",), why))
        complain("Provenance", problems)
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """Every path that is named, the advisories left out."""
        one = (self.digests, self.bom, *self.statements, self.key, *self.model_signatures.values(), self.model_key)
        return tuple(path for path in one if path is not None)
