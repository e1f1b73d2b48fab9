"""python -m extraction.membership, from the folder `benchmarks`: who was trained on, ours beside LiRA and RMIA.

--jobs      attack: members found by targets, references and scores; mismatch: references of another recipe; null:
            targets that never saw a record; cost: seconds of training together and one after another, and memory (all)
--pairs     which data and recipes (all; see `pairs`)
--references  how many (4 8 16); above 16 the peers alone are measured, for what they make of so many
--targets   target models of each pair, seeds 0, 1, … (5)
--device    cpu or cuda, for the training of models
--part      table, or tuning: other records and seeds, for whoever changes a score
--results   the file of rows (results/extraction.json)

`fusion` is the fusion with the chance of neighbourhoods taken out (`numerics.neighbours`), fixed so on the tuning sets;
`fusion, not levelled` is the one without.

A row is written as soon as it is measured and replaces the one it measures again. Each target has references of its
own. Peers get our references, of which two share each coin, and others with each record in exactly half of them at
random, as their papers have it; and the better variant of the better method in hindsight.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, fair_coins, paired_coins, train_stacked
from bartizan.numerics.fusion import fused
from bartizan.numerics.matching import matched, mismatch
from bartizan.numerics.membership import auc
from bartizan.numerics.neighbours import levelled, place_of
from bartizan.numerics.references import References, log_odds, student_t
from bartizan.numerics.seeds import child
from bartizan.numerics.told_apart import chance_of_leak, told_apart

from . import rows
from .membership_memory import memory_rows
from .membership_peers import halves
from .membership_peers import scores as peers
from .pairs import PAIRS, Pair

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
Found = dict[str, list[tuple[Scores, Mask]]]
RATES = (0.01, 0.001)
DRAWS = 1000
REPEATS = 3
MOST_OURS = 16
MEMORY = {"cpu": 2 << 30, "cuda": 24 << 30}
JOBS = ("attack", "mismatch", "null", "cost")


def main(given: list[str] | None = None) -> None:
    """Run the jobs asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", nargs="*", choices=JOBS, default=list(JOBS))
    parser.add_argument("--pairs", nargs="*", choices=[p.name for p in PAIRS], default=[p.name for p in PAIRS])
    parser.add_argument("--references", nargs="*", type=int, default=[4, 8, 16])
    parser.add_argument("--targets", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100, help="of the job null")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--part", choices=("table", "tuning"), default="table")
    parser.add_argument("--results", type=Path, default=rows.RESULTS)
    asked = parser.parse_args(given)
    rows.RESULTS = asked.results
    for pair in PAIRS:
        if pair.name in asked.pairs:
            _jobs(pair, asked)
    if "null" in asked.jobs:
        _null(asked.device, asked.runs)


def run(*, device: str = "cpu", only: str = "", **_: Any) -> None:
    """As a job of `python -m extraction`: all there is, of the pairs with `only` in their names."""
    main(["--device", device, "--pairs", *(p.name for p in PAIRS if only in p.name)])


def _jobs(pair: Pair, asked: argparse.Namespace) -> None:
    if {"attack", "mismatch"} & set(asked.jobs):
        cache = Cache(pair, asked.part, asked.targets, max(asked.references), asked.device)
        for k in asked.references:
            if "attack" in asked.jobs:
                _record(pair, asked, "attack", k, _attack(cache, k))
        for k in asked.references if "mismatch" in asked.jobs else ():
            if k <= 8:
                _record(pair, asked, "mismatch", k, _mismatch(cache, k))
    if "cost" in asked.jobs:
        _cost(pair, asked.device)
        if asked.device == "cpu":
            memory_rows(pair.name)


def _record(pair: Pair, asked: argparse.Namespace, what: str, k: int, values: dict[str, Any]) -> None:
    key = {"what": what, "pair": pair.name, "part": asked.part, "references": k, "targets": asked.targets}
    rows.record("membership", key, {**values, "device": asked.device, "tuned": pair.tuned})


class Cache:
    """Log-odds of the true class of all models of a pair about all records; the models themselves are not kept."""

    def __init__(self, pair: Pair, part: Any, targets: int, references: int, device: str) -> None:
        self.pair, self.targets, self.device = pair, targets, device
        self.x, self.y = pair.pool(part)
        self.first = 0 if part == "table" else 1000
        self.sure, self.inside = self._trained(pair.recipe, fair_coins(targets, len(self.y), self.first), "targets")
        self.answers: dict[str, NDArray[np.float32]] = {}
        self.seen: dict[tuple[str, int], tuple[Scores, Mask]] = {}
        self.most, self.each = references, range(targets)

    def accuracy(self) -> dict[str, float]:
        """Share of records that targets are surer of than not, inside and outside their training sets."""
        right = self.sure > 0
        return {
            "sure_in": round(float(right[self.inside].mean()), 4),
            "sure_out": round(float(right[~self.inside].mean()), 4),
        }

    def ours(self, target: int, k: int) -> References:
        """The first k references of a target."""
        sure, inside = self._kept("ours", self.most)
        chosen = slice(target * self.most, target * self.most + k)
        return References(sure[chosen], inside[chosen])

    def halved(self, target: int, k: int) -> References:
        """k references, half of which saw each record."""
        sure, inside = self._kept("halved", k)
        return References(sure[target * k : (target + 1) * k], inside[target * k : (target + 1) * k])

    def other(self, target: int, k: int) -> References:
        """k references of another recipe."""
        sure, inside = self._kept("other", 8)
        return References(sure[target * 8 : target * 8 + k], inside[target * 8 : target * 8 + k])

    def place(self, kind: str, target: int, k: int) -> Scores:
        """Where the records lie for the first k references of a target."""
        each = self.most if kind == "ours" else 8
        return place_of(self.answers[kind][target * each : target * each + k])

    def _kept(self, kind: str, k: int) -> tuple[Scores, Mask]:
        if (kind, k) not in self.seen:
            mask = halves if kind == "halved" else paired_coins
            each = [mask(k, len(self.y), self.first + 1 + t) for t in range(self.targets)]
            recipe = self.pair.other if kind == "other" else self.pair.recipe
            self.seen[kind, k] = self._trained(recipe, np.concatenate(each), f"{kind} {k}", kind != "halved")
        return self.seen[kind, k]

    def _trained(self, recipe: Recipe, inside: Mask, what: str, keep: bool = False) -> tuple[Scores, Mask]:
        began = time.perf_counter()
        sure, answers = [], []
        for i, some in enumerate(np.array_split(inside, max(1, len(inside) // 128))):
            seed = child(self.first, what, i)
            z = train_stacked(
                recipe, self.x, self.y, inside=some, seed=seed, device=self.device, memory=MEMORY[self.device]
            ).logits
            sure.append(log_odds(z, self.y))
            answers += [z] if keep else []
        if keep:
            self.answers[what.split()[0]] = np.concatenate(answers)
        print(f"# {self.pair.name}: {len(inside)} models ({what}) in {time.perf_counter() - began:.0f} s", flush=True)
        return np.concatenate(sure), inside


def _attack(cache: Cache, k: int) -> dict[str, Any]:
    cache.ours(0, k), cache.halved(0, k)  # trained here, not in a thread

    def scored(t: int) -> dict[str, Scores]:
        sure, refs, half = cache.sure[t], cache.ours(t, k), cache.halved(t, k)
        ours = {}
        if k <= MOST_OURS:
            level = levelled(sure, refs, cache.place("ours", t, k), cache.y)
            plain = {"fusion, not levelled": fused(sure, refs), "student_t": student_t(sure, refs), "loss": sure}
            ours = {"fusion": fused(*level), **plain}
        theirs = {f"{n}, halves": s for n, s in peers(sure, half.sure, half.inside).items()}
        return {**ours, **peers(sure, refs.sure, refs.inside), **theirs}

    return {**cache.accuracy(), **_summary(_by_name(cache, scored))}


def _mismatch(cache: Cache, k: int) -> dict[str, Any]:
    cache.other(0, k)
    seen = [apart > allowed for apart, allowed in (mismatch(cache.sure[t], cache.other(t, k), 0.5) for t in cache.each)]

    def scored(t: int) -> dict[str, Scores]:
        sure, refs = cache.sure[t], cache.other(t, k)
        place = cache.place("other", t, k)
        moved = matched(sure, refs, 0.5) if seen[t] else sure
        plain = peers(sure, refs.sure, refs.inside)
        return {
            "fusion": fused(*levelled(moved, refs, place, cache.y)),
            "fusion, not matched": fused(*levelled(sure, refs, place, cache.y)),
            **plain,
        }

    return {"noticed": sum(seen), **_summary(_by_name(cache, scored))}


def _by_name(cache: Cache, scored: Callable[[int], dict[str, Scores]]) -> Found:
    """Scores of all targets with their members, by name; targets share the cores."""
    from threadpoolctl import threadpool_limits

    cores = len(os.sched_getaffinity(0))
    workers = min(cores, cache.targets)
    with threadpool_limits(max(1, cores // workers)), ThreadPoolExecutor(workers) as pool:
        every = list(pool.map(scored, cache.each))
    return {name: [(of[name], cache.inside[t]) for t, of in zip(cache.each, every, strict=True)] for name in every[0]}


def _summary(found: Found) -> dict[str, Any]:
    """Means over targets in per cent, and at each rate the ratio of the fusion to the best peer by name."""
    out: dict[str, Any] = {
        "auc": {n: round(float(np.mean([auc(s, m)[0] for s, m in of])), 4) for n, of in found.items()}
    }
    for rate in RATES:
        mean = {name: float(np.mean([found_at(s, m, rate) for s, m in of])) for name, of in found.items()}
        rivals = [n for n in found if n.startswith(("LiRA", "RMIA"))]
        best = max(rivals, key=lambda n: mean[n])
        online = max((n for n in rivals if n.startswith("LiRA online")), key=lambda n: mean[n])
        out[f"tpr_{rate:g}"] = {n: round(100 * v, 3) for n, v in mean.items()}
        if "fusion" not in found:
            out[f"at_{rate:g}"] = {"best_peer": best}
            continue
        low, high = _interval(found["fusion"], found[best], rate)
        out[f"at_{rate:g}"] = {
            "best_peer": best, "ratio": round(mean["fusion"] / max(mean[best], 1e-9), 3),
            "low": round(low, 3), "high": round(high, 3),
            "to_lira_online": round(mean["fusion"] / max(mean[online], 1e-9), 2),
        }  # fmt: skip
    return out


def found_at(scores: Scores, member: Mask, rate: float) -> float:
    """Share of members above the threshold that a share `rate` of the non-members exceed (interpolated among ties)."""
    outside = np.sort(scores[~member])[::-1]
    k = max(round(rate * len(outside)), 1)
    return float((scores[member] > outside[k]).mean())


def _interval(ours: list[tuple[Scores, Mask]], theirs: list[tuple[Scores, Mask]], rate: float) -> tuple[float, float]:
    """95 % by bootstrap over targets, and over records within each, the same draws for both."""
    rng = np.random.default_rng(0)
    tops = [Top.of(a, b, member, rate) for (a, member), (b, _) in zip(ours, theirs, strict=True)]
    sums = [sum(tops[t].drawn(rng, rate) for t in rng.integers(len(tops), size=len(tops))) for _ in range(DRAWS)]
    ratios = [mine / max(other, 1e-9) for mine, other in sums]
    return float(np.quantile(ratios, 0.025)), float(np.quantile(ratios, 0.975))


@dataclass(frozen=True)
class Top:
    """Of one target, the records that could come to lie above the threshold of either score, in the order of each;
    `rest`: how many others there are, outsiders and members."""

    orders: tuple[NDArray[np.int64], NDArray[np.int64]]
    member: Mask
    rest: tuple[int, int]

    @classmethod
    def of(cls, a: Scores, b: Scores, member: Mask, rate: float) -> Top:
        """Up to three times as many outsiders as `rate` allows, and some."""
        firsts = []
        for scores in (a, b):
            order = np.argsort(-scores, kind="stable")
            accused = np.cumsum(~member[order])
            firsts.append(order[: int(np.searchsorted(accused, 3 * rate * accused[-1] + 20))])
        rows = np.union1d(*firsts)
        inside = member[rows]
        rest = (int((~member).sum() - (~inside).sum()), int(member.sum() - inside.sum()))
        one, two = (np.searchsorted(rows, f) for f in firsts)
        return cls((one, two), inside, rest)

    def drawn(self, rng: np.random.Generator, rate: float) -> NDArray[np.float64]:
        """Share of members found by each score, every record counted a Poisson number of times."""
        weight = rng.poisson(1, len(self.member))
        outside, members = (
            rng.poisson(n) + weight[self.member == side].sum() for n, side in zip(self.rest, (0, 1), strict=True)
        )
        found = []
        for order in self.orders:
            inside, counts = self.member[order], weight[order]
            before = np.searchsorted(np.cumsum(np.where(inside, 0, counts)), rate * outside, side="right")
            found.append(np.where(inside, counts, 0)[:before].sum() / max(members, 1))
        return np.array(found)


def _null(device: str, runs: int, references: int = 4, records: int = 2000) -> None:
    """Targets that never saw the records in question: trained on others, or not at all."""
    pair = next(p for p in PAIRS if p.name == "letter-mlp")
    x, y = pair.pool("table")
    recipe = replace(pair.recipe, epochs=15)
    rng = np.random.default_rng(7)
    inside = np.zeros((runs, references, len(y)), np.bool_)
    chosen = [rng.permutation(10_000)[:records] + 10_000 for _ in range(runs)]
    for r in range(runs):
        inside[r][:, chosen[r]] = paired_coins(references, records, 10_000 + r)
    flat = inside.reshape(-1, len(y))
    parts = [
        _logits(recipe, x, y, some, 77 + i, device)
        for i, some in enumerate(np.array_split(flat, max(1, len(flat) // 100)))
    ]
    refs = np.concatenate(parts).reshape(runs, references, *parts[0].shape[1:])
    for kind in ("trained on others", "untrained"):
        targets = fair_coins(runs, len(y), 78) & (np.arange(len(y)) < 10_000)
        one = recipe if kind == "trained on others" else replace(recipe, rate=0.0, epochs=1)
        sure = log_odds(_logits(one, x, y, targets, 79, device), y)
        rows.record("membership", {"what": "null", "kind": kind}, _null_row(sure, refs, inside, chosen, y))


def _logits(recipe: Recipe, x: Any, y: Any, inside: Mask, seed: int, device: str) -> NDArray[np.float32]:
    return train_stacked(recipe, x, y, inside=inside, seed=seed, device=device, memory=MEMORY[device]).logits


def _null_row(
    sure: Scores, logits: NDArray[np.float32], inside: Mask, chosen: list[NDArray[np.int64]], y: NDArray[np.int64]
) -> dict[str, Any]:
    held, claimed = 0, 0
    for r, at in enumerate(chosen):
        z = logits[r][:, at]
        refs = References(log_odds(z, y[at]), inside[r][:, at])
        scores = fused(*levelled(sure[r][at], refs, place_of(z), y[at]))
        member = np.random.default_rng(r).permutation(len(at)) < len(at) // 2
        _, low, high = auc(scores, member)
        told = [told_apart(scores[member], scores[~member], 0.01, r)]
        held += low <= 0.5 <= high
        claimed += chance_of_leak(scores[member], scores[~member], told) <= 0.05
    return {"runs": len(chosen), "auc_interval_holds_half": held, "leak_claimed": int(claimed)}


def _cost(pair: Pair, device: str) -> None:
    """The same models together and one after another, seconds of CPU and of the clock, in turn."""
    for models, records, epochs in _loads(pair):
        x, y = (a[:records] for a in pair.pool("table"))
        inside = fair_coins(models, records, 5)
        recipe = replace(pair.recipe, epochs=epochs)
        times: dict[str, list[tuple[float, float]]] = {"together": [], "sequential": []}
        for run in range(1 + REPEATS):
            for name, each in times.items():
                some = (replace(recipe, epochs=1), inside[:2, :500]) if not run else (recipe, inside)  # warms up
                each.append(_timed(*some, x, y, device, None if name == "together" else "sequential"))
        key = {"what": "cost", "pair": pair.name, "models": models, "records": records, "epochs": epochs}
        rows.record("membership", {**key, "device": device}, _cost_row({n: t[1:] for n, t in times.items()}))


def _cost_row(times: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    """Medians over repeats of (CPU, clock) seconds, and of their ratios within each repeat, with their range."""
    values: dict[str, Any] = {"repeats": len(times["together"])}
    for name, each in times.items():
        for i, suffix in enumerate(("cpu_s", "s")):
            values[f"{name}_{suffix}"] = round(float(np.median([t[i] for t in each])), 2)
    for i, name in enumerate(("cpu_ratio", "ratio")):
        ratios = [s[i] / t[i] for t, s in zip(times["together"], times["sequential"], strict=True)]
        values[name] = round(float(np.median(ratios)), 2)
        values[f"{name}_range"] = [round(min(ratios), 2), round(max(ratios), 2)]
    return values


def _timed(recipe: Recipe, inside: Mask, x: Any, y: Any, device: str, path: Any) -> tuple[float, float]:
    n = inside.shape[1]
    cpu, clock = time.process_time(), time.perf_counter()
    train_stacked(recipe, x[:n], y[:n], inside=inside, seed=0, points=x[:10], device=device, path=path)
    return time.process_time() - cpu, time.perf_counter() - clock


def _loads(pair: Pair) -> Iterator[tuple[int, int, int]]:
    """Models, records in the pool and epochs."""
    yield 8, 4000, 2
    if pair.name == "fashion-mlp":
        yield 16, 10_000, 30


if __name__ == "__main__":
    main()
