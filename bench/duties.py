"""Evidence of a year, subjects in a tree of units, fifty measures: binary columns, and the programme's folder."""
import datetime
import json
import os

import numpy as np

import programme_folder

PROVINCES, CITIES, COUNTIES, SUBJECTS = 31, 333, 2_900, 500_000
UNITS = PROVINCES + CITIES + COUNTIES
MEASURES, OF_UNITS = 50, 20
KINDS = [f"kind_{n:02}" for n in range(16)]
RESULTS = ["good", "fair", "poor", "none"]
LEVELS = ["plain", "raised", "high", "top"]
FIRST = datetime.date(2026, 1, 1)
DAYS = 365
EPOCH_DAY = (FIRST - datetime.date(1970, 1, 1)).days
DAY_MS = 86_400_000
NEVER = np.iinfo(np.int64).max
CORRECTED_SHARE = 0.10


def periods():
    """The period of each day of the year, counted from 0, by rhythm; weeks begin on Monday, and the first is cut."""
    days = [FIRST + datetime.timedelta(n) for n in range(DAYS)]
    return {"week": [(n + FIRST.weekday()) // 7 for n in range(DAYS)],
            "half-month": [2 * day.month - 2 + (day.day > 15) for day in days],
            "month": [day.month - 1 for day in days]}


def measures(rng):
    """What is owed; amounts in yuan, shares in percent."""
    some = lambda of, most: sorted({int(n) for n in rng.integers(0, of, int(rng.integers(1, most)))})
    pick = lambda *of: of[int(rng.integers(len(of)))]
    drawn = []
    for at in range(MEASURES):
        tally = ["count", "sum", "share"][at % 7 % 3]
        drawn.append({
            "of": "unit" if at < OF_UNITS else "subject", "every": ["week", "half-month", "month"][at % 3],
            "kinds": some(16, 5), "levels": some(4, 4), "flagged": pick(None, 0, 1),
            "amount_least": pick(None, 1_000, 3_000, 10_000), "minutes_least": pick(None, 30, 60, 120),
            "tally": tally, "least": {"count": pick(1, 2, 3), "sum": pick(5_000, 20_000, 50_000), "share": pick(60, 80, 90)}[tally]})
    return drawn


def evidence(rng, records):
    """Current cells in order of arrival: the bearer is a unit's number, or a subject's after the units."""
    of_subjects = int(records * .7)
    bearer = np.concatenate([rng.integers(0, UNITS, records - of_subjects),
                             UNITS + (SUBJECTS * rng.random(of_subjects) ** 1.5).astype(np.int64)]).astype(np.int32)
    cells = {"bearer": rng.permutation(bearer), "day": rng.integers(0, DAYS, records).astype(np.int16),
             "kind": rng.integers(0, 16, records).astype(np.uint8),
             "result": rng.choice(4, records, p=[.6, .2, .15, .05]).astype(np.uint8),
             "level": rng.integers(0, 4, records).astype(np.uint8), "flagged": (rng.random(records) < .3).astype(np.uint8),
             "minutes": rng.integers(0, 480, records).astype(np.int16)}
    yuan = np.minimum(np.exp(rng.normal(8, 1.5, records)), 2e7)
    cells["amount"] = (yuan * 100).astype(np.int32)
    return cells


def write(out, seed, records):
    """Writes `current/` for the peers, `facts/` for Heli with corrected rows at the end, and `programme/`."""
    rng = np.random.default_rng([seed, 5])
    city_province = np.sort(rng.integers(0, PROVINCES, CITIES)).astype(np.int32)
    county_city = np.sort(rng.integers(0, CITIES, COUNTIES)).astype(np.int32)
    subject_county = np.sort(rng.integers(0, COUNTIES, SUBJECTS)).astype(np.int32)
    asked = measures(rng)
    for folder in ("current", "facts"):
        os.makedirs(f"{out}/{folder}", exist_ok=True)
    for name, cells in (("city_province", city_province), ("county_city", county_city), ("subject_county", subject_county)):
        cells.tofile(f"{out}/current/{name}.bin")
    cells = evidence(rng, records)
    corrected = np.flatnonzero(rng.random(records) < CORRECTED_SHARE)
    wrong = rng.integers(0, records, len(corrected))
    said = (EPOCH_DAY + cells["day"].astype(np.int64) + rng.integers(0, 5, records)) * DAY_MS
    told_again = said[corrected] + rng.integers(1, 20, len(corrected)) * DAY_MS
    for name, values in cells.items():
        values.tofile(f"{out}/current/{name}.bin")
        first = values.copy()
        if name != "bearer":
            first[corrected] = values[wrong]
        np.concatenate([first, values[corrected]]).tofile(f"{out}/facts/{name}.bin")
    superseded = np.full(records, NEVER)
    superseded[corrected] = told_again
    rows = {"record": np.concatenate([np.arange(records), corrected]).astype(np.uint32),
            "recorded": np.concatenate([said, told_again]),
            "superseded": np.concatenate([superseded, np.full(len(corrected), NEVER)])}
    for name, values in rows.items():
        values.tofile(f"{out}/facts/{name}.bin")
    (PROVINCES + CITIES + subject_county).astype(np.uint32).tofile(f"{out}/facts/subject_place.bin")
    programme_folder.write(f"{out}/programme", city_province, county_city, asked)
    with open(f"{out}/schema.json", "w") as file:
        json.dump({"records": records, "versions": records + len(corrected), "units": UNITS, "subjects": SUBJECTS,
                   "levels": [PROVINCES, CITIES, COUNTIES], "first_day": EPOCH_DAY, "periods": periods(), "measures": asked,
                   "kinds": KINDS, "results": RESULTS, "evidence_levels": LEVELS,
                   "cells": {name: str(values.dtype) for name, values in cells.items()}}, file)
