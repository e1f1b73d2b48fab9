"""One withheld column of records, guessed with the model's help; the referee holds an imputer against it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bartizan.attacks.privacy.game import affordable
from bartizan.attacks.privacy.traits.controls import COLUMN, attribute_controls
from bartizan.attacks.privacy.traits.guessing import Imputer, Rows, by_bayes, told, weighed
from bartizan.core.access import Output
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, NotApplicable, Profile, SensitiveColumn
from bartizan.core.target import Target
from bartizan.core.view import View, reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

FEW = 12
"""A column with more values than this is not guessed value by value."""
FEWEST_OWN = 50
FEWEST = 100
RECORDS = {"quick": 1000, "standard": 3000, "deep": 10_000}
COLUMNS = {"quick": 2, "standard": 4, "deep": FEW}
SHADOWS = {"quick": 2, "standard": 4, "deep": 8}
DOUBT = 0.05
"""Where only labels are told, a wrong one is taken to leave the true class so much probability."""


class AttributeInferenceParams(Frozen):
    """column: by its name; shadows: models of the adversary's own, of its own records, where it knows the recipe."""

    column: str = Field(default=COLUMN, min_length=1)
    shadows: int = Field(default=4, ge=1)


class AttributeInference(Attack):
    """Asks the model about every value the column may have. How far to believe it against an imputer is learnt on
    shadow models, about records they were trained on; without the recipe it is left to Bayes' rule."""

    spec = AttackSpec(
        id="attribute_inference",
        title="Attribute inference",
        summary="Guesses a sensitive column of a record that is otherwise known, from how sure each value makes the "
        "model of the record's class.",
        references=("fredrikson2014", "jayaraman2022"),
        family="privacy",
        threats=("D3",),
        needs=((Capability.SCORES, Capability.RECIPE), (Capability.SCORES,), (Capability.LABELS,)),
        game="attribute",
        makes="attribute_guesses",
        goal="tell a column of members better than somebody who never saw the model",
        harm="attribute_gain",
        modalities=("tabular",),
        cost_hint="a query for each record and value, and a few trainings where the recipe is known",
    )
    params = AttributeInferenceParams

    def run(self, view: View, *, params: AttributeInferenceParams, seed: int) -> Artifact:
        """Arrays: `guesses`, a value for each probe example; beyond the budget they are the imputer's."""
        own, column = view.auxiliary, view.probe.column(params.column)
        values = _values(own, column, params.column)
        recipe = view.access.allows(Capability.RECIPE) and view.info.retrainable
        imputer = Imputer(own, column, values, seed=child(seed, "imputer"), by_class=recipe)
        before = imputer(view.probe)
        guesses = values[before.argmax(axis=1)]
        n = affordable(view, each=len(values))
        if n:
            answers = told(_Asked(view, n), view.probe.take(slice(0, n)), column, values)
            joined = _by_shadows(view, imputer, own, values, params.shadows, seed) if recipe else by_bayes
            guesses[:n] = values[joined(before[:n], answers).argmax(axis=1)]
        return Artifact("attribute_guesses", {"guesses": guesses}, {"recipe": recipe, "asked": n})

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """The first 2 sensitive columns (quick), 4 (standard) or all (deep), a trial each."""
        self.check(profile)
        if not profile.sensitive:
            raise NotApplicable(
                "no column is sensitive: the description names none (sensitive_columns), and lists none of few values "
                "of records of people"
            )
        if find_spec("sklearn") is None:
            raise NotApplicable(f"{self.spec.title} imputes by scikit-learn: pip install 'bartizan[trees]'")
        return [self._proposal(profile, c, effort) for c in profile.sensitive[: COLUMNS[effort]]]

    def _proposal(self, profile: Profile, column: SensitiveColumn, effort: Effort) -> Proposal:
        each = min(column.values or FEW, FEW)
        n = RECORDS[effort] if profile.queries is None else min(RECORDS[effort], profile.queries // each)
        if n < FEWEST:
            raise NotApplicable(
                f"it asks {each} times about each of {FEWEST} records, and the interface lets an actor ask "
                f"{profile.queries} times"
            )
        params = AttributeInferenceParams(column=column.name, shadows=SHADOWS[effort]).model_dump(mode="json")
        return Proposal(params=params, examples=n, queries_per_example=each, queries=n * each, label=column.name)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return attribute_controls(AttributeInferenceParams(shadows=2).model_dump(mode="json"))


class _Asked:
    """How sure the target is of the class of the first n probe examples, each query metered for its example."""

    def __init__(self, view: View, n: int) -> None:
        self.view, self.of = view, np.arange(n)

    def __call__(self, x: Array, y: Labels) -> Rows:
        if self.view.access.allows(Capability.SCORES):
            return _log(self.view.scores(x, self.of), y)
        return np.log(np.where(self.view.labels(x, self.of) == y, 1 - DOUBT, DOUBT))


class _Shadow:
    """How sure a model of one's own is, as the interface would show it."""

    def __init__(self, model: Target, output: Output) -> None:
        self.model, self.output = model, output

    def __call__(self, x: Array, y: Labels) -> Rows:
        return _log(reduce_output(self.model.scores(x), self.output), y)


def _log(scores: Array, y: Labels) -> Rows:
    p = np.take_along_axis(scores.astype(np.float64), y[:, None], 1)[:, 0]
    return np.asarray(np.log(np.maximum(p, 1e-30)), np.float64)


def _values(own: Data, column: int, name: str) -> NDArray[np.float32]:
    """What the column may hold. Raises `NotApplicable` where that cannot be told value by value."""
    values = np.unique(own.x[:, column])
    if not 2 <= len(values) <= FEW:
        raise NotApplicable(f"the column '{name}' holds {len(values)} values; from 2 to {FEW} can be told apart")
    if len(own) < FEWEST_OWN:
        raise NotApplicable(f"the adversary owns {len(own)} records; to impute a column takes {FEWEST_OWN}")
    return values


def _by_shadows(
    view: View, imputer: Imputer, own: Data, values: Array, shadows: int, seed: int
) -> Callable[[Rows, Rows], Rows]:
    """How to join imputer and answers, learnt on models of random halves of the adversary's own records."""
    parts, rows = [], []
    for s in range(shadows):
        half = np.random.default_rng(child(seed, "shadow", s)).permutation(len(own))[: len(own) // 2]
        model = view.train(own.x[half], own.y[half], seed=child(seed, "train", s))
        parts.append(told(_Shadow(model, view.access.output), own.take(half), imputer.column, values))
        rows.append(half)
    which = np.concatenate(rows)
    return weighed(imputer.out_of_fold()[which], np.concatenate(parts), imputer.known[which], len(values))
