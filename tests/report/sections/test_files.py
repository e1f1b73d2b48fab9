from bartizan.core.artifact import Measurement
from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.plan import Plan
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Outcome
from bartizan.report.exporters.markdown import Markdown
from bartizan.report.file_verdicts import scanned
from bartizan.report.render import render
from bartizan.report.sections.files import Files


def share(estimand: str, k: int, n: int) -> Measurement:
    v = k / n
    return Measurement(estimand=estimand, unit="file", n=n, method="full count", value=v, low=v, high=v)


def row(file: str, verdict: str, **at: str | int) -> Measurement:
    found = share("file_verdict", 1, 1)
    return found.model_copy(update={"at": {"file": file, "kind": "pickle", "verdict": verdict, **at}})


EVIL = row(
    "<evil>.pkl",
    "malicious",
    title="It would run code when opened",
    text="it would look up os.system, which runs programs",
    offset=1234,
    member="model/data.pkl",
    more=2,
    mend="do not open it",
)
CUT = row("cut.bin", "needs review", title="It cannot be followed", text="cut off", offset=0, mend="get it again")
GOOD = row("good.npz", "approved")


def assessed(*rows: Measurement, malicious: int, refused: int, n: int, kind: str = "files") -> Assessment:
    trial = Trial(name="t", kind="scanner", plugin="model_file_scan", version=5, subject=Subject(kind=kind, id="m"))
    counts = (share("unsafe_files", malicious, n), share("refused_files", refused, n))
    one = Evidence(id="e", artifact="a", trial=trial, outcome=Outcome.MEASURED, measurements=(*counts, *rows))
    return Assessment(tool={"name": "bartizan"}, system={"name": "S"}, plan=Plan(effort="quick"), evidence=(one,))


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def test_each_file_stands_with_its_verdict_the_reason_its_place_and_what_to_do() -> None:
    page = plain(render(assessed(EVIL, CUT, GOOD, malicious=1, refused=2, n=3), ArrayReader()))
    assert "Of 3 files of m, 1 would do harm when opened (malicious), 1 needs review and 1 is approved." in page
    assert "&lt;evil&gt;.pkl" in page
    assert "It would run code when opened: it would look up os.system, which runs programs" in page
    assert "(2 more)" in page
    assert "model/data.pkl, byte 1 234" in page
    assert "Do not open it" in page
    assert page.index("evil") < page.index("cut.bin") < page.index("1 approved")
    assert "good.npz" in page


def test_what_needs_review_is_not_said_to_do_harm() -> None:
    page = plain(render(assessed(CUT, malicious=0, refused=1, n=1), ArrayReader()))
    assert "Of 1 file of m, 0 would do harm when opened (malicious), 1 needs review and 0 are approved." in page
    assert ">Malicious<" not in page
    assert "run code" not in page


def test_hundreds_of_files_are_folded_and_those_without_a_row_are_counted() -> None:
    many = [row(f"{i}.bin", "needs review", title="It is empty", text="no bytes", mend="again") for i in range(200)]
    assessment = assessed(*many, GOOD, malicious=0, refused=900, n=1000)
    page = plain(render(assessment, ArrayReader()))
    assert "175 more that are not approved" in page
    assert "700 files more not approved; they are listed by `bartizan scan`." in page
    assert "good.npz" in page
    assert "and 99 more" in page
    assert plain(Markdown().export(assessment, ArrayReader())).count("| needs review |") == 25


def test_a_summary_in_markdown_names_what_is_not_approved() -> None:
    shown = plain(Markdown().export(assessed(EVIL, GOOD, malicious=1, refused=1, n=2), ArrayReader()))
    assert "**Files that are not approved**" in shown
    assert "os.system" in shown
    clean = Markdown().export(assessed(GOOD, malicious=0, refused=0, n=1), ArrayReader())
    assert "not approved" not in clean


def test_without_a_scan_nothing_is_said_to_be_known_and_controls_do_not_count() -> None:
    control = assessed(EVIL, malicious=1, refused=1, n=1, kind="control")
    assert not scanned(control)
    assert not Files().context(control, ArrayReader())["looks"]
    assert "nothing is known of what opening one would do" in render(control, ArrayReader())
