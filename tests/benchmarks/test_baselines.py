"""What says whether the baselines are right must see where they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from extraction import authors, baselines, baselines_table, baselines_truth, membership_peers
from scipy.stats import norm

SCRIPT = """
import nothing_of_this_name
@nothing_of_this_name.decorated
def generate_ours(keep, scores, check_keep, check_scores, fix_variance=False):
    return list(-check_scores[0, :, 0] - (1 if fix_variance else 0)), []
raise SystemExit("an experiment")
"""


def drawn(records: int = 400, models: int = 8) -> Any:
    rng = np.random.default_rng(0)
    inside = membership_peers.halves(models, records, 1)
    member = rng.random(records) < 0.5
    return rng.normal(0, 1, records) + member, member, rng.normal(0, 1, (models, records)) + inside, inside


def test_one_shift_has_the_closed_form_of_a_normal_test() -> None:
    for rate in (0.01, 0.001):
        expected = norm.sf(norm.isf(rate) - 2)
        assert baselines_truth.most_powerful(rate, np.array([2.0])) == pytest.approx(expected, rel=1e-6)


def test_estimates_of_many_references_come_near_to_the_best_test_and_of_few_do_not() -> None:
    shifts = baselines_truth.SHIFTS
    best = baselines_truth.most_powerful(0.01, shifts)
    assert baselines_truth.by_estimates(0.01, shifts, 5000) == pytest.approx(best, rel=0.01)
    assert baselines_truth.by_estimates(0.01, shifts, 2) < 0.7 * best


@pytest.mark.parametrize(("method", "models"), [("LiRA online", 8), ("RMIA online", 16), ("RMIA offline", 16)])
def test_the_baselines_find_what_theory_says(method: str, models: int) -> None:
    row = baselines_truth.measured(method, models, 0.01, seed=3, records=20_000)
    assert row["within"]
    assert row["low"] < row["found"] < row["high"]


def test_a_wrong_baseline_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    draw, _, true = baselines_truth.METHODS["LiRA online", 8]
    wrong = (draw, lambda sure, refs, inside: sure - refs.mean(axis=0), true)
    monkeypatch.setitem(baselines_truth.METHODS, ("LiRA online", 8), wrong)
    assert not baselines_truth.measured("LiRA online", 8, 0.01, seed=3, records=20_000)["within"]


def test_the_published_code_of_lira_by_hand() -> None:
    refs, inside = np.array([[0.0], [2.0], [6.0], [10.0]]), np.array([[False], [False], [True], [True]])
    sure = np.array([7.0])
    own = membership_peers.lira_published(sure, refs, inside, online=True, fixed=False)
    assert own[0] == pytest.approx(norm.logpdf(7, 8, 2) - norm.logpdf(7, 1, 1))
    one = membership_peers.lira_published(sure, refs, inside, online=True, fixed=True)
    assert one[0] == pytest.approx(norm.logpdf(7, 8, 2) - norm.logpdf(7, 1, 2))
    off = membership_peers.lira_published(sure, refs, inside, online=False, fixed=True)
    assert off[0] == pytest.approx(-norm.logpdf(7, 1, 1))


def test_published_variants_stand_only_where_all_records_were_seen_equally_often() -> None:
    sure, _, refs, inside = drawn()
    assert "LiRA online, published code" in membership_peers.scores(sure, refs, inside)
    inside[0, 0] = ~inside[0, 0]
    assert not [n for n in membership_peers.scores(sure, refs, inside) if "published" in n]


def test_functions_are_taken_out_of_a_script_without_running_it(tmp_path: Path) -> None:
    path = tmp_path / "plot.py"
    path.write_text(SCRIPT)
    found = authors.functions(path, ("generate_ours",), {})["generate_ours"]
    assert found([], [], [], np.ones((1, 3, 1)))[0] == [-1, -1, -1]
    with pytest.raises(authors.NotThere, match="generate_theirs"):
        authors.functions(path, ("generate_theirs",), {})


def test_missing_code_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIA_AUTHORS", str(tmp_path))
    with pytest.raises(authors.NotThere, match=r"MIA_AUTHORS to a folder with privacy/research.*and ml_privacy_meter"):
        authors.folder()
    monkeypatch.delenv("MIA_AUTHORS")
    with pytest.raises(authors.NotThere):
        authors.folder()


def test_beside_tells_equal_from_different(monkeypatch: pytest.MonkeyPatch) -> None:
    same = (membership_peers.lira_online, membership_peers.lira_online)
    other = (membership_peers.lira_online, lambda sure, refs, inside: -sure)
    monkeypatch.setattr(baselines, "METHODS", {"same": same, "other": other})
    sure, member, refs, inside = drawn()
    row = baselines.beside([(sure, member, refs, inside)])
    assert row["same"]["rank_correlation"] == pytest.approx(1)
    assert row["same"]["largest_difference"] == 0
    assert row["same"]["tpr_ours"] == row["same"]["tpr_theirs"]
    assert row["other"]["rank_correlation"] < 0
    assert row["other"]["largest_difference"] > 1


def test_the_section_says_what_was_not_reproduced_and_shows_misses() -> None:
    rows: list[dict[str, Any]] = [
        {"job": "baselines", "row": "truth", "method": "LiRA online", "references": 4, "rate": 0.01, "found": 1.0,
         "low": 0.9, "high": 1.1, "truth": 2.0, "most": 3.0, "within": False},
        {"job": "baselines", "row": "authors", "references": 4, "targets": 1, "records": 10,
         "RMIA online": {"rank_correlation": 1.0, "largest_difference": 0.1, "tpr_ours": 1.0, "tpr_theirs": 1.0}},
        {"job": "membership", "what": "attack", "pair": "fashion-mlp", "part": "table", "references": 4,
         "tpr_0.001": {"LiRA online": 0.5, "LiRA online, halves": 0.7, "RMIA online": 1.0, "RMIA offline 1": 2.0}},
    ]  # fmt: skip
    page = "\n".join(baselines_table.lines(rows))
    assert "**Not reproduced:** a table of the papers" in page
    assert "| LiRA online | 4 | 1 % | 1.00 (0.90 to 1.10) | 2.00 | 3.00 | no |" in page
    assert "| RMIA online | 4 | 1.000000 | 1.0e-01 | 1.00 | 1.00 |" in page
    assert "| 4 | 0.27 | 0.70 | 1.53 | 1.00 | 2.07 | 2.00 |" in page
