"""Any id can be explained, and a misspelt one gets a hint."""

from __future__ import annotations

import pytest

from bartizan.core.errors import UsageError
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.explain import explain, plain_text


def test_every_entry_can_be_explained(base: KnowledgeBase) -> None:
    for id_, _ in base.items():
        (shown, name), *rest = explain(id_, base)
        assert shown == id_
        assert name
        assert rest, id_
        assert all(heading and text.strip() for heading, text in rest), id_


@pytest.mark.parametrize("written", ["e2", " E2 ", "E2"])
def test_case_and_spaces_do_not_matter(written: str) -> None:
    assert explain(written)[0] == ("E2", "Evasion, by queries")


def test_threat_names_its_numbers_sources_and_what_raises_it() -> None:
    text = plain_text(explain("E2"))
    assert "NISTAML.025 Black-box evasion" in text
    assert "AML.T0043.001 Black-Box Optimization" in text
    assert "DC13 Granularity of the output" in text
    assert "NIST AI 100-2 E2025" in text
    assert "sourced" in text


def test_option_says_its_level_and_why() -> None:
    sections = dict(explain("DC13=scores"))
    assert sections["Level"] == "high: Every query tells how far it moved."
    assert "E2 Evasion, by queries" in sections["Raises"]
    assert explain("dc13.scores") == explain("DC13=scores")
    assert explain("DC20=500")[0][0] == "DC20=hard_limit"
    assert dict(explain("DC01=unknown"))["Level"].startswith("unknown")


def test_atlas_id_shows_its_new_name_and_our_threats() -> None:
    sections = dict(explain("AML.T0020"))
    assert sections["Renamed"] == "Training Data Poisoning"
    assert "B1 Backdoor through data" in sections["Techniques that name it"]


def test_defence_shows_what_broke_it() -> None:
    sections = dict(explain("DF12"))
    assert "[carlini2017]" in sections["What broke it, and its limits"]
    assert sections["Deprecated"] == "yes"


def test_zero_is_shown() -> None:
    assert "supply_chain" in dict(explain("tolerance"))["Rates"]
    assert "High: 0" in dict(explain("tolerance"))["Rates"].splitlines()[-1]


@pytest.mark.parametrize(
    ("wrong", "right"), [("DF1", "DF01"), ("AML.T0043.01", "AML.T0043.001"), ("E22", "E2"), ("gu207", "gu2017")]
)
def test_misspelt_id_gets_a_hint(wrong: str, right: str) -> None:
    with pytest.raises(UsageError, match="Did you mean") as caught:
        explain(wrong)
    assert right in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("wrong", ["", "zzzzzzzzzz", "DC99=scores", "=", "E2=scores"])
def test_nonsense_ends_in_one_sentence(wrong: str) -> None:
    with pytest.raises(UsageError, match="no entry"):
        explain(wrong)


def test_wrong_option_lists_the_right_ones() -> None:
    with pytest.raises(UsageError, match="no option 'score'; its options are label, top_k"):
        explain("DC13=score")


def test_search_finds_by_words(base: KnowledgeBase) -> None:
    assert "D1" in base.search("membership inference")
    assert base.search("") == ()
