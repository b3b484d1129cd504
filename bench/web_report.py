"""The pages of many records in docs/performance.md: rows for its targets, and a section."""
from wording import seconds, table, times


class Pages:
    """What was measured of Heli with the minimal page, and of Django."""

    def __init__(self, results):
        self.served, self.django = results.peer("web", "heli"), results.peer("web", "django")
        self.heli, self.plain = self.served["spent_s"], self.django["spent_s"]
        self.slowest = max(self.served["sorts"], key=lambda line: line["spent_s"])


def goals(results):
    """(work, goal, measured, met) of every target."""
    pages = Pages(results)
    minimal = pages.heli["list"] / pages.heli["minimal_list"]
    lists, records = pages.plain["list"] / pages.heli["list"], pages.plain["record"] / pages.heli["record"]
    slowest = pages.slowest["spent_s"]
    met = lambda is_met: "✓" if is_met else "✗"
    work = f"list page of {pages.served['records']:,} records"
    return [[work, "≤ 2 × the minimal page", times(minimal), met(minimal <= 2)],
            [work, "≥ 40 × Django's plain list", times(lists), met(lists >= 40)],
            ["the same, any other sort", "≤ 20 ms", seconds(slowest), met(slowest <= .02)],
            ["record page", "≥ 100 × Django's admin form", times(records), met(records >= 100)]]


def section(results):
    pages = Pages(results)
    heli, plain, size = pages.heli, pages.plain, pages.served["bytes"] | {f"django_{name}": of for name, of in pages.django["bytes"].items()}
    row = lambda name, form, spent, base, key: [name, form, seconds(spent), times(spent / base), f"{size[key]:,}"]
    lists = table(["page", "form", "cpu for each request", "cpu / Heli's", "bytes"], [
        row("Heli, list", "signed in, a right by a rule, filtered, the declared order, counted", heli["list"], heli["list"], "list"),
        row("Heli, list", "the same, compressed as browsers ask for it", heli["list_compressed"], heli["list"], "list_compressed"),
        row("minimal axum", "the next rows, nothing counted", heli["minimal_list"], heli["list"], "minimal_list"),
        row("minimal axum", "a page by its number, all counted anew", heli["minimal_counted"], heli["list"], "minimal_counted"),
        row("Django, plain list", "a view with a template, all counted anew", plain["list"], heli["list"], "django_list"),
        row("Django, admin list", "signed in", plain["admin_list"], heli["list"], "django_admin_list"),
        row("Heli, record", "signed in, with its history from the journal", heli["record"], heli["record"], "record"),
        row("minimal axum, record", "seven values", heli["minimal_record"], heli["record"], "minimal_record"),
        row("Django, admin form", "signed in", plain["record"], heli["record"], "django_record")])
    sorts = table(["sort", "the first answer", "with the order made", "from then on"], [[line["sort"].replace("-", "− "), *(seconds(line[key]) for key in ("first_s", "made_s", "spent_s"))] for line in pages.served["sorts"]])
    return f"""## Pages of many records

{pages.served["records"]:,} records of one register on SQLite, {pages.served["count"]:,} of them open; lists show fifty open ones, and each figure is the middle of rounds over the first twenty pages.
Heli and the minimal axum page answer over HTTP on eight connections, one thread each besides what Heli reads beside it, and take turns; Django {pages.django["version"]} is asked as WSGI asks, without a server's own work.
Every row of these pages, the count and the fields of records are the same in all of them: {pages.served["differ"]} of {pages.served["compared"]:,} differ, and {pages.django["differ"]} of {pages.django["compared"]} of Django's.

{lists}
Any other sort of the open ones, twenty pages of each compared with SQLite's; the first answer does without the order, which is made beside:

{sorts}"""
