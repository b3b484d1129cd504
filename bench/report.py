#!/usr/bin/env python3
"""Writes docs/performance.md from what bench/run.py measured.

usage: report.py --results FILE.json --data FOLDER --out docs/performance.md --arguments TEXT --commit ID --example TEXT [--other NAME=FOLDER ...]
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess

import numpy as np

import goals
import rule
import web_report
from wording import NAMES, scaled, seconds, table, times

FORMS = {"polars": "one query per policy, place taken out", "numpy": "whole columns, place as a slice",
         "duckdb": "one SELECT per policy, place in WHERE", "openfisca": "conditions as shared variables",
         "sqlite": "in memory, index on place", "cel": "compiled once, a context per firm"}
PACKAGES = ["polars", "numpy", "duckdb", "openfisca-core", "pyarrow", "django"]


class Results:
    """The lines of one draw in a run, by work and engine; Heli's own twice, before and after its peers."""

    def __init__(self, lines, draw=None):
        self.lines = [line for line in lines if line["draw"] == draw]

    def all(self, work, engine=None):
        return [line for line in self.lines if line["work"] == work and engine in (None, line.get("engine"))]

    def peer(self, work, engine):
        found = self.all(work, engine)
        return found[0] if found else None

    def heli(self, work, *path):
        """The mean of what the runs before and after the peers say."""
        values = []
        for line in self.all(work, "heli"):
            for key in path:
                line = line[key]
            values.append(line)
        return sum(values) / len(values)

    def limit(self, key):
        best = max if key.endswith("_s") or key == "clock_ghz" else min
        return best(line[key] for line in self.all("limits"))


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((row.split(":")[1].strip() for row in file if row.startswith("model name")), platform.processor())
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    rustc = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True).stdout.split()
    return f"{model}, {os.cpu_count()} cores, {pages / 2**30:.0f} GiB, {platform.system()} {platform.release()}, Rust {rustc[1] if len(rustc) > 1 else '?'}"


def peers_table(results, work, base):
    """One row per engine: seconds, ratio to Heli's counts, equality, memory."""
    rows = [["Heli", "counts", seconds(base), seconds(results.heli(work, "counted", "wall_s")), "1", "", f"{results.heli(work, 'memory_mb'):,.0f}"],
            ["Heli", "sets as 64-bit words", seconds(results.heli(work, "gathered", "cpu_s")), seconds(results.heli(work, "gathered", "wall_s")),
             f"{results.heli(work, 'gathered', 'cpu_s') / base:.2f}", "", f"{results.heli(work, 'memory_mb'):,.0f}"],
            ["Heli", "cold: planning, coding, counts", seconds(results.heli(work, "planned", "cpu_s") + base), "", f"{(results.heli(work, 'planned', 'cpu_s') + base) / base:.1f}", "", ""]]
    for engine in ("polars", "numpy", "openfisca", "duckdb", "sqlite", "cel"):
        line = results.peer(work, engine)
        if line:
            note = f"; scaled × {line['scale']}" if "scale" in line else ""
            rows.append([NAMES[engine], FORMS[engine] + note, seconds(scaled(line)), seconds(scaled(line, "wall_s")), times(scaled(line) / base),
                         f"{line['differ']} of {line['compared']} differ", f"{line['memory_mb']:,}"])
    return table(["engine", "form", "cpu", "wall", "cpu / Heli's counts", "equality", "memory, MB"], rows)


def floor(results, folder, name):
    """Seconds that the policies of a draw need at least on this machine, by its measured rates, and of what they consist."""
    with open(f"{folder}/schema.json") as file:
        schema = json.load(file)
    with open(f"{folder}/{name}.json", encoding="utf-8") as file:
        trees = [rule.read(text, schema) for text in json.load(file)["rules"]]
    place, rows = np.fromfile(f"{folder}/current/place.bin", dtype=np.int32), schema["rows"]
    conditions, columns, literal_rows, counted = set(), set(), 0, 0
    for tree in trees:
        span, rest = rule.hoisted(tree)
        within = rows if span is None else int(np.diff(np.searchsorted(place, [span[0], span[1] + 1]))[0])
        of_rule = {str(one) for one in rule.conditions(rest)}
        conditions |= of_rule
        columns |= {name for one in rule.conditions(rest) for name in rule.read_by(one)}
        literal_rows += within * len(of_rule)
        counted += 2 * within
    parts = {"codes read": rows * len(columns) / (results.limit("read_gb_s") * 1e9),
             "conditions": rows * len(conditions) / (results.limit("condition_grows_s") * 1e9),
             "policies": literal_rows / (results.limit("literal_grows_s") * 1e9),
             "counts": counted / (results.limit("count_grows_s") * 1e9)}
    return parts, len(conditions)


def floor_duties(results, records):
    """The same for the board: a packed record read, a class looked up, a hit added."""
    hits = results.heli("w2", "hits")
    cycle = 1 / (results.limit("clock_ghz") * 1e9)
    return {"records read": records * 8 / (results.limit("read_gb_s") * 1e9), "classes": records * 4 * cycle, "hits": hits * 5 * cycle}


def floor_text(parts, measured):
    """In words, and how many times the limit was needed. Reading codes goes on behind the computing: only the longer counts."""
    read = parts.get("codes read", 0)
    worked = {name: value for name, value in parts.items() if name != "codes read"}
    total = max(read, sum(worked.values()))
    words = " + ".join(f"{name} {seconds(value)}" for name, value in worked.items()) + f" = {seconds(sum(worked.values()))}"
    behind = f", while reading the codes takes {seconds(read)}" if read else ""
    return f"{words}{behind}; measured {seconds(measured)} = **{measured / total:.1f} ×** the limit.", measured / total


def duties_table(results):
    base, build = results.heli("w2", "cpu_s"), results.heli("w2", "build_cpu_s")
    rows = [["Heli", seconds(build), seconds(base), "1", "1", "", f"{results.heli('w2', 'memory_mb'):,.0f}"]]
    for engine in ("numpy", "polars", "duckdb", "sqlite"):
        line = results.peer("w2", engine)
        if line:
            note = f"; scaled × {line['scale']}" if "scale" in line else ""
            rows.append([NAMES[engine] + note, seconds(line["sort_cpu_s"]), seconds(scaled(line)), times(scaled(line) / base),
                         times((scaled(line) + line["sort_cpu_s"]) / (base + build)), f"{line['differ']} of {line['compared']} differ", f"{line['memory_mb']:,}"])
    return table(["engine", "index or sort, cpu", "evaluation, cpu", "ratio", "ratio with index", "equality", "memory, MB"], rows)


def forms(results):
    """How many conditions run in each form."""
    return ", ".join(f"{n} {form.lower()}" for form, n in results.all("w1", "heli")[0]["forms"].items())


def other_draws(args, lines):
    """The same targets on draws with other seeds and templates; empty where there are none."""
    draws = [other.rpartition("=")[::2] for other in args.other]
    if not draws:
        return ""
    rows, words = [], []
    for name, folder in draws:
        results = Results(lines, name)
        parts, conditions = floor(results, f"{folder}/policies", "policies")
        _, share = floor_text(parts, results.heli("w1", "counted", "cpu_s"))
        rows.append(goals.met(results, share, goals.THIRD))
        differ, compared = (sum(line.get(key, 0) for line in results.lines) for key in ("differ", "compared"))
        words.append(f"- {name}: {results.heli('w1', 'leaves'):,.0f} distinct conditions ({forms(results)}); {differ} of {compared:,} counts differ.")
    lists = "\n".join(words)
    return f"""## Other draws

The same run on other seeds and templates; the ratios may be a third worse.
Where only the templates differ, the duties are those above.

{lists}

{table(["work", "within a third", *(name for name, _ in draws)], goals.beside(rows))}
"""


def page(args, results, others):
    with open(f"{args.data}/policies/schema.json") as file:
        firms = json.load(file)
    with open(f"{args.data}/duties/schema.json") as file:
        evidence = json.load(file)
    base, unlike = results.heli("w1", "counted", "cpu_s"), results.heli("w1-unlike", "counted", "cpu_s")
    (parts, conditions), (parts_unlike, conditions_unlike) = (floor(results, f"{args.data}/policies", name) for name in ("policies", "policies-unlike"))
    text, share = floor_text(parts, base)
    text_unlike, share_unlike = floor_text(parts_unlike, unlike)
    text_duties, _ = floor_text(floor_duties(results, evidence["records"]), results.heli("w2", "cpu_s"))
    loads = [line["load"] for line in results.lines if "load" in line]
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in PACKAGES)
    import sqlite3
    goal_rows = goals.met(results, share) + web_report.goals(results)
    return f"""# Performance

Written by `make bench`; the way to run it with other seeds and templates is in [CONTRIBUTING.md](../CONTRIBUTING.md).
Heli and its peers ran one after another, in one run, on one thread each; a count that differs fails the run.

| | |
| --- | --- |
| when | {datetime.date.today().isoformat()} |
| machine | {machine()} |
| load while it ran | {min(loads):.1f} to {max(loads):.1f} |
| commit | {args.commit} |
| arguments | {args.arguments} |
| peers | {versions}, SQLite {sqlite3.sqlite_version}, Python {platform.python_version()}, `cel` 0.15 |
| instructions | {results.all("w1", "heli")[0]["level"].removeprefix("Level(").rstrip(")")} |

## Targets

{table(["work", "at least", "measured", ""], goal_rows)}
## Every firm against every policy

{firms["rows"]:,} firms ({firms["versions"]:,} versions, a tail of 1 % out of order) with {len(firms["fields"])} facts, {results.all("w1", "heli")[0]["policies"]:,} policies.
Heli shares {results.heli("w1", "leaves"):,.0f} distinct conditions ({forms(results)}); the codes and stored planes take {results.heli("w1", "plan_bytes") / 1e6:.0f} MB, the sets {results.heli("w1", "set_bytes") / 1e6:.0f} MB.

{peers_table(results, "w1", base)}
### Little sharing

Half of all thresholds and factors are unlike any other policy's: {results.heli("w1-unlike", "leaves"):,.0f} distinct conditions, {results.heli("w1-unlike", "plan_bytes") / 1e6:.0f} MB.

{peers_table(results, "w1-unlike", unlike)}
### One firm

| engine | for each firm |
| --- | --- |
| Heli, one firm at a time | {seconds(results.heli("w1", "one_by_one_us") / 1e6)} |
| Heli, a changed firm taken in | {seconds(results.heli("w1", "changed_us") / 1e6)} |
| SQLite, one prepared SELECT | {seconds(results.peer("row", "sqlite")["cpu_s"])} |
| `cel`, compiled programs | {seconds(results.peer("w1", "cel")["cpu_s"] / results.peer("w1", "cel")["rows"])} |

## Every duty of a year

{evidence["records"]:,} rows of evidence ({evidence["versions"]:,} versions), {len(evidence["measures"])} measures, {evidence["units"]:,} units in three levels, {evidence["subjects"]:,} subjects; weeks, half-months and months.
One new row changes its standings in {results.heli("w2", "new_row_us"):.2f} µs.

{duties_table(results)}
{web_report.section(results)}
{others}## The physical limit

Measured in this run: reading {results.limit("read_gb_s"):.1f} GB/s, filling {results.limit("fill_gb_s"):.1f} GB/s, {results.limit("condition_grows_s"):.0f} × 10⁹ one-byte interval tests a second, {results.limit("literal_grows_s"):.0f} × 10⁹ literal-rows a second from planes in the second cache, {results.limit("count_grows_s"):.0f} × 10⁹ bits counted a second, about {results.limit("clock_ghz"):.1f} GHz; in {results.all("limits")[0]["vectors"]}.

- Policies ({conditions} conditions besides places): {text}
- With little sharing ({conditions_unlike} conditions): {text_unlike}
- Duties: {text_duties}

The limit counts one byte a column and row, one test a condition and row, and every policy's conditions and two counts over just the rows of its place.

## The example province

{args.example}

## Method and cautions

- Seconds are those of the process's CPU, the middle of several runs; Heli's are the mean of a series before its peers and one after them.
- *Cold* and *index build* begin from the columns every time, in a process that has done so before: what a run gave is let go before the next, so that its memory is used again, as the peers' is; the very first time in a process also waits for the system to hand memory out, which takes up to as long again.
- Peers are given what helps them: only current rows, sorted by place, the policy's place taken out by hand, counts widened once, size classes and periods as ready columns; none of Heli's own preparation is taken off its cold figures.
- Engines marked *scaled* ran on an even sample of firms and policies, or of rows and measures, and their seconds are multiplied; their counts are compared on that sample with NumPy's, whose counts on the whole are compared with Heli's.
- The speed comes from conditions that policies share: read no figure without the number of distinct conditions beside it.
- Places prune only what is in order: the tail is part of the figures.
- The load is that of the whole machine; on a busy one a second thread has no core of its own.
- How fast records are written and come into memory, and what a million of them hold there, is measured by `make prove`: [proof.md](proof.md#speed-of-writing).
"""


def main():
    parser = argparse.ArgumentParser()
    for name in ("results", "data", "out", "arguments", "commit", "example"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--other", action="append", default=[])
    args = parser.parse_args()
    with open(args.results) as file:
        lines = json.load(file)
    with open(args.out, "w", encoding="utf-8") as file:
        file.write(page(args, Results(lines), other_draws(args, lines)))
    print(f"{args.out} written")


main()
