from __future__ import annotations

from packaging.version import Version

from bartizan.formats.locks.advisories import Advisory
from bartizan.formats.locks.dependency import Dependency
from bartizan.provenance.audit import audit, weak_share

FLAW = Advisory("A-1", "numpy", "bad", frozenset(), ((None, Version("2.1.1"), None),))
SOUND = Dependency("numpy", "2.2.0", ("sha256:aa",))


def kinds(one: Dependency, *advisories: Advisory) -> list[str]:
    return [w.kind for w in audit([one], advisories)]


def test_each_weakness_is_told_and_a_sound_dependency_has_none() -> None:
    assert kinds(SOUND, FLAW) == []
    assert kinds(Dependency("numpy", "2.2.0")) == ["unhashed"]
    assert kinds(Dependency("numpy", None, ("sha256:aa",))) == ["unpinned"]
    assert kinds(Dependency("tool", None, (), "git+https://host/tool.git")) == ["direct", "unhashed"]
    assert kinds(Dependency("numpy", "2.1.0", ("sha256:aa",)), FLAW) == ["flawed"]


def test_an_open_version_has_every_flaw_of_its_package() -> None:
    assert kinds(Dependency("numpy", None, ("sha256:aa",)), FLAW) == ["unpinned", "flawed"]


def test_the_mended_version_is_named() -> None:
    (weakness,) = audit([Dependency("numpy", "2.1.0", ("sha256:aa",))], [FLAW])
    assert weakness.mend == "install numpy 2.1.1 or later"
    assert "A-1, bad" in weakness.sentence


def test_the_share_counts_dependencies_and_not_weaknesses() -> None:
    listed = [SOUND, Dependency("tool", None, (), "./tool")]
    assert weak_share(listed, audit(listed, None)) == (1, 2)
