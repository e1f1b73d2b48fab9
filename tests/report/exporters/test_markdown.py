from bartizan.core.contracts import ArrayReader
from bartizan.report.exporters.markdown import Markdown


def test_findings_gates_and_the_untested_are_named(assessment):
    text = Markdown().export(assessment, ArrayReader())
    assert text.startswith("# Cheque reader")
    assert text.count("\n| ") == 1 + len(assessment.findings)
    assert "**failed**" in text
    assert "Not tested" in text


def test_the_description_cannot_write_markup(changed, assessment):
    bad = {**assessment.system, "name": "x](http://evil) <img> | `rm`\n# two"}
    title = Markdown().export(changed(system=bad), ArrayReader()).splitlines()[0]
    assert title == r"# x\](http://evil) \<img\> \| \`rm\` \# two: Bartizan assessment"


def test_an_empty_assessment_is_said_to_be_empty(empty):
    assert "Nothing has been judged yet" in Markdown().export(empty, ArrayReader())
