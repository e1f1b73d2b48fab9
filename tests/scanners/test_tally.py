"""What a scan keeps: the malicious files whatever comes before them, in bounded memory, and how many were left out."""

from __future__ import annotations

from pathlib import Path

from bartizan.formats.model_scan import FileReport
from bartizan.formats.sniff import FileKind
from bartizan.formats.verdict import Reason
from bartizan.scanners.tally import APPROVED_KEPT, KEPT, Tally


def _report(name: str, *rules: str) -> FileReport:
    return FileReport(Path(name), FileKind.PICKLE, tuple(Reason(rule, "it is so") for rule in rules))


def test_a_malicious_file_is_kept_behind_any_number_of_others() -> None:
    tally = Tally()
    for i in range(KEPT + 100):
        tally.add(_report(f"{i}.pkl", "broken"))
    tally.add(_report("z_evil.pkl", "runs-code"))
    assert tally.grave[0].path.name == "z_evil.pkl"
    assert tally.left_out() == {"needs review": 100}
    assert tally.exit_code == 1


def test_what_is_kept_is_bounded_and_what_is_not_is_counted() -> None:
    tally = Tally()
    for i in range(KEPT + 3):
        for rules in (("runs-code",), ("broken",), ()):
            tally.add(_report(f"{i}", *rules))
    assert (len(tally.grave), len(tally.approved)) == (2 * KEPT, APPROVED_KEPT)
    assert tally.left_out() == {"malicious": 3, "needs review": 3}
    assert tally.total == 3 * (KEPT + 3)


def test_nothing_is_left_out_where_there_is_room() -> None:
    tally = Tally()
    tally.add(_report("a", "broken"))
    assert tally.left_out() == {}
