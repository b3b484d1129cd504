#!/usr/bin/env python3
"""Every firm against every policy: (eligible, unknown) counts of each policy, one thread.

usage: w1_peers.py ENGINE FOLDER [--policies-file policies] [--every 1] [--stride 1] [--runs 3]
ENGINE: numpy, polars, duckdb, sqlite. Each in its best form: rows sorted by place, and the policy's place, which is
never missing, taken out by hand into a slice of the rows or a WHERE.
"""
import argparse
import os

os.environ.update(POLARS_MAX_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np

import forms
import rule
import timing
import w1_columns


def numpy_run(columns, trees):
    place = columns["place"][0]

    def one(tree):
        span, rest = rule.hoisted(tree)
        cut = slice(0, len(place)) if span is None else slice(*np.searchsorted(place, [span[0], span[1] + 1]))
        if rest is None:
            return [cut.stop - cut.start, 0]
        here = {name: (values[cut], empty[cut]) for name, (values, empty) in columns.items()}
        t, f = forms.numpy_planes(rest, here)
        yes = int(np.count_nonzero(t))
        return [yes, int(len(t) - yes - np.count_nonzero(f))]

    return lambda: [one(tree) for tree in trees]


def polars_run(columns, trees):
    import polars as pl
    import pyarrow as pa
    frame = pl.DataFrame({name: pl.from_arrow(pa.array(values, mask=empty.astype(bool)))
                          for name, (values, empty) in columns.items()})
    series = lambda column, values: pl.Series(values, dtype=frame.schema[column]).implode()
    split = [(span, forms.polars(rest, pl.col, series).alias("met"))
             for span, rest in map(rule.hoisted, trees)]

    def one(span, met):
        rows = frame.lazy() if span is None else frame.lazy().filter(pl.col("place").is_between(*span))
        found = rows.select(met).collect()["met"]
        return [int(found.sum() or 0), int(found.null_count())]

    return lambda: [one(*each) for each in split]


def from_where(tree):
    span, rest = rule.hoisted(tree)
    where = f" WHERE place BETWEEN {span[0]} AND {span[1]}" if span else ""
    return f"(SELECT {forms.sql(rest)} AS met FROM firm{where})"


def duckdb_run(columns, trees):
    import duckdb
    import pyarrow as pa
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.register("arrow", pa.table({name: pa.array(values, mask=empty.astype(bool))
                                   for name, (values, empty) in columns.items()}))
    db.execute("CREATE TABLE firm AS SELECT * FROM arrow")
    texts = [f"SELECT count(*) FILTER (WHERE met), count(*) FILTER (WHERE met IS NULL) FROM {from_where(tree)}"
             for tree in trees]
    return lambda: [list(db.execute(text).fetchone()) for text in texts]


def sqlite_run(columns, trees):
    import sqlite3
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE firm(id INTEGER PRIMARY KEY, {', '.join(columns)})")
    cells = [np.where(empty == 1, None, values.astype(object)).tolist() for values, empty in columns.values()]
    marks = ", ?" * len(columns)
    db.executemany(f"INSERT INTO firm VALUES(?{marks})", zip(range(len(cells[0])), *cells))
    db.execute("CREATE INDEX firm_place ON firm(place)")
    db.execute("ANALYZE")
    texts = [f"SELECT coalesce(sum(met), 0), coalesce(sum(met IS NULL), 0) FROM {from_where(tree)}" for tree in trees]
    return lambda: [list(db.execute(text).fetchone()) for text in texts]


ENGINES = {"numpy": numpy_run, "polars": polars_run, "duckdb": duckdb_run, "sqlite": sqlite_run}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder")
    parser.add_argument("--policies-file", default="policies")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    columns, trees, _ = w1_columns.load(args.folder, args.policies_file, args.every, args.stride)
    found, times = timing.timed(ENGINES[args.engine](columns, trees), args.runs)
    timing.tell(args.engine, found, times, rows=len(columns["place"][0]), policies=len(trees))


main()
