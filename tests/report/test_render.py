import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bartizan.core.contracts import ArrayReader
from bartizan.core.vocabulary import Level
from bartizan.report import render as module
from bartizan.report.render import render, sections

HOSTILE = '<script>alert("x")</script>'
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Tree(HTMLParser):
    """Collects tags and attributes and remembers what was not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} at {self.getpos()}")

    def values(self, name: str) -> list[str]:
        return [a[name] or "" for _, a in self.tags if name in a]


@pytest.fixture(scope="module")
def page(assessment, arrays):
    return render(assessment, arrays)


@pytest.fixture(scope="module")
def tree(page):
    return Tree(page)


def test_two_renders_are_equal(page, assessment, arrays):
    assert render(assessment, arrays) == page


def test_every_tag_is_closed(tree):
    assert tree.faults == []
    assert tree.open == []


def test_nothing_is_loaded_and_nothing_runs(page, tree):
    assert not [t for t, _ in tree.tags if t in ("script", "link", "iframe", "object", "embed", "form")]
    assert all(v.startswith("data:image/png;base64,") for v in tree.values("src"))
    assert not re.search(r"url\((?!#)|@import|@font-face", page)
    assert not [name for _, a in tree.tags for name in a if name.startswith("on")]


def test_only_citations_lead_out(tree):
    links = [a for t, a in tree.tags if t == "a"]
    outside = [a for a in links if not (a["href"] or "").startswith("#")]
    assert outside
    assert all((a["href"] or "").startswith("https://") and a.get("rel") == "noreferrer" for a in outside)


def test_every_link_within_the_page_arrives(tree):
    ids = Counter(tree.values("id"))
    assert [i for i, n in ids.items() if n > 1] == []
    wanted = {a["href"][1:] for t, a in tree.tags if t == "a" and a["href"].startswith("#")}
    assert wanted - set(ids) == set()


def test_the_contents_list_every_section_in_order(page):
    listed = re.findall(r'<li><a href="#([a-z_]+)">', page)
    assert listed == [cls.spec.id for cls in sections()]
    orders = [cls.spec.order for cls in sections()]
    assert orders == sorted(orders)
    assert listed[0] == "summary"


def test_sections_are_found_by_their_folder():
    folder = Path(module.__file__).parent / "sections"
    written = {p.stem for p in folder.glob("*.py")} - {"__init__"}
    assert {cls.__module__.rsplit(".", 1)[1] for cls in sections()} == written
    assert {p.name.removesuffix(".html.j2") for p in folder.glob("*.j2")} == written


def test_an_empty_assessment_renders_every_section(empty):
    page = render(empty, ArrayReader())
    tree = Tree(page)
    assert tree.faults == []
    for cls in sections():
        assert f'<section id="{cls.spec.id}"' in page
    assert "nan" not in page.lower().split("</style>")[1].replace("governance", "").replace("provenance", "")


def test_whatever_the_description_says_is_escaped(changed, arrays, assessment):
    def poisoned(value):
        if isinstance(value, str):
            return value + HOSTILE
        if isinstance(value, dict):
            return {k: poisoned(v) for k, v in value.items()}
        return [poisoned(v) for v in value] if isinstance(value, list) else value

    findings = tuple(
        f.model_copy(update={"title": HOSTILE, "reason": HOSTILE, "asset": HOSTILE, "accepted": HOSTILE})
        for f in assessment.findings
    )
    treatments = tuple(t.model_copy(update={"title": HOSTILE, "reason": HOSTILE}) for t in assessment.treatments)
    bad = changed(
        system=poisoned(assessment.system),
        findings=findings,
        treatments=treatments,
        residual=(HOSTILE,),
        positions={"reader": HOSTILE + ":1:1"},
        tool={"name": HOSTILE, "version": HOSTILE},
    )
    page = render(bad, arrays)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert Tree(page).faults == []


def test_a_new_section_is_one_file_with_its_template(tmp_path, monkeypatch, assessment, arrays):
    (tmp_path / "weather_section.py").write_text(
        "from bartizan.core.contracts import Section, SectionSpec\n"
        "class Weather(Section):\n"
        "    spec = SectionSpec(id='weather', title='W', summary='W', order=1, heading='Weather')\n"
        "    def context(self, assessment, arrays):\n"
        "        return {'sky': assessment.system['name'] + ' <b>'}\n"
    )
    (tmp_path / "weather_section.html.j2").write_text("<p>{{ sky }}</p>")
    monkeypatch.syspath_prepend(str(tmp_path))
    import weather_section

    monkeypatch.setattr(module, "plugins", lambda kind: {"weather": weather_section.Weather})
    page = render(assessment, arrays)
    sys.modules.pop("weather_section")
    assert "<h2>Weather</h2>" in page
    assert "<p>Cheque reader &lt;b&gt;</p>" in page


def test_a_section_may_leave_itself_out(monkeypatch, assessment, arrays):
    first = sections()[0]
    monkeypatch.setattr(first, "context", lambda self, assessment, arrays: None)
    assert '<section id="summary"' not in render(assessment, arrays)


def test_what_is_untested_is_as_loud_as_what_failed(page, assessment):
    summary = page.split('<section id="summary"')[1].split("</section>")[0]
    for f in assessment.findings:
        if f.verdict == "untested":
            assert summary.count(f.id) >= 2
            assert f.reason in summary


def test_each_verdict_has_word_shape_and_colour(page):
    for verdict in ("exploited", "inconclusive", "untested", "resisted"):
        assert re.search(
            rf'<span class="verdict {verdict}"[^>]*><svg.*?</svg>{verdict.capitalize()}</span>', page, re.S
        )


def test_unknown_exposures_say_so_and_changed_levels_are_marked(page):
    table = page.split('<section id="exposures"')[1].split("</section>")[0]
    assert table.count("is-unknown") == 2
    assert "set by this description" in table
    assert "changed by the rule open oracle" in table


def test_all_three_curves_stand_in_an_evasion_finding(page):
    block = page.split('id="at-E2-reader-api"')[1].split("</article>")[0]
    for question in ("How many tries?", "How small a change?", "How much knowledge?"):
        assert question in block
    panels = block.split('<div class="three')[1].split("Which classes?")[0]
    assert panels.count('role="img"') == 3
    assert block.count("data:image/png;base64,") == 12


def test_the_page_stays_small(page):
    assert len(page) < 400_000


@pytest.mark.parametrize(("level", "said"), [("low", "Bears on the impact."), ("high", "Raises the impact.")])
def test_a_low_level_raises_nothing(changed, level, said):
    exposure = changed().exposures[0].model_copy(update={"level": Level(level), "effect": "impact"})
    page = render(changed(exposures=(exposure,)), ArrayReader())
    assert said in page
    assert ({"Bears on the impact.", "Raises the impact."} - {said}).pop() not in page


def test_bulk_stays_closed_on_paper_and_the_present_stage_is_open(assessment, arrays):
    page = render(assessment, arrays)
    assert "details:not(.bulk)::details-content" in page
    assert page.count('class="stage bulk') == 9
    assert len(re.findall(r'class="stage bulk[^>]* open>', page)) == 1
