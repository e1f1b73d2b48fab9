from bartizan.report import facts


def test_missing_ids_are_silence():
    assert facts.technique("Z9") is None
    assert facts.numbering("Z9") == ()
    assert facts.references(["no-such-paper"]) == ()


def test_known_ids_are_found_once_and_in_order():
    found = facts.references(["nist100-2", "atlas", "nist100-2"])
    assert [r.id for r in found] == ["atlas", "nist100-2"]
    assert "NISTAML.025" in facts.numbering("E2")
