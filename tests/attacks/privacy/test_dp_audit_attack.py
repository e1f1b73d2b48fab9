from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.privacy.audit.controls import Promised, audit_controls
from bartizan.attacks.privacy.dp_audit import DpAudit, DpAuditParams
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import grant
from bartizan.testing import check_attack

BROKEN, KEPT = audit_controls(DpAuditParams().model_dump(mode="json"))


def canaries(roles, n=1000):
    view = grant(BROKEN.target(), Access(), Budget(), roles)
    return DpAudit().run(view, params=DpAuditParams(canaries=n), seed=0)


def measured(target, artifact):
    found = PrivacyReferee().measure(target, BROKEN.roles(), artifact, params=DpAuditParams(), seed=0)
    return {m.estimand: m for m in found.measurements}


def test_contract():
    check_attack(DpAudit)


def test_every_canary_has_a_wrong_label():
    roles = BROKEN.roles()
    made = canaries(roles).arrays
    right = dict(zip(roles.auxiliary.contents(), roles.auxiliary.y.tolist(), strict=True))
    known = [right[c] for c in replace(roles.auxiliary, x=made["x"], y=made["y"]).contents()]
    assert len(known) == len(roles.auxiliary)
    assert (np.array(known) != made["y"]).all()


def test_a_training_without_a_promise_is_not_audited():
    target = BROKEN.target()
    target.info = target.info.model_copy(update={"promise": None})
    with pytest.raises(NotApplicable, match="makes no promise"):
        measured(target, canaries(BROKEN.roles()))


def test_bounds_stand_in_order_and_only_what_exceeds_the_promise_breaks_it():
    found = measured(BROKEN.target(), canaries(BROKEN.roles()))
    assert found["epsilon_promised"].value < found["epsilon_shown"].value <= found["epsilon_ceiling"].value
    assert found["promise_broken"].value == 1
    wide = BROKEN.target()
    assert isinstance(wide, Promised)
    wide.info = wide.info.model_copy(update={"promise": (100.0, 1e-5)})
    assert measured(wide, canaries(BROKEN.roles()))["promise_broken"].value == 0


def test_canaries_that_are_records_or_there_twice_are_left_out():
    made, records = canaries(BROKEN.roles()).arrays, BROKEN.roles().writable
    both = {n: np.concatenate([made[n], made[n], getattr(records, n)]) for n in ("x", "y")}
    assert measured(KEPT.target(), Artifact("canaries", both))["epsilon_shown"].n == len(made["y"])


def test_too_few_records_of_its_own():
    roles = BROKEN.roles()
    with pytest.raises(NotApplicable, match="9 records of its own"):
        canaries(replace(roles, auxiliary=roles.auxiliary.take(slice(0, 9))))


def test_quick_only_where_something_is_promised():
    plain = Profile(model="m", retrainable=True)
    with pytest.raises(NotApplicable, match="no promise"):
        DpAudit().propose(plain, "quick")
    assert DpAudit().propose(plain, "standard")
    assert DpAudit().propose(plain.model_copy(update={"promise": (8.0, 1e-5)}), "quick")
