from bartizan.core.errors import BartizanError, DescriptionError, Position, StoreError, TargetUnreachable, UsageError


def test_exit_codes_say_who_can_mend_it() -> None:
    assert BartizanError.exit_code == 70
    assert UsageError.exit_code == StoreError.exit_code == DescriptionError.exit_code == 2
    assert TargetUnreachable.exit_code == 4


def test_a_description_says_all_its_problems_one_a_line() -> None:
    assert str(DescriptionError(["a:1:2: wrong", "a:3:4: wrong too"])) == "a:1:2: wrong\na:3:4: wrong too"


def test_a_position_reads_as_editors_read_it() -> None:
    assert str(Position("system.yaml", 3, 7)) == "system.yaml:3:7"
