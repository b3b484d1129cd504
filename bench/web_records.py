"""The records of the third workload: the same million for Heli as sheets and a programme's folder, and for its peers as columns.

Order by name is order by number, so that a page sorted by Heli's declared view has the rows that the peers' `ORDER BY id` gives.
"""
import csv
import os
import shutil

import numpy as np

UNITS = 2_100
STATUSES = ["open", "closed", "draft", "review"]
# What one sheet may hold is bounded by its bytes.
SHEET_ROWS = 200_000
PAGE_ROWS = 50
COLUMNS = ["name", "place", "industry", "status", "revenue", "founded", "note"]

PROGRAMME = '''# One register of many records, to be read page by page.
id = "records"
name = { zh = "基准测试", en = "Side by side" }
home = "440000"
zone = "Asia/Shanghai"
locale = "zh-CN"
notices = ["bench"]
campaign = { from = 2026-01-01, until = 2026-12-31 }
hours = ["08:30-12:00", "14:30-17:30"]
'''

CALENDAR = "date,kind,name_zh,name_en\n2026-01-01,holiday,元旦,New Year's Day\n2027-12-31,edge,,\n"

# The right is a rule over each record, as real ones are, and happens to hold for all of them.
ROLES = '''# One role that reads.
[role.clerk]
name = { zh = "经办人", en = "Clerk" }
[[role.clerk.may]]
do = ["see"]
on = ["record"]
where = "under(place, viewer.unit)"
'''

NOTICE = '''# An invented notice that asks for nothing.
id = "bench"
title = { zh = "基准测试", en = "Side by side" }
issued_on = 2026-01-01
issuer = { zh = "虚构", en = "Invented" }
source = { zh = "为测量速度而生成", en = "Made to be timed" }

[part.1]
title = { zh = "一、措施", en = "1 Measures" }
'''

CLAUSES = '''# One clause without a duty.
[clause."1.1"]
text = { zh = "只供查阅。", en = "To be read only." }
no_duty = "bench"
'''

REGISTER = '''# As many records as a province has firms.
id = "record"
name = { zh = "记录", en = "Record" }
unit = "place"
title = "name"

[field.name]
name = { zh = "名称", en = "Name" }
type = "text"
required = true

[field.place]
name = { zh = "所在地", en = "Place" }
type = "unit"
required = true

[field.industry]
name = { zh = "行业", en = "Industry" }
type = "text"

[field.status]
name = { zh = "状况", en = "Status" }
type = "choice"
[field.status.choices]
open = { zh = "open", en = "open" }
closed = { zh = "closed", en = "closed" }
draft = { zh = "draft", en = "draft" }
review = { zh = "review", en = "review" }

[field.revenue]
name = { zh = "收入", en = "Revenue" }
type = "int"

[field.founded]
name = { zh = "成立日期", en = "Founded" }
type = "date"

[field.note]
name = { zh = "备注", en = "Note" }
type = "long_text"
empty = "none"

[view]
list = ["name", "place", "industry", "status", "revenue", "founded"]
sort = "name"
'''


def draw(seed, records):
    """Each record's cells in the order of COLUMNS; no two have the same revenue, so that its order is one."""
    rng = np.random.default_rng(seed)
    places, industries = 440_100 + rng.integers(0, UNITS, records), 1_000 + rng.integers(0, 8_000, records)
    statuses, revenues = rng.integers(0, len(STATUSES), records), rng.permutation(records) * 997 + rng.integers(0, 997, records)
    years, months = 2_000 + rng.integers(0, 25, records), 1 + rng.integers(0, 12, records)
    drawn = zip(places.tolist(), industries.tolist(), statuses.tolist(), revenues.tolist(), years.tolist(), months.tolist())
    for n, (place, industry, status, revenue, year, month) in enumerate(drawn):
        yield f"某某科技有限公司{n:07}", str(place), str(industry), STATUSES[status], revenue, f"{year}-{month:02}-01", "x" * 200


def write(out, seed, records):
    """The programme's folder and the sheets; what was filled with others goes."""
    for folder in ("programme", "sheets", "filled"):
        shutil.rmtree(f"{out}/{folder}", ignore_errors=True)
    files = {"programme.toml": PROGRAMME, "calendar.csv": CALENDAR, "divisions.csv": "code,name,level,parent,unit,note\n", "units.csv": units(),
             "roles.toml": ROLES, "registers/record.toml": REGISTER, "notices/bench/notice.toml": NOTICE, "notices/bench/1-measures.toml": CLAUSES}
    for path, text in files.items():
        os.makedirs(os.path.dirname(f"{out}/programme/{path}"), exist_ok=True)
        with open(f"{out}/programme/{path}", "w", encoding="utf-8") as file:
            file.write(text)
    os.makedirs(f"{out}/sheets")
    rows = draw(seed, records)
    for sheet in range((records + SHEET_ROWS - 1) // SHEET_ROWS):
        with open(f"{out}/sheets/{sheet:03}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(row for row, _ in zip(rows, range(min(SHEET_ROWS, records - sheet * SHEET_ROWS))))


def units():
    head = "id,name_zh,name_en,short_zh,short_en,levels,parent,division,from,until,kind,phone\n"
    row = lambda unit, level, parent: f"{unit},{unit},{unit},{unit},{unit},{level},{parent},,,,government,\n"
    return head + row("440000", "province", "") + "".join(row(440_100 + n, "county", "440000") for n in range(UNITS))
