"""Firms of one province: typed columns, older versions, and a tail that is not in order of place."""
import json
import os

import numpy as np

EPOCH = np.datetime64("1970-01-01")
TODAY = int((np.datetime64("2026-01-01") - EPOCH).astype(int))
"""The day of every evaluation, in days since 1970."""
NEVER = np.iinfo(np.int64).max
DAY_MS = 86_400_000
OLDER_SHARE, TAIL_SHARE = 0.10, 0.01

CHOICES = {
    "size": ["micro", "small", "medium", "large"],
    "grade": ["none", "innovative", "specialised", "giant"],
    "credit": ["a", "b", "c", "d", "e"],
    "listed": ["no", "filed", "third_board", "main_board"],
    "env": ["green", "blue", "yellow", "red"],
    "ownership": ["private", "foreign", "joint", "state", "collective", "other"],
}
BOOLS = ["above_scale", "high_tech", "tech_sme", "dishonest", "incubated"]
MONEYS = ["revenue", "revenue_last", "revenue_before", "rd", "tax", "export", "investment", "loan", "capital"]
DATES = ["founded_on", "high_tech_until"]
EMPTY_IS_NONE = {"high_tech_until"}
MISSING = dict(place=0.0, sector=.01, size=.03, founded_on=.01, dishonest=.02, ownership=.02, high_tech_until=.15,
               energy_tce=.25, rd=.2, rd_share=.2, revenue_before=.15, env=.2)
MISSING_ELSE = .10

# The letter of GB/T 4754 by the last two-digit division that it holds.
SECTIONS = [(5, "A"), (12, "B"), (43, "C"), (46, "D"), (50, "E"), (52, "F"), (60, "G"), (62, "H"), (65, "I"), (69, "J"),
            (70, "K"), (72, "L"), (75, "M"), (79, "N"), (82, "O"), (83, "P"), (85, "Q"), (90, "R"), (96, "S"), (97, "T")]


def section(two):
    """The letter before a two-digit division of GB/T 4754."""
    return next(letter for last, letter in SECTIONS if two <= last)


def divisions(rng):
    """Codes of a province, its 21 cities, their counties and towns, sorted: whatever lies under a code follows it."""
    codes = ["440000"]
    for city in range(1, 22):
        codes.append(f"44{city:02}00")
        for county in range(1, int(rng.integers(4, 9))):
            codes.append(f"44{city:02}{county:02}")
            codes += [f"44{city:02}{county:02}{town:03}" for town in range(1, int(rng.integers(8, 20)))]
    return codes


def parent(code):
    """The code above; None for the province."""
    if len(code) == 9:
        return code[:6]
    if code.endswith("0000"):
        return None
    return code[:2] + "0000" if code.endswith("00") else code[:4] + "00"


def sectors(rng):
    """Four-digit classes of GB/T 4754, as numbers."""
    twos = [n for n in range(1, 91) if n not in (9, 10, 11, 12, 56, 57)]
    return np.array([two * 100 + a * 10 + b
                     for two in twos
                     for a in range(1, int(rng.integers(3, 9)))
                     for b in range(int(rng.integers(2, 9)))], dtype=np.int32)


def zipf(rng, exponent, top, size):
    weights = rng.zipf(exponent, size).clip(1, top).astype(float)
    return weights / weights.sum()


def columns(rng, rows, codes, classes):
    """The current cells of every firm, sorted by place; money in fen, dates in days since 1970."""
    towns = np.array([at for at, code in enumerate(codes) if len(code) == 9], dtype=np.int32)
    c = {"place": np.sort(rng.choice(towns, rows, p=zipf(rng, 1.6, 400, len(towns)))).astype(np.int32)}
    c["sector"] = rng.choice(classes, rows, p=zipf(rng, 1.7, 200, len(classes))).astype(np.int32)
    size = rng.choice(4, rows, p=[.62, .28, .08, .02]).astype(np.uint8)
    c["size"] = size
    base = np.exp(rng.normal(np.array([13.5, 15.6, 17.9, 20.3])[size], 1.0))
    fen = lambda yuan: np.maximum((yuan * 100).astype(np.int64), 0)
    c["revenue"] = np.maximum(fen(base), 1)
    c["revenue_last"] = np.maximum(fen(base * np.exp(rng.normal(-.05, .25, rows))), 1)
    c["revenue_before"] = np.maximum(fen(base * np.exp(rng.normal(-.10, .35, rows))), 1)
    staff = np.exp(rng.normal(np.array([1.5, 3.3, 5.2, 7.2])[size], .6)).astype(np.int32) + 1
    c["employees"] = staff
    c["employees_last"] = np.maximum((staff * np.exp(rng.normal(-.02, .15, rows))).astype(np.int32), 1)
    c["insured"] = (staff * rng.beta(8, 2, rows)).astype(np.int32)
    c["graduates"] = rng.poisson(.01 * staff).astype(np.int32)
    share = np.where(rng.random(rows) < .25, rng.beta(1.5, 30, rows), rng.beta(1, 400, rows))
    c["rd"] = fen(base * share)
    c["rd_share"] = (share * 10_000).astype(np.int64) / 10_000
    c["founded_on"] = (TODAY - rng.gamma(1.6, 1500, rows)).astype(np.int32)
    c["high_tech_until"] = (TODAY + rng.integers(-700, 1000, rows)).astype(np.int32)
    c["above_scale"] = base >= 2e7
    c["high_tech"] = rng.random(rows) < .06 + .1 * (share > .03)
    c["tech_sme"] = rng.random(rows) < .1
    c["dishonest"] = rng.random(rows) < .01
    c["incubated"] = rng.random(rows) < .04
    c["grade"] = np.where(size > 2, 0, rng.choice(4, rows, p=[.93, .045, .02, .005])).astype(np.uint8)
    c["credit"] = rng.choice(5, rows, p=[.18, .37, .33, .09, .03]).astype(np.uint8)
    c["listed"] = rng.choice(4, rows, p=[.995, .003, .001, .001]).astype(np.uint8)
    c["env"] = rng.choice(4, rows, p=[.2, .6, .15, .05]).astype(np.uint8)
    c["ownership"] = rng.choice(6, rows, p=[.82, .06, .04, .03, .03, .02]).astype(np.uint8)
    c["tax"] = fen(base * rng.beta(2, 40, rows))
    c["export"] = fen(np.where(rng.random(rows) < .12, base * rng.random(rows), 0))
    c["investment"] = fen(np.where(rng.random(rows) < .2, base * rng.random(rows) * .4, 0))
    c["loan"] = fen(np.where(rng.random(rows) < .3, base * rng.random(rows) * .5, 0))
    c["capital"] = fen(np.exp(rng.normal(14, 1.4, rows)))
    patents = rng.geometric(.4, rows) * (rng.random(rows) < .2)
    c["patents"] = patents.astype(np.int32)
    c["inventions"] = (patents * rng.random(rows) * .5).astype(np.int32)
    c["penalties"] = rng.poisson(.08, rows).astype(np.int32)
    c["energy_tce"] = (base * np.exp(rng.normal(-10.5, 1, rows))).astype(np.int32)
    return {name: cells.astype(np.uint8) if cells.dtype == bool else cells for name, cells in c.items()}


def kind(name):
    if name in CHOICES:
        return "choice"
    for kind, names in (("bool", BOOLS), ("money", MONEYS), ("date", DATES), ("place", ["place"]), ("industry", ["sector"]),
                        ("double", ["rd_share"])):
        if name in names:
            return kind
    return "int"


def size_classes(cells, empty, classes):
    """The class of the regulation for every firm, ready for the peers: 0 micro to 3 large, 4 where it names none.

    Its bounds and industries are the product's own data files; a cell is empty where an indicator that decides is.
    """
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../crates/rules/data")
    with open(f"{data}/size-industries.csv", encoding="utf-8") as file:
        industries = dict(line.strip().split(",") for line in file.readlines()[1:])
    with open(f"{data}/size-thresholds.csv", encoding="utf-8") as file:
        bounds = [line.strip().split(",") for line in file.readlines()[1:]]
    columns = {"employees": "employees", "revenue": "revenue", "assets": "capital"}
    found = np.full(len(cells["sector"]), 4, dtype=np.uint8)
    lacks = empty["sector"] == 1
    for number in classes:
        code = f"{section(int(number) // 100)}{int(number):04}"
        prefixes = [prefix for prefix in industries if code.startswith(prefix)]
        industry = industries[max(prefixes, key=len)] if prefixes else None
        here = np.flatnonzero(cells["sector"] == number)
        if industry == "":
            continue
        reached, missing = np.full(len(here), 3), np.full(len(here), industry is None)
        for _, indicator, large, medium, small, unit in (bound for bound in bounds if bound[0] == industry):
            column, scale = columns[indicator], 1 if unit == "人" else 1_000_000
            values, lacking = cells[column][here], empty[column][here] == 1
            at = sum((values >= int(least) * scale).astype(int) for least in (small, medium, large))
            reached = np.where(lacking, reached, np.minimum(reached, at))
            missing = missing | lacking
        found[here] = reached
        lacks[here] |= missing & ((reached > 0) | (industry is None))
    return found, lacks.astype(np.uint8)


def versions(rng, rows):
    """Where each row of the facts comes from: the firm, the firm whose cells it shows, and when it was known.

    A tenth of the firms have an older version, one in a hundred firms stands behind the ordered rows.
    """
    older = rng.random(rows) < OLDER_SHARE
    in_tail = rng.random(rows) < TAIL_SHARE
    firms = np.concatenate([np.flatnonzero(~in_tail), rng.permutation(np.flatnonzero(in_tail))])
    twice = older[firms].astype(np.int64) + 1
    firm = np.repeat(firms, twice)
    record = np.repeat(np.arange(rows, dtype=np.uint32), twice)
    is_older = np.concatenate([record[1:] == record[:-1], [False]])
    first = (TODAY - 400 - rng.integers(0, 300, rows)) * DAY_MS
    second = (TODAY - 1 - rng.integers(0, 300, rows)) * DAY_MS
    recorded = np.where(is_older | ~older[firm], first[firm], second[firm])
    superseded = np.where(is_older, second[firm], NEVER)
    shows = np.where(is_older, rng.integers(0, rows, len(firm)), firm)
    return firm, shows, record, recorded, superseded


def keep(path, values, empty):
    values.tofile(f"{path}.bin")
    empty.tofile(f"{path}.nul")


def write(out, seed, rows):
    """Writes `current/` for the peers (one row per firm, sorted by place), `facts/` for Heli, and schema.json.

    A column is NAME.bin, raw little-endian cells, and NAME.nul, a byte per row, 1 where the cell is empty.
    """
    rng = np.random.default_rng(seed)
    codes, classes = divisions(rng), sectors(rng)
    cells = columns(rng, rows, codes, classes)
    firm, shows, record, recorded, superseded = versions(rng, rows)
    for folder in ("current", "facts"):
        os.makedirs(f"{out}/{folder}", exist_ok=True)
    fields, empties = [], {}
    for name in cells:
        empty = (rng.random(rows) < MISSING.get(name, MISSING_ELSE)).astype(np.uint8)
        values = np.where(empty == 1, cells[name].dtype.type(0), cells[name])
        cells[name], empties[name] = values, empty
        keep(f"{out}/current/{name}", values, empty)
        facts = np.searchsorted(classes, values).astype(np.int32) if name == "sector" else values
        source = firm if name == "place" else shows
        keep(f"{out}/facts/{name}", facts[source], empty[source])
        fields.append({"id": name, "type": kind(name), "cells": str(values.dtype),
                       "empty": "none" if name in EMPTY_IS_NONE else "unknown", "choices": CHOICES.get(name, [])})
    keep(f"{out}/current/size_class", *size_classes(cells, empties, classes))
    for name, values in (("record", record), ("recorded", recorded.astype(np.int64)), ("superseded", superseded)):
        values.tofile(f"{out}/facts/{name}.bin")
    schema = {"rows": rows, "versions": len(firm), "today": TODAY, "fields": fields,
              "derived": [{"id": "size_class", "type": "choice", "cells": "uint8", "empty": "unknown"}],
              "sectors": [f"{section(int(n) // 100)}{int(n):04}" for n in classes],
              "divisions": [[code, parent(code)] for code in codes]}
    with open(f"{out}/schema.json", "w") as file:
        json.dump(schema, file)
    return schema
