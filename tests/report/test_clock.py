from bartizan.report.clock import baseline, clock_rows


def reading(p50, low, high):
    return {"p50": p50, "p50_low": low, "p50_high": high}


ALONE = {"latency_before": reading(0.0004, 0.0003, 0.0006), "latency_after": reading(0.0005, 0.0004, 0.0007)}
SLOWER = {"latency_before": reading(0.001, 0.0009, 0.0011), "latency_after": reading(0.003, 0.0029, 0.0032)}


def test_every_treatment_is_held_against_the_same_baseline():
    base = baseline([ALONE, SLOWER])
    rows = [clock_rows(r, base)[0] for r in (ALONE, SLOWER)]
    assert {r["before"] for r in rows} == {"0.7 ms (0.3 to 1.1)"}


def test_a_difference_within_the_spread_is_no_clear_change():
    base = baseline([ALONE, SLOWER])
    assert clock_rows(ALONE, base)[0]["change"] == "no clear change"
    assert clock_rows(SLOWER, base)[0]["change"] == "+2.3 ms"


def test_training_time_and_peak_memory_are_costs():
    rows = clock_rows({"training_cpu_seconds": 9.09, "process_peak_mib": 459}, {})
    assert [(r["name"].split(" of ")[0], r["after"]) for r in rows] == [
        ("training time", "9.09 s"),
        ("peak memory", "459 MiB"),
    ]


def test_nothing_read_nothing_said():
    assert baseline([{}]) == {}
    assert clock_rows({}, {}) == []
