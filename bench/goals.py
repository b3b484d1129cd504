"""The targets of the engine of rules, for the draw of a run and, within a third, for others."""
from wording import NAMES, scaled, seconds, times

# What is measured of other draws may be so much worse.
THIRD = 1 / 3


class Goals:
    """Rows of (work, goal, measured, met); `slack` is the part by which each goal is easier."""

    def __init__(self, results, slack=0):
        self.results, self.slack, self.rows = results, slack, []

    def add(self, work, goal, shown, is_met):
        self.rows.append([work, goal, shown, "✓" if is_met else "✗"])

    def ratio(self, work, engine, least, found):
        """At least so many times as fast as a peer."""
        least *= 1 - self.slack
        self.add(work, f"≥ {least:,.0f} × {NAMES[engine]}", times(found), found >= least)

    def most(self, work, limit, shown, value, unit):
        """At most so much."""
        limit *= 1 + self.slack
        self.add(work, f"≤ {limit:.3g}{unit}", shown, value <= limit)

    def policies(self, share):
        """Every firm and one firm against every policy; `share` is how many times the physical limit was needed."""
        results = self.results
        base, unlike = (results.heli(work, "counted", "cpu_s") for work in ("w1", "w1-unlike"))
        cold = base + results.heli("w1", "planned", "cpu_s")
        row = results.heli("w1", "one_by_one_us") / 1e6
        whole = lambda engine, work="w1": scaled(results.peer(work, engine))
        for engine, least in (("polars", 100), ("numpy", 150), ("duckdb", 1_000), ("openfisca", 300), ("cel", 20_000)):
            self.ratio("every firm × every policy, warm", engine, least, whole(engine) / base)
        self.most("every firm × every policy, warm, counts", 2, f"{share:.1f} ×", share, " × the limit")
        self.ratio("the same, little sharing", "polars", 50, whole("polars", "w1-unlike") / unlike)
        for engine, least in (("polars", 15), ("duckdb", 150)):
            self.ratio("the same, cold", engine, least, whole(engine) / cold)
        sqlite, cel = results.peer("row", "sqlite"), results.peer("w1", "cel")
        self.ratio("one firm × every policy", "sqlite", 300, sqlite["cpu_s"] / row)
        self.ratio("one firm × every policy", "cel", 100, cel["cpu_s"] / cel["rows"] / row)
        self.most("one firm × every policy", 5, seconds(row), row * 1e6, " µs")
        two = results.heli("w1", "counted", "wall_s") / results.heli("w1", "counted_by_two", "wall_s")
        least = 1.8 * (1 - self.slack)
        self.add("two threads", f"≥ {least:.1f} × one", f"{two:.2f} × on the wall", two >= least)
        held = results.heli("w1", "plan_bytes") / 1e6
        self.most("memory of the codes", 64, f"{held:.0f} MB", held, " MB")

    def duties(self):
        """Every duty of a year."""
        results = self.results
        warm = results.heli("w2", "cpu_s")
        for engine, least in (("numpy", 25), ("polars", 40), ("duckdb", 60)):
            self.ratio("every duty of a year, warm", engine, least, scaled(results.peer("w2", engine)) / warm)
        polars = results.peer("w2", "polars")
        self.ratio("the same, index build included", "polars", 15, (scaled(polars) + polars["sort_cpu_s"]) / (warm + results.heli("w2", "build_cpu_s")))
        new_row = results.heli("w2", "new_row_us")
        self.most("one new row of evidence", 1, f"{new_row:.2f} µs", new_row, " µs")


def met(results, share, slack=0):
    """The rows of a draw; those of its duties where it has any."""
    goals = Goals(results, slack)
    goals.policies(share)
    if results.all("w2"):
        goals.duties()
    return goals.rows


def beside(draws):
    """Rows of (work, goal, what each draw gave), from the rows of each."""
    kept = [{(work, goal): f"{shown} {sign}" for work, goal, shown, sign in rows} for rows in draws]
    keys = dict.fromkeys(key for of in kept for key in of)
    return [[*key, *(of.get(key, "") for of in kept)] for key in keys]
