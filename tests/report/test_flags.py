import re
from pathlib import Path

from bartizan.report import flags

PAGE = (Path(__file__).parents[2] / "docs" / "flags.md").read_text(encoding="utf-8")


def test_every_section_of_the_page_is_told_in_two_lines():
    ids = re.findall(r"^## (\S+)", PAGE, flags=re.MULTILINE)
    assert ids
    for id in ids:
        said = flags.meaning(id)
        assert said is not None
        assert all(said), id
        assert "`" not in "".join(said)


def test_a_flag_of_another_package_is_not_known():
    assert flags.meaning("no_such_flag") is None
