#!/usr/bin/env python3
"""One firm against every policy in SQLite: one prepared SELECT with an expression for each policy.

usage: w1_row_peers.py FOLDER [--policies-file policies] --stride N
"""
import argparse
import sqlite3
import statistics
import time

import numpy as np

import forms
import timing
import w1_columns


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--policies-file", default="policies")
    parser.add_argument("--stride", type=int, required=True)
    args = parser.parse_args()
    columns, trees, _ = w1_columns.load(args.folder, args.policies_file, 1, args.stride)
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE firm(id INTEGER PRIMARY KEY, {', '.join(columns)})")
    cells = [np.where(empty == 1, None, values.astype(object)).tolist() for values, empty in columns.values()]
    db.executemany(f"INSERT INTO firm VALUES(?{', ?' * len(columns)})", zip(range(len(cells[0])), *cells))
    text = f"SELECT {', '.join(map(forms.sql, trees))} FROM firm WHERE id = ?"
    one = lambda firm: db.execute(text, (firm,)).fetchone()
    one(0)
    found, spent = [[0, 0] for _ in trees], []
    for firm in range(len(cells[0])):
        began = time.process_time()
        verdicts = one(firm)
        spent.append(time.process_time() - began)
        for counts, verdict in zip(found, verdicts):
            counts[0] += verdict == 1
            counts[1] += verdict is None
    timing.tell("sqlite", found, {"cpu_s": statistics.median(spent), "runs": len(spent)}, rows=len(spent), policies=len(trees))


main()
