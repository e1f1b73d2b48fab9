from bartizan.core.vocabulary import Level
from bartizan.report.exposure import highest, worst


def test_the_highest_level_counts(assessment):
    assert highest(assessment.exposures, item="api") == "high"
    assert highest(assessment.exposures, item="service") == "unknown"
    assert highest(assessment.exposures, item="nowhere") == ""


def test_unknown_stands_above_medium_and_below_high():
    assert worst([Level.MEDIUM, Level.UNKNOWN]) == "unknown"
    assert worst([Level.UNKNOWN, Level.HIGH]) == "high"
