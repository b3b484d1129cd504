"""The programme's folder of the second workload: what `heli check` accepts and the evidence is measured by."""
import os
import shutil

import duties

AUTHOR = "bench"

PROGRAMME = '''# A made-up programme of 3,264 units, as large as a country's.
id = "bench"
name = { zh = "基准测试", en = "Side by side" }
home = "p00"
zone = "Asia/Shanghai"
locale = "zh-CN"
notices = ["bench"]
campaign = { from = 2026-01-01, until = 2026-12-31 }
hours = ["08:30-12:00", "14:30-17:30"]
'''

CALENDAR = '''date,kind,name_zh,name_en
2026-01-01,holiday,元旦,New Year's Day
2027-12-31,edge,,
'''

ROLES = '''# One role that does everything.
[role.clerk]
name = { zh = "经办人", en = "Clerk" }
[[role.clerk.may]]
do = ["see", "create", "change"]
on = ["subject", "evidence", "excuse", "filing"]
'''

SUBJECT = '''# Who bears what units do not bear themselves.
id = "subject"
name = { zh = "对象", en = "Subject" }
unit = "place"
title = "id"

[field.place]
name = { zh = "所在地", en = "Place" }
type = "unit"
required = true

[view]
list = ["id", "place"]
sort = "id"
'''

NOTICE = '''# An invented notice.
id = "bench"
title = { zh = "基准测试", en = "Side by side" }
issued_on = 2026-01-01
issuer = { zh = "虚构", en = "Invented" }
source = { zh = "为测量速度而生成", en = "Made to be timed" }

[part.1]
title = { zh = "一、措施", en = "1 Measures" }
'''


def write(folder, city_province, county_city, asked):
    """Writes every file afresh."""
    shutil.rmtree(folder, ignore_errors=True)
    files = {"programme.toml": PROGRAMME, "calendar.csv": CALENDAR, "divisions.csv": "code,name,level,parent,unit,note\n",
             "units.csv": units(city_province, county_city), "roles.toml": ROLES, "registers/subject.toml": SUBJECT,
             "registers/evidence.toml": register(), "notices/bench/notice.toml": NOTICE,
             "notices/bench/1-measures.toml": "# Fifty measures.\n" + "".join(map(measure, range(len(asked)), asked))}
    for path, text in files.items():
        os.makedirs(os.path.dirname(f"{folder}/{path}"), exist_ok=True)
        with open(f"{folder}/{path}", "w", encoding="utf-8") as file:
            file.write(text)


def units(city_province, county_city):
    head = "id,name_zh,name_en,short_zh,short_en,levels,parent,division,from,until,kind,phone\n"
    row = lambda unit, level, parent: f"{unit},{unit},{unit},{unit},{unit},{level},{parent},,,,government,\n"
    return (head + "".join(row(f"p{n:02}", "province", "") for n in range(duties.PROVINCES))
            + "".join(row(f"c{n:03}", "city", f"p{up:02}") for n, up in enumerate(city_province))
            + "".join(row(f"k{n:04}", "county", f"c{up:03}") for n, up in enumerate(county_city)))


def register():
    choices = lambda of: "".join(f'{word} = {{ zh = "{word}", en = "{word}" }}\n' for word in of)
    field = lambda name, kind, more="": f'\n[field.{name}]\nname = {{ zh = "{name}", en = "{name}" }}\ntype = "{kind}"\n{more}'
    choice = lambda name, of: field(name, "choice") + f"[field.{name}.choices]\n{choices(of)}"
    return ('# What counts: a row is of a unit or of a subject.\nid = "evidence"\nname = { zh = "佐证", en = "Evidence" }\n'
            'unit = "place"\ndate = "done_on"\ntitle = "id"\n'
            + field("place", "unit", 'empty = "none"\n') + field("subject", "reference", 'to = "subject"\nempty = "none"\n')
            + field("done_on", "date") + choice("kind", duties.KINDS) + choice("result", duties.RESULTS)
            + choice("level", duties.LEVELS) + field("flagged", "bool") + field("amount", "money") + field("minutes", "int")
            + '\n[view]\nlist = ["place", "subject", "done_on", "kind"]\nsort = "done_on desc"\n')


def where(asked):
    """The conditions that a row must meet to count, in Heli's rule language."""
    words = lambda of, at: "[" + ", ".join(f"'{of[n]}'" for n in at) + "]"
    parts = [f"kind in {words(duties.KINDS, asked['kinds'])}", f"level in {words(duties.LEVELS, asked['levels'])}"]
    if asked["flagged"] is not None:
        parts.append("flagged" if asked["flagged"] else "!flagged")
    if asked["amount_least"]:
        parts.append(f"amount >= yuan({asked['amount_least']})")
    if asked["minutes_least"]:
        parts.append(f"minutes >= {asked['minutes_least']}")
    return " && ".join(parts)


def measure(at, asked):
    """One clause with one measure and its one tally."""
    bearer, by = ('{ unit = "kind == \'government\'" }', 'by = "place"\nown = true') if asked["of"] == "unit" else ('{ record = "subject" }', 'by = "subject"')
    tally = {"count": 'count = "evidence"', "sum": 'sum = "evidence"\nof = "amount"',
             "share": "ratio = \"evidence\"\npart = \"result in ['good', 'fair']\""}[asked["tally"]]
    owes = {"count": f"done >= {asked['least']}", "sum": f"done >= yuan({asked['least']})", "share": f"done >= {asked['least'] / 100}"}
    return f'''
[clause."1.{at + 1}"]
text = {{ zh = "措施{at + 1}。", en = "Measure {at + 1}." }}

[measure.m{at + 1:02}]
clause = "1.{at + 1}"
name = {{ zh = "措施{at + 1}", en = "Measure {at + 1}" }}
bearer = {bearer}
every = "{asked['every']}"
from = 2026-01-01
until = 2026-12-31
owes = "{owes[asked['tally']]}"
set_by = "{AUTHOR}"
[measure.m{at + 1:02}.tally.done]
name = {{ zh = "已做", en = "Done" }}
{tally}
{by}
on = "done_on"
where = "{where(asked)}"
'''
