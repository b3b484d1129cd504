"""How figures are named and written in docs/performance.md."""

NAMES = {"heli": "Heli", "polars": "Polars", "numpy": "NumPy by hand", "duckdb": "DuckDB", "openfisca": "OpenFisca-core",
         "sqlite": "SQLite", "cel": "`cel`, row by row"}


def scaled(line, key="cpu_s"):
    """Seconds of the whole work: those of a sample times what the sample leaves out."""
    return line[key] * line.get("scale", 1)


def seconds(value):
    if value >= 1:
        return f"{value:,.2f} s" if value < 100 else f"{value:,.0f} s"
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.2f} µs"


def times(ratio):
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
