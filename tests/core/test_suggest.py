from bartizan.core.suggest import did_you_mean, nearest


def test_the_closest_word_wins_whatever_its_case() -> None:
    assert nearest("ORIGN", ["origin", "labels"]) == "origin"
    assert nearest("zzz", ["origin"]) is None


def test_without_a_close_word_the_known_ones_are_listed() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "; known: a, b"
    assert did_you_mean("zzz", []) == ""
    assert did_you_mean("lables", ["labels"]) == "; did you mean 'labels'?"
