import re

from bartizan.core.contracts import ArrayReader
from bartizan.report.exporters.markdown import Markdown


def test_findings_gates_and_the_untested_are_named(assessment):
    text = Markdown().export(assessment, ArrayReader())
    assert text.startswith("# Cheque reader")
    first = text.partition("\n**Not tested")[0]
    assert first.count("\n| ") == 1 + len(assessment.findings)
    assert "**failed**" in text
    assert "Not tested" in text


def test_the_description_cannot_write_markup(changed, assessment):
    bad = {**assessment.system, "name": "x](http://evil) <img> | `rm`\n# two"}
    title = Markdown().export(changed(system=bad), ArrayReader()).splitlines()[0]
    assert title == r"# x\](http://evil) \<img\> \| \`rm\` \# two: Bartizan assessment"


def test_an_empty_assessment_is_said_to_be_empty(empty):
    assert "Nothing has been judged yet" in Markdown().export(empty, ArrayReader())


def test_what_lies_behind_the_rates_follows_in_tables(assessment):
    text = Markdown().export(assessment, ArrayReader())
    after = text.partition("**How much knowledge it takes, before → after treatment**")[2].splitlines()
    assert after[2:4] == ["| treatment | finding | labels | scores | adaptive |", "|---|---|---|---|---|"]
    assert after[4].startswith("| Adversarial training | E2@reader/api | ")
    assert "worst class" in text
    assert "99 mended, 4 broken" in text


def test_every_row_of_a_table_has_the_cells_of_its_head(assessment):
    text = Markdown().export(assessment, ArrayReader())
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(blocks) == 9
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1
        assert block.splitlines()[1].startswith("|---|")


def test_a_name_cannot_break_out_of_a_cell(changed, assessment):
    bad = assessment.treatments[0].model_copy(update={"title": "x | <img>\n| y"})
    text = Markdown().export(changed(treatments=(bad,)), ArrayReader())
    assert r"| x \| \<img\> \| y | E2@reader/api |" in text
