#!/usr/bin/env python3
"""Fifty measures over a year's evidence: per measure the duties met, added up by period to province, city and county.

usage: w2_peers.py ENGINE FOLDER [--every 1] [--records all] [--runs 3]
ENGINE: numpy, polars, duckdb, sqlite. Each on its own sorted form: rows by bearer and day, the period of each day a
ready column, the tree's levels a ready table. Sorting is timed apart, as `sort_cpu_s`.
"""
import argparse
import json
import os

os.environ.update(POLARS_MAX_THREADS="1", OMP_NUM_THREADS="1")

import numpy as np

import timing

FIELDS = ["bearer", "day", "kind", "result", "level", "flagged", "amount", "minutes"]
RHYTHMS = {"week": "week", "half-month": "half_month", "month": "month"}


class Evidence:
    """The current rows, and for each bearer its county, city and province (-1: above that level)."""

    def __init__(self, folder, every, records):
        with open(f"{folder}/schema.json") as file:
            self.schema = json.load(file)
        read = lambda name, cells: np.fromfile(f"{folder}/current/{name}.bin", dtype=cells)
        self.measures = self.schema["measures"][::every]
        self.rows = {name: read(name, self.schema["cells"][name])[:records] for name in FIELDS}
        for rhythm, column in RHYTHMS.items():
            self.rows[column] = np.array(self.schema["periods"][rhythm], dtype=np.uint8)[self.rows["day"]]
        self.periods = {column: max(self.schema["periods"][rhythm]) + 1 for rhythm, column in RHYTHMS.items()}
        self.units, bearers = self.schema["units"], self.schema["units"] + self.schema["subjects"]
        provinces, cities, counties = self.schema["levels"]
        city_province, county_city = read("city_province", "i4"), read("county_city", "i4")
        self.county, self.city, self.province = (np.full(bearers, -1, "i4") for _ in range(3))
        self.province[:provinces] = np.arange(provinces)
        self.city[provinces:provinces + cities] = np.arange(cities)
        self.county[provinces + cities:self.units] = np.arange(counties)
        self.county[self.units:] = read("subject_county", "i4")
        below = self.county >= 0
        self.city[below] = county_city[self.county[below]]
        below = self.city >= 0
        self.province[below] = city_province[self.city[below]]
        self.tree = {"bearer": np.arange(bearers, dtype="i4"), "county": self.county, "city": self.city, "province": self.province}

    def sorted(self):
        """The rows by bearer and day."""
        order = np.lexsort((self.rows["day"], self.rows["bearer"]))
        return {name: cells[order] for name, cells in self.rows.items()}


def added_up(cells):
    """[duties met, a sum that weighs each cell by level, unit and period] of (level, period, unit, met)."""
    met = sum(n for level, _, _, n in cells if level == 0)
    return [int(met), sum(int(n) * (int(period) * 7 + level + 1) * (int(unit) + 1)
                          for level, period, unit, n in cells if unit is not None and unit >= 0)]


def where(asked, units):
    parts = [f"bearer {'<' if asked['of'] == 'unit' else '>='} {units}", f"kind IN ({','.join(map(str, asked['kinds']))})",
             f"level IN ({','.join(map(str, asked['levels']))})"]
    if asked["flagged"] is not None:
        parts.append(f"flagged = {asked['flagged']}")
    if asked["amount_least"]:
        parts.append(f"amount >= {asked['amount_least'] * 100}")
    if asked["minutes_least"]:
        parts.append(f"minutes >= {asked['minutes_least']}")
    return " AND ".join(parts)


def having(asked):
    return {"count": f"count(*) >= {asked['least']}", "sum": f"sum(amount) >= {asked['least'] * 100}",
            "share": f"100 * sum(CASE WHEN result <= 1 THEN 1 ELSE 0 END) >= {asked['least']} * count(*)"}[asked["tally"]]


def met(asked, units):
    """SQL for the (bearer, period) that meet what is owed."""
    return (f"SELECT bearer, {RHYTHMS[asked['every']]} AS period FROM evidence WHERE {where(asked, units)} "
            f"GROUP BY 1, 2 HAVING {having(asked)}")


def numpy_run(evidence):
    rows = evidence.sorted()
    cut = int(np.searchsorted(rows["bearer"], evidence.units))
    levels = ((evidence.province, 0), (evidence.city, 1), (evidence.county, 2))
    inside = lambda cells, values: np.isin(np.arange(256), values)[cells]

    def one(asked):
        part = slice(0, cut) if asked["of"] == "unit" else slice(cut, None)
        kept = inside(rows["kind"][part], asked["kinds"]) & inside(rows["level"][part], asked["levels"])
        if asked["flagged"] is not None:
            kept &= rows["flagged"][part] == asked["flagged"]
        if asked["amount_least"]:
            kept &= rows["amount"][part] >= asked["amount_least"] * 100
        if asked["minutes_least"]:
            kept &= rows["minutes"][part] >= asked["minutes_least"]
        at = np.flatnonzero(kept)
        periods = evidence.periods[RHYTHMS[asked["every"]]]
        key = rows["bearer"][part][at].astype(np.int64) * periods + rows[RHYTHMS[asked["every"]]][part][at]
        if len(key) == 0:
            return [0, 0]
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        size = np.diff(np.append(first, len(key)))
        if asked["tally"] == "count":
            holds = size >= asked["least"]
        elif asked["tally"] == "sum":
            holds = np.add.reduceat(rows["amount"][part][at].astype(np.int64), first) >= asked["least"] * 100
        else:
            good = np.add.reduceat((rows["result"][part][at] <= 1).astype(np.int64), first)
            holds = 100 * good >= asked["least"] * size
        done = key[first][holds]
        bearer, period, total = done // periods, done % periods, 0
        for units, level in levels:
            unit = units[bearer]
            here = unit >= 0
            width = int(units.max()) + 1
            cells = np.bincount(period[here] * width + unit[here], minlength=periods * width).reshape(periods, width)
            weight = (np.arange(periods)[:, None] * 7 + level + 1) * (np.arange(width)[None, :] + 1)
            total += int((cells.astype(np.int64) * weight).sum())
        return [int(len(done)), total]

    return lambda: [one(asked) for asked in evidence.measures]


def polars_run(evidence):
    import polars as pl
    frame = pl.DataFrame(evidence.rows).sort("bearer", "day")
    tree = pl.DataFrame(evidence.tree)
    c = pl.col

    def one(asked):
        keep = (c("bearer") < evidence.units) if asked["of"] == "unit" else (c("bearer") >= evidence.units)
        keep = keep & c("kind").is_in(asked["kinds"]) & c("level").is_in(asked["levels"])
        if asked["flagged"] is not None:
            keep = keep & (c("flagged") == asked["flagged"])
        if asked["amount_least"]:
            keep = keep & (c("amount") >= asked["amount_least"] * 100)
        if asked["minutes_least"]:
            keep = keep & (c("minutes") >= asked["minutes_least"])
        holds = {"count": pl.len() >= asked["least"], "sum": c("amount").cast(pl.Int64).sum() >= asked["least"] * 100,
                 "share": 100 * (c("result") <= 1).sum().cast(pl.Int64) >= asked["least"] * pl.len().cast(pl.Int64)}[asked["tally"]]
        done = (frame.lazy().filter(keep).select("bearer", c(RHYTHMS[asked["every"]]).alias("period"), "amount", "result")
                .group_by("bearer", "period").agg(holds.alias("holds")).filter(c("holds")).join(tree.lazy(), on="bearer").collect())
        return added_up([(level, *row) for level, unit in enumerate(("province", "city", "county"))
                         for row in done.group_by("period", unit).len().rows()])

    return lambda: [one(asked) for asked in evidence.measures]


def duckdb_run(evidence):
    import duckdb
    import pyarrow as pa
    db = duckdb.connect()
    db.execute("SET threads = 1")
    db.register("arrow", pa.table(evidence.rows))
    db.execute("CREATE TABLE evidence AS SELECT * FROM arrow ORDER BY bearer, day")
    db.register("arrow_tree", pa.table(evidence.tree))
    db.execute("CREATE TABLE tree AS SELECT * FROM arrow_tree")

    def one(asked):
        rows = db.execute(
            f"SELECT grouping(province), grouping(city), period, coalesce(province, city, county), count(*) "
            f"FROM ({met(asked, evidence.units)}) done JOIN tree USING (bearer) "
            f"GROUP BY GROUPING SETS ((period, province), (period, city), (period, county))").fetchall()
        return added_up([(0 if not province else 1 if not city else 2, period, unit, n)
                         for province, city, period, unit, n in rows])

    return lambda: [one(asked) for asked in evidence.measures]


def sqlite_run(evidence):
    import sqlite3
    db = sqlite3.connect(":memory:")
    rows = evidence.sorted()
    db.execute(f"CREATE TABLE evidence({', '.join(rows)})")
    db.execute("CREATE TABLE tree(bearer INTEGER PRIMARY KEY, county, city, province)")
    db.executemany(f"INSERT INTO evidence VALUES({', '.join('?' * len(rows))})", zip(*[cells.tolist() for cells in rows.values()]))
    db.executemany("INSERT INTO tree VALUES(?, ?, ?, ?)", zip(*[cells.tolist() for cells in evidence.tree.values()]))
    db.execute("CREATE INDEX evidence_bearer ON evidence(bearer, day)")
    db.execute("ANALYZE")

    def one(asked):
        rows = db.execute(f"SELECT period, province, city, county, count(*) FROM ({met(asked, evidence.units)}) done "
                          f"JOIN tree USING (bearer) GROUP BY 1, 2, 3, 4").fetchall()
        return added_up([(level, row[0], row[1 + level], row[4]) for row in rows for level in range(3)])

    return lambda: [one(asked) for asked in evidence.measures]


ENGINES = {"numpy": numpy_run, "polars": polars_run, "duckdb": duckdb_run, "sqlite": sqlite_run}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--records", type=int)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    evidence = Evidence(args.folder, args.every, args.records)
    # As often as it is asked: where a virtual machine gets its memory late, only the first one pays for that.
    run, sorting = timing.timed(lambda: ENGINES[args.engine](evidence), args.runs)
    found, times = timing.timed(run, args.runs)
    timing.tell(args.engine, found, times, records=len(evidence.rows["day"]), measures=len(evidence.measures), sort_cpu_s=sorting["cpu_s"])


main()
