"""The three verdicts on a file, and the rules they rest on: each with what it means and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is said of a file. Only what was followed to its end and is on the lists is approved."""

    APPROVED = "approved"
    REVIEW = "needs review"
    MALICIOUS = "malicious"


@dataclass(frozen=True)
class Rule:
    """A kind of reason: its verdict, what it is, and what to do about a file it is raised on."""

    verdict: Verdict
    title: str
    remedy: str


_BIN = "do not open it; take the model from a source you trust, as safetensors, ONNX or skops"
_ASK = "have somebody who knows that code look at it, or ask its maker for the weights alone (safetensors, ONNX, skops)"
_AGAIN = "get the file again, or have its maker write it again with a current version"

RULES: dict[str, Rule] = {
    "runs-code": Rule(Verdict.MALICIOUS, "It would run code when opened", _BIN),
    "hidden-name": Rule(Verdict.MALICIOUS, "It hides what it would run", _BIN),
    "changes-a-class": Rule(Verdict.MALICIOUS, "It changes a class or a module when opened", _BIN),
    "two-readings": Rule(Verdict.MALICIOUS, "Two readers read two different things in it", _BIN),
    "bomb": Rule(Verdict.MALICIOUS, "It grows out of all proportion when opened", _BIN),
    "escape": Rule(Verdict.MALICIOUS, "It reaches outside its own folder", _BIN),
    "template-escape": Rule(
        Verdict.MALICIOUS,
        "Its chat template reaches into Python",
        "do not use it; take the template from the model's first publisher",
    ),
    "unknown-name": Rule(Verdict.REVIEW, "It names code that is not on the list", _ASK),
    "extension-code": Rule(Verdict.REVIEW, "It names code by a number of the reader's own", _ASK),
    "custom-code": Rule(Verdict.REVIEW, "It needs code that is not part of its format", _ASK),
    "branches-on-input": Rule(
        Verdict.REVIEW,
        "It takes another path for some inputs",
        "look at both branches in a viewer (Netron); ask its maker for a model without them",
    ),
    "template-unknown": Rule(
        Verdict.REVIEW,
        "Its chat template does what is not on the list",
        "read the template, or take it from the model's first publisher",
    ),
    "branches-on-content": Rule(
        Verdict.REVIEW,
        "Its chat template does something else for some messages or days",
        "read what it does for that word or day, or take the template from the model's first publisher",
    ),
    "remote-code": Rule(
        Verdict.REVIEW,
        "It asks for code to be fetched or imported",
        "read that code, and never set trust_remote_code without",
    ),
    "program": Rule(Verdict.REVIEW, "It is a program", "review it as code; a scan of files does not judge programs"),
    "disguise": Rule(Verdict.REVIEW, "It is not what its name says", "find out why, and rename it or throw it away"),
    "lies": Rule(Verdict.REVIEW, "What its header says is not what it holds", _AGAIN),
    "trailing": Rule(Verdict.REVIEW, "Bytes follow its end", _AGAIN),
    "swells": Rule(
        Verdict.REVIEW,
        "It unpacks to more than a hundred times its size",
        "open it only where memory is limited, or have its maker write it again without packing",
    ),
    "broken": Rule(Verdict.REVIEW, "It cannot be followed to its end", _AGAIN),
    "unknown-kind": Rule(
        Verdict.REVIEW, "It is of no kind that is read here", "convert it to a kind that is, or leave it out"
    ),
    "limit": Rule(
        Verdict.REVIEW, "It is too large to be followed", "scan what is in it part by part, or raise the limit"
    ),
    "link": Rule(Verdict.REVIEW, "It is a link out of the folder", "scan what it points at, by its own path"),
    "special": Rule(Verdict.REVIEW, "It is no regular file", "take it out of the folder: no model comes as one"),
    "second-opinion": Rule(
        Verdict.REVIEW, "Another scanner speaks against it", "look at what that scanner found before opening it"
    ),
    "unreadable": Rule(Verdict.REVIEW, "It cannot be read", "give the account that scans the right to read it"),
}


@dataclass(frozen=True)
class Reason:
    """Why a file is not approved: the rule, a sentence, the byte, and the archive member the byte is counted in."""

    rule: str
    text: str
    offset: int = 0
    member: str = ""

    @property
    def verdict(self) -> Verdict:
        """That of its rule."""
        return RULES[self.rule].verdict

    @property
    def remedy(self) -> str:
        """That of its rule."""
        return RULES[self.rule].remedy


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """The worst; approved where there is no reason."""
    found = {r.verdict for r in reasons}
    return next((v for v in (Verdict.MALICIOUS, Verdict.REVIEW) if v in found), Verdict.APPROVED)
