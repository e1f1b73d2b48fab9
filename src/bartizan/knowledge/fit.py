"""Whether a defence fits a model and its use, and what it gets in the way of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from bartizan.core.base import Frozen
from bartizan.core.profile import Profile
from bartizan.core.system import System
from bartizan.core.vocabulary import EffectKind, Level
from bartizan.knowledge.base import KnowledgeBase, title
from bartizan.knowledge.schema import ConflictRule, DefenceEntry

NETWORKS = ("neural network", "feed-forward network", "convolutional network", "vision transformer")
ABSENT = ("none", "unknown")


class Clash(Frozen):
    """A conflict rule that applies to a defence. `others`: the ids on its other side; empty: the reader must judge."""

    rule: str
    relation: Literal["conflict", "beneficial", "conditional"]
    text: str
    others: tuple[str, ...] = ()
    side: str = ""


def never(defence: DefenceEntry) -> bool:
    """Whether the defence is known to be broken and stays in the catalogue as a warning only."""
    return defence.deprecated or EffectKind.NONE in defence.effect


def obstacles(defence: DefenceEntry, profile: Profile, system: System) -> tuple[str, ...]:
    """Why the defence cannot be applied to such a model: empty when nothing in the description forbids it."""
    needs = defence.needs
    found = []
    if needs.other == "federated learning" and system.model(profile.model).federation == "none":
        found.append("it is made for federated learning, and one party trains this model")
    if needs.differentiable and not profile.differentiable:
        found.append("it needs gradients, which this kind of model does not offer")
    elif needs.architectures and set(needs.architectures) <= set(NETWORKS) and not profile.differentiable:
        found.append(f"it is made for a {needs.architectures[0]}, and none can be seen here")
    if needs.retrainable and not profile.retrainable:
        found.append("it trains the model again, and the description names no retrain function")
    if "any" not in needs.modality and profile.modality not in needs.modality:
        found.append(f"it is not defined for {profile.modality} data")
    return tuple(found)


def burdens(defence: DefenceEntry, profile: Profile) -> tuple[str, ...]:
    """What it would cost that the use case limits: latency, and the floors on precision and recall."""
    found = []
    if profile.latency_ms is not None and defence.costs.inference.level is Level.HIGH:
        text = defence.costs.inference.text
        found.append(f"inference becomes slow ({text}), and an answer may take {profile.latency_ms:g} ms at most")
    floors = [("precision", profile.precision_floor), ("recall", profile.recall_floor)]
    stated = " and ".join(f"{name} {least:g}" for name, least in floors if least is not None)
    if stated and defence.costs.accuracy.level is Level.HIGH:
        found.append(f"it costs accuracy ({defence.costs.accuracy.text}), and the use case needs {stated} at least")
    return tuple(found)


def present(system: System, techniques: Iterable[str], defences: Iterable[str]) -> frozenset[str]:
    """Ids that a side of a conflict rule can find: vulnerabilities' techniques, defences in place or chosen, and
    design choices that are answered with anything but none."""
    choices = {c.entry for c in system.iter_choices() if c.value not in ABSENT}
    return frozenset({*techniques, *defences, *choices})


def clashes(defence: str, kb: KnowledgeBase, there: Collection[str]) -> tuple[Clash, ...]:
    """The conflict rules that apply when `defence` is added to what is `there` (see `present`)."""
    return tuple(clash for rule in kb.conflicts.values() if (clash := _clash(defence, rule, there)) is not None)


def _clash(defence: str, rule: ConflictRule, there: Collection[str]) -> Clash | None:
    for mine, other, name in ((rule.left, rule.right, rule.between[1]), (rule.right, rule.left, rule.between[0])):
        if defence not in mine:
            continue
        met = tuple(id for id in other if id in there and id != defence)
        if met or not other:
            text = f"{rule.text} {rule.condition}"
            return Clash(rule=rule.id, relation=rule.relation, text=text, others=met, side=name)
    return None


def said(clash: Clash, kb: KnowledgeBase) -> str:
    """A clash in one line: what the defence is at odds with, what of that is here, and the rule that tells more."""
    kind = "at odds with" if clash.relation == "conflict" and clash.others else "see first to"
    here = f": {named(clash.others, kb)}" if clash.others else ""
    return f"{kind} {clash.side}{here} (rule {clash.rule})"


def named(ids: Iterable[str], kb: KnowledgeBase) -> str:
    """Entries by their names, each with its id: `membership inference (D1), model stealing (X1)`."""
    found = [(id, kb.find(id)) for id in ids]
    return ", ".join(f"{title(entry).lower()} ({id})" if entry else id for id, entry in found)
