import numpy as np
import pytest

from bartizan.attacks.backdoor.bit_search import BitSearch, BitSearchParams
from bartizan.attacks.backdoor.controls import bars, trusting
from bartizan.attacks.backdoor.flipped import judge_flips
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.errors import AccessDenied, ModelError
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

torch = pytest.importorskip("torch")
WEIGHTS = Access(capabilities=(Capability.WEIGHTS,))


def found(params: BitSearchParams) -> Artifact:
    return BitSearch().run(grant(trusting(), WEIGHTS, Budget(), bars()), params=params, seed=0)


def drops(artifact: Artifact, params: BitSearchParams, estimand: str = "accuracy_drop") -> dict[int, float]:
    rows = judge_flips(trusting(), bars(), artifact, params, 1).measurements
    return {int(m.at["bits"]): m.value for m in rows if m.estimand == estimand}


def test_a_few_chosen_bits_do_more_than_as_many_random_ones() -> None:
    params = BitSearchParams(bits=8)
    chosen, random = (drops(found(params), params, e) for e in ("accuracy_drop", "random_fault_drop"))
    assert chosen[8] > 0.2 > random[8] + 0.1


def test_one_bit_of_a_float_is_enough() -> None:
    params = BitSearchParams(representation="float32", bits=1)
    assert drops(found(params), params)[1] > 0.2


def test_bits_to_failure_are_counted() -> None:
    params = BitSearchParams(bits=8)
    a = judge_flips(trusting(), bars(), found(params), params, 1).arrays
    n = int(a["tries"][0])
    assert a["reached"].tolist() == [True]
    assert a["flip_drop"][n] >= 0.2 > a["flip_drop"][n - 1]


def test_the_subject_is_left_as_it_was() -> None:
    target = trusting()
    before = target.scores(bars().probe.x)
    judge_flips(target, bars(), found(BitSearchParams(bits=3)), BitSearchParams(bits=3), 1)
    assert np.array_equal(before, target.scores(bars().probe.x))


def test_no_more_bits_count_than_the_parameters_say() -> None:
    assert max(drops(found(BitSearchParams(bits=5)), BitSearchParams(bits=2))) == 2


def test_no_bits_no_harm() -> None:
    none = Artifact("parameters", {n: np.zeros(0, np.int64) for n in ("tensor", "element", "bit")})
    assert drops(none, BitSearchParams()) == {0: 0.0}


@pytest.mark.parametrize("wrong", [(1, 0, 0), (-1, 0, 0), (0, 10_000, 0), (0, 0, 9)])
def test_bits_that_are_not_there_are_an_error(wrong: tuple[int, int, int]) -> None:
    arrays = {n: np.array([v]) for n, v in zip(("tensor", "element", "bit"), wrong, strict=True)}
    with pytest.raises(ValueError, match="bit"):
        drops(Artifact("parameters", arrays), BitSearchParams())


def test_a_model_without_weights_says_so() -> None:
    from bartizan.numerics.faults import tensors_of

    with pytest.raises(ModelError, match="no weights"):
        tensors_of(torch.nn.Flatten())


def test_without_the_weights_it_is_denied() -> None:
    with pytest.raises(AccessDenied):
        BitSearch().run(grant(trusting(), Access(), Budget(), bars()), params=BitSearchParams(), seed=0)
