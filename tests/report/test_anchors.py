from bartizan.report.anchors import anchor


def test_anchors_hold_only_safe_characters():
    assert anchor("E2@reader/api") == "at-E2-reader-api"
    assert anchor('"><script>') == "at-script"
