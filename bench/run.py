#!/usr/bin/env python3
"""Runs Heli and its peers side by side, one after another on one thread, and checks every count against every other.

usage: run.py --data FOLDER --heli BINARY --server BINARY --minimal BINARY --out FILE.json [--runs 3] [--other NAME=FOLDER ...]
FOLDER holds `policies`, `duties` and `web` as bench/generate.py made them; FILE.json is what bench/report.py writes up.
Another draw's folder holds `policies`, and `duties` where they are drawn anew; its lines carry its name.
Ends with 1 where a count differs.
"""
import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def step(words):
    print(f"\n== {words}", file=sys.stderr, flush=True)


class Run:
    """What was measured so far of a draw; `differing` counts what did not agree."""

    def __init__(self, args, data, draw=None):
        self.args, self.draw, self.lines, self.differing = args, draw, [], 0
        self.policies, self.duties, self.web = f"{data}/policies", f"{data}/duties", f"{data}/web"

    def ask(self, work, words, **more):
        """Runs one engine and keeps its line under the name of the work."""
        began = time.perf_counter()
        done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(map(str, words))} ended with {done.returncode}")
        line = json.loads(done.stdout) | {"work": work, "draw": self.draw} | more
        line.setdefault("load", os.getloadavg()[0])
        self.lines.append(line)
        spent = f"{line['cpu_s']:.4f} s cpu, " if "cpu_s" in line else ""
        print(f"{work:>9} {line.get('engine', ''):<12} {spent}{time.perf_counter() - began:.0f} s in all", file=sys.stderr)
        return line

    def heli(self, work, *words, **more):
        return self.ask(work, [self.args.heli, *words], **more)

    def peer(self, work, script, *words, **more):
        return self.ask(work, [sys.executable, f"{HERE}/{script}", *words], **more)

    def agree(self, line, reference):
        """Says how many of an engine's answers differ from the reference's."""
        pairs = list(zip(line["found"], reference["found"], strict=True))
        line["differ"] = sum(list(a) != list(b) for a, b in pairs)
        line["compared"], line["compared_with"] = len(pairs), reference["engine"]
        self.differing += line["differ"]
        print(f"{'':>9} {line['differ']} of {len(pairs)} differ from {reference['engine']}", file=sys.stderr)

    def limits(self):
        step("what the machine can do")
        self.heli("limits", "limits")

    def every_firm(self, work, name, full):
        """Every firm against every policy."""
        runs = ["--policies-file", name, "--runs", self.args.runs]
        step(f"every firm, every policy: {name}")
        heli = self.heli(work, "w1", self.policies, name, 15)
        for engine in ("polars", "numpy", "duckdb")[:3 if full else 2]:
            self.agree(self.peer(work, "w1_peers.py", engine, self.policies, *runs), heli)
        self.agree(self.heli(work, "w1", self.policies, name, 15), heli)
        if full:
            self.samples(work, name)

    def samples(self, work, name):
        """The slow ones on a sample of firms and policies; NumPy on the same sample says what is right."""
        samples = {("w1_openfisca.py",): (10, 1), ("w1_peers.py", "sqlite"): (20, 5)}
        for script, (stride, every) in samples.items():
            of = ["--policies-file", name, "--runs", 1, "--stride", stride, "--every", every]
            engine = self.peer(work, script[0], *script[1:], self.policies, *of, scale=stride * every)
            self.agree(engine, self.reference(of))
        cel = self.heli(work, "celrow", self.policies, name, 1, 2_000)
        cel["scale"] = cel["stride"]
        self.agree(cel, self.reference(["--policies-file", name, "--runs", 1, "--stride", cel["stride"]]))

    def reference(self, of):
        return self.peer("reference", "w1_peers.py", "numpy", self.policies, *of)

    def one_firm(self):
        step("one firm, every policy")
        with open(f"{self.policies}/schema.json") as file:
            stride = max(1, json.load(file)["rows"] // 60)
        sqlite = self.peer("row", "w1_row_peers.py", self.policies, "--stride", stride)
        self.agree(sqlite, self.reference(["--runs", 1, "--stride", stride]))

    def every_duty(self):
        """Fifty measures over a year's evidence."""
        step("every duty of a year")
        with open(f"{self.duties}/schema.json") as file:
            records = json.load(file)["records"]
        heli = self.heli("w2", "duties", self.duties, 9, 1)
        for engine in ("polars", "numpy", "duckdb"):
            self.agree(self.peer("w2", "w2_peers.py", engine, self.duties, "--runs", self.args.runs), heli)
        self.agree(self.heli("w2", "duties", self.duties, 9, 1), heli)
        of = ["--records", records // 10, "--every", 5, "--runs", 1]
        sqlite = self.peer("w2", "w2_peers.py", "sqlite", self.duties, *of, scale=50)
        self.agree(sqlite, self.peer("reference", "w2_peers.py", "numpy", self.duties, *of))

    def pages(self):
        """Pages over a million records, as people and their browsers ask for them."""
        step("pages of many records")
        with open(f"{self.web}/made.json") as file:
            made = json.load(file)
        drawn = ["--seed", made["seed"], "--records", made["records"]]
        served = self.peer("web", "web_served.py", self.web, "--heli", self.args.server, "--minimal", self.args.minimal, *drawn)
        self.differing += served["differ"]
        print(f"{'':>9} {served['differ']} of {served['compared']} pages, records and rows differ from the peers'", file=sys.stderr)
        django = self.peer("web", "web_django.py", "time", f"{self.web}/filled/peers.sqlite3", made["seed"], "--runs", 20 * self.args.runs)
        self.agree(django, served)


    def rules(self):
        """All that is asked of the engine of rules."""
        self.limits()
        self.every_firm("w1", "policies", full=True)
        self.every_firm("w1-unlike", "policies-unlike", full=False)
        self.one_firm()
        if os.path.exists(self.duties):
            self.every_duty()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    for binary in ("heli", "server", "minimal"):
        parser.add_argument(f"--{binary}", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--other", action="append", default=[])
    args = parser.parse_args()
    own = Run(args, args.data)
    own.rules()
    own.pages()
    own.limits()
    runs = [own]
    for other in args.other:
        name, _, folder = other.rpartition("=")
        step(f"another draw: {name}")
        runs.append(Run(args, folder, name))
        runs[-1].rules()
    lines = [line for run in runs for line in run.lines]
    for line in lines:
        line.pop("found", None)
    with open(args.out, "w") as file:
        json.dump(lines, file, indent=1)
    differing = sum(run.differing for run in runs)
    if differing:
        raise SystemExit(f"{differing} counts differ; nothing of this run may be published")


main()
