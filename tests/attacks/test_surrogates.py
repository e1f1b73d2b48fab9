import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import bars, trusting
from bartizan.attacks.surrogates import own_logits, own_module
from bartizan.core.access import Access, Budget
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

torch = pytest.importorskip("torch")
C = Capability


def asked(*capabilities: Capability) -> tuple[np.ndarray, int, int]:
    view = grant(trusting(), Access(capabilities=capabilities), Budget(), bars())
    logits = own_logits(view, 0, steps=80)
    x = torch.from_numpy(bars().probe.x).requires_grad_(True)
    z = logits(x)
    z.sum().backward()
    assert x.grad is not None
    return z.argmax(1).numpy(), view.meter.retrainings, view.meter.queries


def test_a_contributor_trains_a_network_of_its_own() -> None:
    said, retrainings, queries = asked(C.DATA_WRITE)
    assert (said == bars().probe.y).mean() > 0.8
    assert (retrainings, queries) == (0, 0)


@pytest.mark.parametrize("known", [(), (C.RECIPE,)])
def test_its_own_network_can_be_differentiated_by_its_weights(known: tuple[Capability, ...]) -> None:
    view = grant(trusting(), Access(capabilities=(C.DATA_WRITE, *known)), Budget(), bars())
    net = own_module(view, 0, steps=20)
    weights = [p.requires_grad_(True) for p in net.parameters()]
    (g, *_) = torch.autograd.grad(net(torch.from_numpy(bars().probe.x)).pow(2).sum(), weights)
    assert g.abs().sum() > 0
    assert view.meter.retrainings == len(known)


def test_an_insider_trains_by_the_recipe_and_it_is_counted() -> None:
    said, retrainings, _ = asked(C.DATA_WRITE, C.RECIPE)
    assert np.array_equal(said, trusting().labels(bars().probe.x))
    assert retrainings == 1
