from pathlib import Path

from bartizan.formats.first_look.code import find_function


def test_a_function_is_found_without_running_the_file(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\ndef build(): ...\n")
    assert find_function(tmp_path, ("build",)) == "net:build"
    assert find_function(tmp_path, ("train",)) is None
    assert not (tmp_path / "ran").exists()


def test_methods_and_files_that_do_not_parse_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class A:\n    def build(self): ...\n")
    (tmp_path / "b.py").write_text("def build(:\n")
    (tmp_path / "c.py").write_bytes(b"\xff\xfe\0")
    (tmp_path / "not-a-module.py").write_text("def build(): ...\n")
    assert find_function(tmp_path, ("build",)) is None
