from typing import Any

import numpy as np
import pytest

from bartizan.attacks.privacy import membership
from bartizan.attacks.privacy.inference.triage import triage
from bartizan.attacks.stacked import Recipe, train_stacked
from bartizan.core.errors import DataError, ModelError, UsageError

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
D, K = 6, 3


def learner(x: Any, y: Any, *, seed: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(3, weights="distance").fit(x, y)


def test_a_memoriser_is_found_out(target: Any, members: Any, outsiders: Any) -> None:
    found = membership(target, members, outsiders, train=type(target), references=4, fprs=(0.01, 0.001))
    assert found.leaks
    assert found.auc_low > 0.9
    assert found.at(0.01).low > 0.3
    assert found.at(0.01).realised_low <= 0.01
    assert found.risk.shape == (1000,)
    assert found.scores["fusion"].shape == (2000,)
    assert found.queries == 2000 + 2 * 64
    assert found.trainings == 5
    assert found.says.startswith(f"{round(1000 * found.at(0.01).tpr)} of 1,000 training records can be told")
    assert "one false accusation in 100" in found.says
    assert found.triage.p < 0.05


def test_a_rate_that_needs_more_outsiders_is_refused_with_the_number(target: Any, members: Any, outsiders: Any) -> None:
    found = membership(target, members, outsiders)
    assert [(r.fpr, r.needed, r.have) for r in found.refused] == [(0.001, 10_000, 1000), (0.0001, 100_000, 1000)]
    with pytest.raises(KeyError, match="needs 10,000 non-members"):
        found.at(0.001)


def test_without_training_there_is_the_loss_alone(target: Any, members: Any, outsiders: Any) -> None:
    found = membership(target, members, outsiders, checks=False)
    assert (found.score, found.trainings, found.queries) == ("loss", 0, 2000)
    assert found.auc > 0.8


def test_a_target_that_never_saw_them_is_hardly_ever_accused(target: Any, outsiders: Any) -> None:
    claimed, held = 0, 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        x, y = rng.random((800, D), np.float32), rng.integers(K, size=800)
        found = membership(
            target, (x[:400], y[:400]), (x[400:], y[400:]), train=type(target), fprs=(0.05,), seed=seed, checks=False
        )
        claimed += found.leaks
        held += found.auc_low <= 0.5 <= found.auc_high
    assert claimed <= 2
    assert held >= 10


def test_the_same_seed_gives_the_same_result(target: Any, members: Any, outsiders: Any) -> None:
    one, two = (membership(target, members, outsiders, train=type(target), seed=5) for _ in range(2))
    assert one.auc == two.auc
    assert np.array_equal(one.risk, two.risk)


def test_risks_are_in_the_order_given(target: Any, members: Any, outsiders: Any) -> None:
    x, y = members
    one = membership(target, (x, y), outsiders, checks=False)
    turned = membership(target, (x[::-1], y[::-1]), outsiders, checks=False)
    assert np.array_equal(one.risk[::-1], turned.risk)
    assert one.most_exposed(3).tolist() == np.argsort(one.risk, kind="stable")[:3].tolist()


def test_estimators_that_know_fewer_classes_and_ignore_their_seed(members: Any, outsiders: Any) -> None:
    fitted = learner(*members, seed=0)
    found = membership(fitted, members, outsiders, train=learner, references=2)
    assert [f.id for f in found.flags] == ["retraining_ignores_seed"]
    assert found.leaks


def test_modules_with_references_by_a_recipe(members: Any, outsiders: Any) -> None:
    def build() -> Any:
        return torch.nn.Sequential(torch.nn.Linear(D, 64), torch.nn.ReLU(), torch.nn.Linear(64, K))

    recipe = Recipe(build, epochs=60, batch=50, rate=0.01)
    x = np.concatenate([members[0], outsiders[0]])
    y = np.concatenate([members[1], outsiders[1]])
    inside = (np.arange(2000) < 1000)[None]
    weights = train_stacked(recipe, x, y, inside=inside, seed=9, keep_weights=True).weights
    assert weights is not None
    net = build()
    net.load_state_dict({n: torch.from_numpy(w[0]) for n, w in weights.items()})
    found = membership(net.eval(), members, outsiders, train=recipe, references=4)
    assert found.leaks
    assert found.auc_low > 0.55
    assert not [f for f in found.flags if f.id == "recipe_mismatch"]
    assert found.peak is not None
    assert x.nbytes < found.peak < 100 << 20
    with pytest.raises(UsageError, match=r"memory allows 0\.1 MiB"):
        membership(net, members, outsiders, train=recipe, references=4, memory=100_000)


def test_labels_alone_tell_less_and_still_tell(target: Any, members: Any, outsiders: Any) -> None:
    found = membership(
        target.predict, members, outsiders, access="labels", train=type(target), label_queries=9, checks=False
    )
    assert found.queries == 9 * 2000
    assert found.auc_low > 0.55


def test_another_recipe_is_noticed(target: Any, members: Any, outsiders: Any) -> None:
    found = membership(
        target, members, outsiders, train=lambda x, y, *, seed: type(target)(x, y, seed, radius=0.6), checks=False
    )
    (flag,) = found.flags
    assert flag.id == "recipe_mismatch"
    assert "quantiles were matched" in flag.detail


def test_triage_never_says_safe() -> None:
    rng = np.random.default_rng(0)
    sure, member = rng.normal(size=2000), np.arange(2000) % 2 == 0
    calm = triage(sure, sure > 0, member)
    assert calm.says.startswith("little evidence")
    assert "safe" not in calm.says
    told = triage(np.where(member, np.abs(sure), sure), np.where(member, True, sure > 0), member)
    assert told.p < 0.01
    assert told.tail == 0


def test_records_on_both_sides_are_counted_and_refused(target: Any, members: Any, outsiders: Any) -> None:
    x, y = outsiders
    mixed = np.concatenate([members[0][:7], x]), np.concatenate([members[1][:7], y])
    with pytest.raises(DataError, match="7 of 1007 non-members are members, too"):
        membership(target, members, mixed)


def test_too_few_records_are_refused(target: Any, members: Any, outsiders: Any) -> None:
    few = outsiders[0][:19], outsiders[1][:19]
    with pytest.raises(DataError, match="non_members holds 19 records; 20 are the least"):
        membership(target, members, few)


def test_a_training_that_ignores_its_records_is_refused(target: Any, members: Any, outsiders: Any) -> None:
    with pytest.raises(ModelError, match="does not use the records it is given"):
        membership(target, members, outsiders, train=lambda x, y, *, seed: target)


def test_a_target_that_answers_otherwise_each_time_is_refused(target: Any, members: Any, outsiders: Any) -> None:
    rng = np.random.default_rng(0)

    def moody(x: Any) -> Any:
        p = target.predict_proba(x) + 0.1 * rng.random((len(x), K))
        return p / p.sum(1, keepdims=True)

    with pytest.raises(ModelError, match="64 of 64 records differently"):
        membership(moody, members, outsiders)
    assert membership(moody, members, outsiders, draws=2).queries == 2 * (2000 + 128)


@pytest.mark.parametrize(
    ("kwargs", "error", "match"),
    [
        ({"fprs": ()}, UsageError, "give false-positive rates"),
        ({"fprs": (1.5,)}, UsageError, "give false-positive rates"),
        ({"references": -1}, UsageError, "give at least 0 and 1"),
        ({"access": "weights"}, UsageError, "there is no access 'weights'"),
        ({"access": "labels", "label_queries": 1}, UsageError, "give at least 2"),
        ({"train": 3}, UsageError, "train must be a function"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(
    target: Any, members: Any, outsiders: Any, kwargs: Any, error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        membership(target, members, outsiders, **kwargs)


@pytest.mark.parametrize(
    ("odd", "match"),
    [
        (3, "must be a pair"),
        ((np.zeros((30, 2)), np.zeros(29, int)), "not N×… and N"),
        ((np.zeros((30, 2)), np.zeros(30)), "must be integers from 0"),
        ((np.full((30, 6), np.nan), np.zeros(30, int)), "NaN or infinity"),
        ((np.zeros((30, 5)), np.zeros(30, int)), "give records of one kind"),
    ],
)
def test_records_that_cannot_be_read_are_a_sentence(target: Any, outsiders: Any, odd: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        membership(target, odd, outsiders)


def test_models_that_cannot_be_asked_are_a_sentence(members: Any, outsiders: Any) -> None:
    with pytest.raises(ModelError, match="str cannot be asked for scores"):
        membership("model", members, outsiders)
    with pytest.raises(ModelError, match="in training mode"):
        membership(torch.nn.Linear(D, K), members, outsiders)
    with pytest.raises(ModelError, match="scores N×K for K ≥ 3"):
        membership(lambda x: np.zeros((len(x), 2)), members, outsiders)
    with pytest.raises(ModelError, match="NaN or infinity"):
        membership(lambda x: np.full((len(x), K), np.nan), members, outsiders)
