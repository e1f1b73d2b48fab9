"""The rows about files as a section of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

HEAD = """Made by `python -m training_time files`. The same files for every tool. "Held out": whole families of tricks,
written before the readers and frozen by digest (tests/scanners/tricks/FROZEN); author and scanner are the same, so
this is weaker than files by others. "Made with": the lists and readers were made while looking at these, among them
164 files written to get past them, of which 155 had been approved before. A file that a tool cannot read, stops at, or
does not look at is "unknown": it is not flagged, and not approved either. "Timed out": stopped after 30 seconds of CPU
time. modelaudit-picklescan follows every name through the sources of the installed libraries, 3 to 22 CPU seconds for
a file with names of large ones; as its authors do for a folder, what it has read of them is kept from file to file. Of
honest files it had every eighth (`--every 8`), beside so much other work that its seconds there say nothing.
Seconds are by the clock, beside other work, ours with a process apart included; hayward's longest on the first group
holds minutes for which the whole run was paused. In the first run ours flagged all 142 held out and all 209 others,
and called 3 of the 183 honest files not seen before malicious (torch archives whose bytes also lead a bare unpickler
somewhere, past a persistent id at which it stops); that was mended, and the table is of after. Without a row, a tool
was not run."""

GROUPS = {
    "tuning": "Tricks the readers were made with",
    "held out": "Tricks held out",
    "benign": "Honest files the lists were made with",
    "unseen": "Honest files not seen before",
}


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The section, of the rows of its job."""
    files = sorted((r for r in rows if r["job"] == "files"), key=lambda r: r.get("tool") != "bartizan")  # ours first
    yield "\n\n".join([HEAD, *_groups(files), _families(files), _folders(files)])


def _groups(rows: list[dict[str, Any]]) -> Iterator[str]:
    for group, title in GROUPS.items():
        lines = [
            f"### {title}\n",
            "| tool | files | malicious | review | flagged | approved | unknown | timed out | median s | most s |",
        ]
        lines.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        for r in (r for r in rows if r["group"] == group):
            if r.get("not installed"):
                lines.append(f"| {r['tool']} | {r['n']} | does not import here | | | | | | | |")
                continue
            flagged = r.get("malicious", 0) + r.get("review", 0)
            cells = [
                r["tool"],
                r["n"],
                r.get("malicious", 0),
                r.get("review", 0),
                f"{flagged} ({flagged / r['n']:.1%})",
            ]
            cells += [
                r.get("approved", 0),
                r.get("unknown", 0),
                r.get("timed out", 0),
                f"{r['median_seconds']:.4f}",
                f"{r['most_seconds']:.1f}",
            ]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        yield "\n".join(lines)


def _families(rows: list[dict[str, Any]]) -> str:
    """Flagged of each family, by tool."""
    lines = ["### Flagged, by family\n"]
    tools = list(dict.fromkeys(r["tool"] for r in rows if r["group"] == "held out" and not r.get("not installed")))
    lines += ["| family (format) | | " + " | ".join(tools) + " |", "|---|---|" + "--:|" * len(tools)]
    for group in ("tuning", "held out"):
        told = {r["tool"]: r["families"] for r in rows if r["group"] == group and r["tool"] in tools}
        for family in next(iter(told.values()), {}):
            cells = [_share(told[t][family]) if family in told.get(t, {}) else "–" for t in tools]
            lines.append(f"| {family} | {'held out' if group == 'held out' else ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(counts: dict[str, int]) -> str:
    return f"{counts.get('malicious', 0) + counts.get('review', 0)}/{sum(counts.values())}"


def _folders(rows: list[dict[str, Any]]) -> str:
    lines = [
        "### A folder of many files\n",
        "| files | CPU seconds | seconds | most memory of a process, MiB |",
        "|--:|--:|--:|--:|",
    ]
    for r in (r for r in rows if r["group"].startswith("folder")):
        lines.append(f"| {r['group'].split()[-1]} | {r['cpu_seconds']} | {r['seconds']} | {r['peak_mib']} |")
    return "\n".join(lines)
