"""What is given away beyond membership, in plain words: sensitive columns, shares of groups, records in updates."""

from __future__ import annotations

from collections.abc import Sequence

from bartizan.core.artifact import Measurement
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome
from bartizan.report.numbers import percent, quantity
from bartizan.report.table import Got, Table

Rows = Sequence[Evidence]


def got(evidence: Rows) -> list[Got]:
    """Of the trials of one finding; nothing of what they did not measure."""
    done = [e for e in evidence if e.outcome is Outcome.MEASURED]
    return [found for say in (_columns, _groups, _updates) if (found := say(done)) is not None]


def _columns(evidence: Rows) -> Got | None:
    trials = [e for e in evidence if e.measurement("attribute_gain")]
    if not trials:
        return None
    says = tuple(line for e in trials for line in _column(e))
    head = ("column", "known of the model", "told", "imputed without the model", "gain on members", "gain on outsiders")
    names = ("attribute_told", "attribute_imputed", "attribute_gain", "attribute_gain_outsiders")
    rows = tuple((_of(e, "column"), e.trial.access.name, *(_share(e.measurement(n)) for n in names)) for e in trials)
    note = (
        "The imputer knows the rest of the record, its class and other people's records, and never saw the model: what "
        "it guesses, the model has not given away."
    )
    return Got("Which sensitive columns?", says, Table("Sensitive columns told", head, rows, (note,)))


def _column(e: Evidence) -> tuple[str, ...]:
    members, outsiders = e.measurement("attribute_gain"), e.measurement("attribute_gain_outsiders")
    told, imputed = e.measurement("attribute_told"), e.measurement("attribute_imputed")
    if members is None or outsiders is None or told is None or imputed is None:
        return ()
    of = quantity(members.n)
    line = (
        f"The column '{_of(e, 'column')}' is told rightly of {quantity(round(told.value * told.n))} of {of} members; "
        f"somebody who never saw the model tells {quantity(round(imputed.value * imputed.n))}."
    )
    return (line, _whose(members, outsiders))


def _whose(members: Measurement, outsiders: Measurement) -> str:
    if members.low <= 0:
        return "No gain by the model is shown."
    if outsiders.low <= 0:
        return "The model helps on members alone: it gives away the records that it was trained on."
    return "The model helps on outsiders, too: it tells of people like them, whether or not they are in the data."


def _groups(evidence: Rows) -> Got | None:
    trials = [e for e in evidence if e.measurement("property_advantage")]
    if not trials:
        return None
    head = ("group", "shares compared", "told rightly", "said of this model", "true")
    lines, rows = [], []
    for e in trials:
        right, said, true = (e.measurement(f"property_{n}") for n in ("advantage", "said", "true"))
        if right is None or said is None or true is None:
            continue
        shares = f"{percent(float(right.at['low']))} or {percent(float(right.at['high']))}"
        k = round((right.value + 1) / 2 * right.n)
        hit = f"{k} of {right.n} models" if right.value > 0 else "no more than by chance"
        lines.append(
            f"Whether the group '{right.at['group']}' makes up {shares} of a training set is told rightly of {hit}."
        )
        rows.append((str(right.at["group"]), shares, hit, percent(said.value), percent(true.value)))
    return Got("Which facts about the data as a whole?", tuple(lines), Table("Shares of groups", head, tuple(rows)))


def _updates(evidence: Rows) -> Got | None:
    cells = [m for e in evidence for m in e.measurements if m.estimand == "record_recovered"]
    if not cells:
        return None
    gains = [m for e in evidence for m in e.measurements if m.estimand == "recovered_gain"]
    worst = max(cells, key=lambda m: m.value)
    says = (
        f"From an update on {_number(worst, 'batch', 'record')} after {_number(worst, 'local_steps', 'local step')}, "
        f"{quantity(round(worst.value * worst.n))} of {quantity(worst.n)} records are read off: what is rebuilt is "
        "nearer to them than any record of one's own.",
    )
    head = ("records of a party", "local steps", "read off", "better than the class average by")
    rows = tuple(
        (_number(m, "batch"), _number(m, "local_steps"), _share(m), f"{g.value:.1f} dB")
        for m, g in zip(cells, gains, strict=True)
    )
    return Got("Whose records are in the updates?", says, Table("Records read off updates", head, rows))


def _number(m: Measurement, name: str, unit: str = "") -> str:
    n = int(m.at[name])
    return f"{n} {unit}{'' if n == 1 else 's'}" if unit else str(n)


def _of(e: Evidence, name: str) -> str:
    return next((str(m.at[name]) for m in e.measurements if name in m.at), "")


def _share(m: Measurement | None) -> str:
    return f"{percent(m.value)} ({percent(m.low)} to {percent(m.high)})" if m else "–"
