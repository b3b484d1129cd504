"""Rules in the forms of the peers: SQL, CEL row by row, Polars expressions, NumPy over whole columns."""
import operator

SIGNS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ARITHMETIC = {"sum": "+", "difference": "-", "product": "*"}
FOLD = {"sum": operator.add, "difference": operator.sub, "product": operator.mul}


def sql(tree):
    """The rule as a three-valued SQL expression."""
    word = tree[0]
    if word in ("and", "or"):
        return "(" + f" {word.upper()} ".join(map(sql, tree[1])) + ")"
    if word == "not":
        return f"NOT ({sql(tree[1])})"
    if word == "ranges":
        return "(" + " OR ".join(f"{tree[1]} BETWEEN {a} AND {b}" for a, b in tree[2]) + ")"
    if word == "in":
        return f"{tree[1]} = {tree[2][0]}" if len(tree[2]) == 1 else f"{tree[1]} IN ({','.join(map(str, tree[2]))})"
    if word == "compare":
        sign = {"==": "=", "!=": "<>"}.get(tree[1], tree[1])
        return f"{sql_number(tree[2])} {sign} {sql_number(tree[3])}"
    if word == "flag":
        return f"({tree[1]} = 1)"
    if word == "present":
        return f"(CASE WHEN {tree[1]} IS NULL THEN NULL ELSE 1 = 1 END)"
    if word == "told":
        if tree[2][0] == "present":
            return f"({tree[1]} IS NOT NULL)"
        return f"(CASE WHEN {tree[1]} IS NULL THEN 1 = {int(tree[3])} ELSE {sql(tree[2])} END)"
    raise ValueError(f"a {word} has no verdict")


def sql_number(tree):
    word = tree[0]
    if word in ("column", "constant"):
        return str(tree[1])
    if word == "ratio":
        return f"(CAST({sql_number(tree[1])} AS DOUBLE) / NULLIF({sql_number(tree[2])}, 0))"
    return f"({sql_number(tree[1])} {ARITHMETIC[word]} {sql_number(tree[2])})"


def cel(tree):
    """The rule as CEL on plain numbers; an empty cell is a name that is not declared, which makes an error."""
    word = tree[0]
    if word in ("and", "or"):
        return "(" + {"and": " && ", "or": " || "}[word].join(map(cel, tree[1])) + ")"
    if word == "not":
        return f"!({cel(tree[1])})"
    if word == "ranges":
        return "(" + " || ".join(f"({tree[1]} >= {a} && {tree[1]} <= {b})" for a, b in tree[2]) + ")"
    if word == "in":
        return f"{tree[1]} == {tree[2][0]}" if len(tree[2]) == 1 else f"{tree[1]} in {list(tree[2])}"
    if word == "compare":
        compared = f"{cel_number(tree[2])} {tree[1]} {cel_number(tree[3])}"
        for by in divisors(tree[2]) + divisors(tree[3]):
            compared = f"({cel_number(by)} == 0 ? 1 / 0 == 0 : {compared})"
        return compared
    if word == "flag":
        return f"{tree[1]} == 1"
    if word == "present":
        return f"{tree[1]} == {tree[1]}"
    if word == "told":
        if tree[2][0] == "present":
            return f"{tree[1]}_told"
        return f"(!{tree[1]}_told || {cel(tree[2])})" if tree[3] else f"({tree[1]}_told && {cel(tree[2])})"
    raise ValueError(f"a {word} has no verdict")


def cel_number(tree):
    word = tree[0]
    if word in ("column", "constant"):
        return str(tree[1])
    if word == "ratio":
        return f"(double({cel_number(tree[1])}) / double({cel_number(tree[2])}))"
    if word == "product" and tree[2] == ("constant", 1.0):
        return f"double({cel_number(tree[1])})"
    return f"({cel_number(tree[1])} {ARITHMETIC[word]} {cel_number(tree[2])})"


def divisors(tree):
    if tree[0] in ("column", "constant"):
        return []
    return divisors(tree[1]) + divisors(tree[2]) + ([tree[2]] if tree[0] == "ratio" else [])


def polars(tree, column, series):
    """The rule as a Polars expression; `column` makes a column's, `series` a list for `is_in` of a column's type."""
    inner = lambda part: polars(part, column, series)
    word = tree[0]
    if word in ("and", "or"):
        joined = inner(tree[1][0])
        for part in tree[1][1:]:
            joined = joined & inner(part) if word == "and" else joined | inner(part)
        return joined
    if word == "not":
        return ~inner(tree[1])
    if word == "ranges":
        first, *rest = [column(tree[1]).is_between(a, b) for a, b in tree[2]]
        for part in rest:
            first = first | part
        return first
    if word == "in":
        return column(tree[1]) == tree[2][0] if len(tree[2]) == 1 else column(tree[1]).is_in(series(tree[1], tree[2]))
    if word == "compare":
        return SIGNS[tree[1]](polars_number(tree[2], column), polars_number(tree[3], column))
    if word == "flag":
        return column(tree[1]) == 1
    if word == "present":
        return column(tree[1]) == column(tree[1])
    if word == "told":
        return column(tree[1]).is_not_null() if tree[2][0] == "present" else inner(tree[2]).fill_null(tree[3])
    raise ValueError(f"a {word} has no verdict")


def polars_number(tree, column):
    word = tree[0]
    if word == "constant":
        return tree[1]
    if word == "column":
        return column(tree[1])
    a, b = polars_number(tree[1], column), polars_number(tree[2], column)
    if word == "ratio":
        import polars as pl
        return pl.when(b != 0).then(a / b)
    return FOLD[word](a, b)


def numpy_planes(tree, columns):
    """Two arrays, true and false, of every row; neither is unknown. `columns` gives (values, 1 where empty) by name."""
    word = tree[0]
    if word in ("and", "or"):
        t, f = numpy_planes(tree[1][0], columns)
        for part in tree[1][1:]:
            t2, f2 = numpy_planes(part, columns)
            t, f = (t & t2, f | f2) if word == "and" else (t | t2, f & f2)
        return t, f
    if word == "not":
        t, f = numpy_planes(tree[1], columns)
        return f, t
    if word == "told":
        told = columns[tree[1]][1] == 0
        if tree[2][0] == "present":
            return told, ~told
        t, f = numpy_planes(tree[2], columns)
        return (t | ~told, f & told) if tree[3] else (t & told, f | ~told)
    holds, known = numpy_condition(tree, columns)
    return holds & known, ~holds & known


def numpy_condition(tree, columns):
    """Whether a condition holds, whatever empty cells hold, and whether it is known."""
    import numpy as np
    word = tree[0]
    if word == "compare":
        a, known_a = numpy_number(tree[2], columns)
        b, known_b = numpy_number(tree[3], columns)
        known = known_b if known_a is True else known_a if known_b is True else known_a & known_b
        return SIGNS[tree[1]](a, b), known
    values, empty = columns[tree[1]]
    known = empty == 0
    if word == "flag":
        return values == 1, known
    if word == "present":
        return np.ones(len(values), bool), known
    if word == "in" and len(tree[2]) > 6:
        return np.isin(values, tree[2]), known
    tests = [values == n for n in tree[2]] if word == "in" else [(values >= a) & (values <= b) for a, b in tree[2]]
    holds = tests[0]
    for test in tests[1:]:
        holds = holds | test
    return holds, known


def numpy_number(tree, columns):
    """Values and where they are known (True: everywhere)."""
    import numpy as np
    word = tree[0]
    if word == "constant":
        return tree[1], True
    if word == "column":
        values, empty = columns[tree[1]]
        return values, empty == 0
    a, known_a = numpy_number(tree[1], columns)
    b, known_b = numpy_number(tree[2], columns)
    known = known_b if known_a is True else known_a if known_b is True else known_a & known_b
    if word != "ratio":
        return FOLD[word](a, b), known
    zero = np.equal(b, 0)
    return a / np.where(zero, 1, b), known & ~zero
