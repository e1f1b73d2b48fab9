import random
import re
from pathlib import Path

import pytest

from bartizan.core.errors import DescriptionError
from bartizan.core.system import System
from bartizan.formats.description import read_system

PLACED = re.compile(r"^.+:\d+:\d+: \S")


def problems(path: Path) -> list[str]:
    """What is said about a description that is wrong, without the name of its folder."""
    with pytest.raises(DescriptionError) as caught:
        read_system(path)
    assert all(PLACED.match(p) for p in caught.value.problems)
    return [p.removeprefix(str(path) + ":") for p in caught.value.problems]


def change(path: Path, old: str, new: str) -> Path:
    """Replace `old`, which must be there exactly once."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    return path


def test_a_full_description_is_read_with_positions_and_digest(full: Path) -> None:
    description = read_system(full)
    assert description.system.asset("reader").id == "reader"
    assert str(description.position_of("reader")) == f"{full}:40:7"
    assert str(description.position_of("api")) == f"{full}:58:5"
    assert description.position_of("nowhere").line == 2
    assert len(description.digest) == 64
    assert description.resolve("net.py").is_file()
    assert System.from_json(description.system.to_json()) == description.system


def test_the_readme_description_is_fifteen_lines_that_validate(minimal: Path) -> None:
    assert len(minimal.read_text().splitlines()) == 15
    assert read_system(minimal).system.interfaces_of("reader")


def test_the_digest_follows_the_text(full: Path) -> None:
    before = read_system(full).digest
    full.write_text(full.read_text() + "# a comment\n")
    assert read_system(full).digest != before


WRONG: dict[str, tuple[str, str, str]] = {  # what is replaced, by what (§ marks the place to be named), the sentence
    "misspelt key": (
        "oversight: sampled",
        "§oversigth: sampled",
        "key 'oversigth' is not known here; did you mean 'oversight'?",
    ),
    "misspelt top key": ("impact: {", "§impcat: {", "key 'impcat' is not known here; did you mean 'impact'?"),
    "misspelt required key": ("purpose: R", "§purpse: R", "key 'purpse' is not known here; did you mean 'purpose'?"),
    "key of another section": (
        "  latency_ms: 200",
        "  §query_budget: 3",
        "key 'query_budget' is not known here; it belongs in interfaces",
    ),
    "misspelt key of a load": ("factory:", "§fctory:", "key 'fctory' is not known here; did you mean 'factory'?"),
    "missing key": (
        "  - id: api\n    serves: reader\n",
        "  - §id: api\n",
        "key 'serves' is missing in item 1 of 'interfaces'",
    ),
    "missing kind": (
        "      load: {kind: onnx, ",
        "      §load: {",
        "key 'kind' is missing in 'load' (one of lightgbm, onnx,",
    ),
    "unknown option": (
        "labels: outsourced",
        "§labels: outsorced",
        "'labels' cannot be 'outsorced'; did you mean 'outsourced'? (one of in_house",
    ),
    "unknown stage": ("stage: testing", "§stage: tested", "'stage' cannot be 'tested'; did you mean 'testing'?"),
    "unknown kind": (
        "second\n      load: {kind: onnx",
        "second\n      §load: {kind: onx",
        "'kind' cannot be 'onx'; did you mean 'onnx'?",
    ),
    "unknown budget": (
        "query_budget: 5000",
        "§query_budget: sofd",
        "'query_budget' cannot be 'sofd'; did you mean 'soft'?",
    ),
    "unknown dependency level": (
        "dependencies: requirements.lock",
        "§dependencies: pined",
        "'dependencies' cannot be 'pined'; did you mean 'pinned'?",
    ),
    "text for a number": ("latency_ms: 200", "§latency_ms: fast", "'latency_ms' must be a number, not 'fast'"),
    "truth for a number": ("latency_ms: 200", "§latency_ms: true", "'latency_ms' must be a number, not 'true'"),
    "number for text": ("name: Cheque reader", "§name: 12", "'name' must be text, not '12'"),
    "mapping for a list": (
        "open_in: [deployment, monitoring]",
        "§open_in: {a: b}",
        "'open_in' must be a list, not a mapping",
    ),
    "list for a mapping": (
        "supply: {parties: self_self}",
        "§supply: [a]",
        "'supply' must be a mapping of 'key: value' lines, not a list",
    ),
    "text for a mapping": (
        "supply: {parties: self_self}",
        "§supply: self_self",
        "'supply' must be a mapping of 'key: value' lines, not 'self_self'",
    ),
    "no value": ("autonomy: supervised", "§autonomy:", "'autonomy' has no value; write one of advisory"),
    "negative": ("query_budget: 5000", "§query_budget: 0", "'query_budget' must be at least 1, not 0"),
    "too many": ("bounds: [0, 1]", "§bounds: [0, 1, 2]", "'bounds' takes at most 2 values, not 3"),
    "bounds turned round": (
        "bounds: [0, 1]",
        "§bounds: [1, 0]",
        "'bounds' must be [lowest, highest] with the first below the second",
    ),
    "bad item": ("bounds: [0, 1]", "bounds: [0, §x]", "item 2 of 'bounds' must be a number, not 'x'"),
    "not a date": (
        "mends it, until: 2030-12-31",
        "mends it, §until: soon",
        "'until' must be a date such as 2027-01-31, not 'soon'",
    ),
    "no such day": (
        "mends it, until: 2030-12-31",
        "mends it, until: §2030-02-31",
        "'until' must be a date, YYYY-MM-DD, that exists, not '2030-02-31'",
    ),
    "bad id": ("id: second", "§id: 'se cond'", "'id' cannot be 'se cond'; use letters"),
    "bad function": (
        'factory: "net:build"',
        '§factory: "build"',
        "'factory' cannot be 'build'; write module:function or path.py:function",
    ),
    "infinite": ("latency_ms: 200", "§latency_ms: .inf", "'latency_ms' must be a finite number"),
    "empty text": ("name: Cheque reader", "§name: ''", "'name' must not be empty"),
    "dangling id": ("serves: reader", "§serves: raeder", "there is no model with id 'raeder'; did you mean 'reader'?"),
    "dangling id in a flow": (
        "from: train",
        "§from: trian",
        "there is no asset or interface with id 'trian'; did you mean 'train'?",
    ),
    "eps larger than the range": (
        "eps: 0.1",
        "§eps: 1.1",
        "eps 1.1 is larger than the whole range of inputs of 'reader'",
    ),
    "gate without bound": (
        "- {threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1, at_least: 0.4}",
        "- §{threat_class: evasion, estimand: robust_accuracy, norm: linf, eps: 0.1}",
        "give exactly one of at_least, at_most",
    ),
    "missing file": (
        "path: second.onnx",
        "§path: secnd.onnx",
        "there is no file 'secnd.onnx'; did you mean 'second.onnx'?",
    ),
    "missing code": (
        '{function: "net.py:train"',
        '{§function: "nets.py:train"',
        "there is no file 'nets.py'; did you mean 'net.py'?",
    ),
    "missing lock file": (
        "dependencies: requirements.lock",
        "§dependencies: other/lock.txt",
        "there is no file 'other/lock.txt' (looked in",
    ),
    "folder for a file": ("path: second.onnx", "§path: .", "'.' is a folder, a file is needed"),
    "duplicate key": (
        "supply: {parties: self_self}",
        "supply: {}\n§supply: {}",
        "key 'supply' is given twice (first in line 88)",
    ),
    "tab": ("  autonomy: supervised", "§\tautonomy: supervised", "a tab is used here; YAML is indented with spaces"),
    "indentation": (
        "  autonomy: supervised",
        "   §autonomy: supervised",
        "the indentation does not fit the lines above",
    ),
    "bracket": (
        "bounds: [0, 1]\n        preprocessing",
        "bounds: [0, 1\n        preprocessing§",
        "a '[' is opened before this and not closed",
    ),
    "quote": ("name: Cheque reader\n", 'name: "Cheque reader\n', "the indentation does not fit"),
    "tag": (
        "name: Cheque reader",
        "name: §!!python/object/apply:os.system [ls]",
        "the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed",
    ),
    "merge key": ("impact: {", "impact: {§<<: {}, ", "merge keys ('<<') are not read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_gets_one_sentence_at_its_place(full: Path, name: str) -> None:
    old, new, sentence = WRONG[name]
    before, marked, _ = change(full, old, new).read_text().partition("§")
    full.write_text(full.read_text().replace("§", ""))
    said = problems(full)
    assert len(said) == 1
    assert sentence in said[0]
    if marked:
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        assert said[0].startswith(f"{line}:{column}: ")


def test_several_mistakes_are_reported_together_in_the_order_of_the_file(full: Path) -> None:
    change(full, "labels: outsourced", "labels: outsorced")
    change(full, "latency_ms: 200", "latency_ms: fast")
    change(full, "serves: reader", "server: reader")
    lines = [int(p.split(":")[0]) for p in problems(full)]
    assert lines == [13, 28, 59]


def test_the_same_mistake_in_two_places_is_reported_twice(full: Path) -> None:
    full.write_text(full.read_text().replace("range: [", "rnage: ["))
    assert len(problems(full)) == 4


WHOLE = {
    "empty": (b"", "1:1: the description is empty"),
    "only a comment": (b"# nothing\n", "the description is empty"),
    "a list": (b"- a\n- b\n", "1:1: the description must be a mapping of 'key: value' lines, not a list"),
    "text": (b"hello\n", "1:1: the description must be a mapping of 'key: value' lines, not 'hello'"),
    "binary": (b"name: x\n\x00\x01\x02", "2:1: this is a binary file"),
    "latin-1": ("name: Schlüssel\n".encode("latin-1"), "1:11: the file is not UTF-8 text"),
    "utf-16": ("name: x\n".encode("utf-16"), "save it as UTF-8"),
    "control character": (b"name: a\nb: \x07x\n", "2:4: an invisible control character"),
    "two documents": (b"name: x\n---\nname: y\n", "only one document is read"),
    "larger than 1 MiB": (b"#" * (1 << 20) + b"#", "1:1: the file is larger than 1 MiB"),
    "too many lines": (b"\n" * 50_000, "too many values"),
    "deep nesting": (b"a: " + b"[" * 30_000, "nested too deeply"),
    "list that holds itself": (b"a: &a [*a]\n", "nested too deeply"),
    "aliases that multiply": (
        b"a: &a [1,1,1,1,1,1,1,1,1]\n"
        + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((c, c) + (c - 1,) * 7) for c in range(98, 107)),
        "too many values",
    ),
    "huge number": (b"schema_version: " + b"9" * 5000, "'schema_version' must be a value that can be read"),
    "key that is a list": (b"? [a, b]\n: c\n", "1:3: a key must be a plain word"),
    "half a character": (
        b'name: "\\ud800"\npurpose: a\nstage: testing\n',
        "1:1: 'name' holds characters that are not text",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_not_a_description_at_all_gets_one_sentence(tmp_path: Path, name: str) -> None:
    raw, sentence = WHOLE[name]
    path = tmp_path / "system.yaml"
    path.write_bytes(raw)
    said = problems(path)
    assert len(said) == 1
    assert sentence in said[0]


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    assert "there is no such file" in problems(tmp_path / "none.yaml")[0]
    assert "this is not a file" in problems(tmp_path)[0]


def test_an_alias_is_read_where_it_is_small(minimal: Path) -> None:
    change(minimal, "path: train.npz", "path: &p train.npz")
    change(minimal, "path: test.npz", "path: *p")
    assert read_system(minimal).system.asset("test").load == read_system(minimal).system.asset("train").load


def test_no_tag_runs_anything(tmp_path: Path) -> None:
    path = tmp_path / "system.yaml"
    path.write_text(f"name: !!python/object/apply:os.system ['touch {tmp_path}/ran']\n")
    problems(path)
    assert not (tmp_path / "ran").exists()


def test_files_need_not_exist_when_they_are_not_asked_for(full: Path) -> None:
    change(full, "path: second.onnx", "path: third.onnx")
    assert read_system(full, check_files=False).system.model("second").load is not None


KEY = re.compile(r"(?<![\w.])([a-z_]{4,})(?=:(?:\s|$))", re.MULTILINE)
FREE = {"scan_noise", "skew", "deployment", "purchased"}  # names the user gives, or words checked as options


def _keys(text: str) -> list[re.Match[str]]:
    comment = text.index("\n")
    return [m for m in KEY.finditer(text, comment) if m.group(1) not in FREE]


def test_a_slip_in_any_key_of_any_section_is_found_where_it_is(full: Path) -> None:
    text = full.read_text()
    slips = random.Random(0)
    for match in _keys(text):
        key, at = match.group(1), slips.randrange(1, len(match.group(1)) - 1)
        slip = key[:at] + "x" + key[at:]
        full.write_text(text[: match.start()] + slip + text[match.end() :])
        line = text.count("\n", 0, match.start()) + 1
        said = problems(full)
        found = [p for p in said if p.startswith(f"{line}:") and f"key '{slip}' is not known here" in p]
        assert found or (key == "kind" and "'kind' is missing" in said[0]), (line, slip, said)
        assert not found or f"did you mean '{key}'?" in found[0], (line, slip, said)
