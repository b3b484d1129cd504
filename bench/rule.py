"""Reads the part of Heli's rule language that the peers can be given, and settles it against the firms' columns.

A rule becomes a tree of tuples:
  ("and", [..]) ("or", [..]) ("not", x)
  ("ranges", column, [[lo, hi], ..])        a place and what lies under it, industries by prefix
  ("in", column, [..])
  ("compare", sign, a, b)                   of numbers: ("column", c) ("constant", n) ("sum"|"difference"|"product"|"ratio", a, b)
  ("flag", column) ("present", column)
  ("told", column, x, otherwise)            x where the cell has a value; `otherwise` where there is nothing
Money is in fen and dates are days since 1970, whole numbers both; a ratio is a double.
"""
import datetime
import re

from firms import BOOLS, CHOICES, DATES, EMPTY_IS_NONE

TOKEN = re.compile(r"\s*(?:(\d+\.\d+|\d+)|'([^']*)'|([A-Za-z_]\w*)|(&&|\|\||[<>=!]=|[-+*/<>!()\[\],.]))")
SIZE_CLASSES = ["micro", "small", "medium", "large", "none"]
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
NOT_READ = "the peers cannot be given this part of the rule; leave it out of a side-by-side run"


class NotRead(Exception):
    """A rule outside the part that the peers can be given."""


def tokens(text):
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise NotRead(f"{text[at:]}: {NOT_READ}")
        number, quoted, word, sign = match.groups()
        found.append(("number", float(number) if "." in number else int(number)) if number else
                     ("text", quoted) if quoted is not None else ("word", word) if word else ("sign", sign))
        at = match.end()
    return found + [("end", "")]


class Reader:
    """One rule; `schema` is what firms.write returned."""

    def __init__(self, text, schema):
        self.text, self.schema, self.tokens, self.at = text, schema, tokens(text), 0
        self.fields = {field["id"] for field in schema["fields"]}
        self.elements = {}

    def peek(self, *signs):
        kind, value = self.tokens[self.at]
        return kind == "sign" and value in signs

    def take(self, sign=None):
        token = self.tokens[self.at]
        if sign is not None and token != ("sign", sign):
            raise NotRead(f"{self.text}: `{sign}` wanted, `{token[1]}` found; {NOT_READ}")
        self.at += 1
        return token[1]

    def rule(self):
        tree = self.either()
        if self.tokens[self.at][0] != "end":
            raise NotRead(f"{self.text}: `{self.tokens[self.at][1]}` is left over; {NOT_READ}")
        return tree

    def either(self):
        return self.joined("||", "or", self.both)

    def both(self):
        return self.joined("&&", "and", self.compared)

    def joined(self, sign, word, inner):
        parts = [inner()]
        while self.peek(sign):
            self.take()
            parts.append(inner())
        return joined(word, parts)

    def compared(self):
        left = self.sum()
        if self.tokens[self.at] == ("word", "in"):
            self.take()
            return self.member(left, self.sum())
        if self.peek("<", "<=", ">", ">=", "==", "!="):
            sign = self.take()
            return self.comparison(sign, left, self.sum())
        return left

    def sum(self):
        left = self.product()
        while self.peek("+", "-"):
            word = "sum" if self.take() == "+" else "difference"
            left = folded(word, left, self.product())
        return left

    def product(self):
        left = self.unary()
        while self.peek("*", "/"):
            word = "product" if self.take() == "*" else "ratio"
            left = folded(word, left, self.unary())
        return left

    def unary(self):
        if self.peek("!"):
            self.take()
            return ("not", self.unary())
        if self.peek("-"):
            self.take()
            return folded("difference", ("constant", 0), self.unary())
        return self.primary()

    def primary(self):
        kind, value = self.tokens[self.at]
        if self.peek("("):
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if self.peek("["):
            return self.listed()
        self.take()
        if kind == "number":
            return ("constant", value)
        if kind == "text":
            return ("text", value)
        if kind == "word" and self.peek("("):
            return self.call(value, self.arguments())
        return self.name(value)

    def name(self, word):
        if word in self.elements:
            return self.elements[word]
        if word == "today":
            return ("constant", self.schema["today"])
        if word not in self.fields:
            raise NotRead(f"{self.text}: no column `{word}`; {NOT_READ}")
        return ("flag", word) if word in BOOLS else ("column", word)

    def arguments(self):
        self.take("(")
        found = []
        while not self.peek(")"):
            found.append(self.either())
            if not self.peek(")"):
                self.take(",")
        self.take(")")
        return found

    def listed(self):
        """A list written out, or a quantifier over one, which is an `and` or an `or` of its items."""
        self.take("[")
        items = []
        while not self.peek("]"):
            items.append(self.sum())
            if not self.peek("]"):
                self.take(",")
        self.take("]")
        if not self.peek("."):
            return ("list", items)
        self.take()
        word = self.take()
        if word not in ("all", "exists"):
            raise NotRead(f"{self.text}: `{word}`; {NOT_READ}")
        self.take("(")
        variable, start, parts = self.take(), self.at, []
        for item in items:
            self.at = start
            self.take(",")
            self.elements[variable] = item
            parts.append(self.either())
        del self.elements[variable]
        self.take(")")
        return joined("and" if word == "all" else "or", parts)

    def call(self, word, args):
        values = [arg[1] for arg in args if arg[0] in ("constant", "text", "column")]
        if word in ("yuan", "wan", "yi"):
            return ("constant", round(values[0] * {"yuan": 100, "wan": 1_000_000, "yi": 10_000_000_000}[word]))
        if word == "double":
            return folded("product", args[0], ("constant", 1.0))
        if word == "days":
            return folded("difference", args[1], args[0])
        if word == "add_days":
            return folded("sum", args[0], args[1])
        if word == "date":
            return ("constant", (datetime.date.fromisoformat(values[0]) - datetime.date(1970, 1, 1)).days)
        if word == "year":
            return ("year", values[0])
        if word == "present":
            return told(args[0][1], ("present", args[0][1]), False)
        if word == "size_class" and values == ["sector", "employees", "revenue", "capital"]:
            return ("column", "size_class")
        if word == "under" and values[0] == "place":
            return ("ranges", "place", [self.subtree(values[1])])
        if word == "industry" and values[0] == "sector":
            return ("ranges", "sector", [prefix(values[1], self.schema["sectors"])])
        raise NotRead(f"{self.text}: `{word}`; {NOT_READ}")

    def subtree(self, code):
        """First and last number of the divisions under a code: they follow it in the sorted table."""
        codes = [one for one, _ in self.schema["divisions"]]
        stem = code.rstrip("0") if len(code) == 6 and code.endswith("00") else code
        stem = stem if len(stem) % 2 == 0 or len(code) == 9 else stem + "0"
        under = [at for at, one in enumerate(codes) if one.startswith(stem)]
        return [under[0], under[-1]]

    def value(self, column, item):
        if item[0] != "text":
            return item[1]
        if column == "sector":
            return int(item[1][1:])
        choices = SIZE_CLASSES if column == "size_class" else CHOICES[column]
        return choices.index(item[1])

    def member(self, left, items):
        column = left[1]
        return told(column, ("in", column, [self.value(column, item) for item in items[1]]), False)

    def comparison(self, sign, left, right):
        if left[0] in ("constant", "text") and right[0] not in ("constant", "text"):
            sign, left, right = FLIPPED[sign], right, left
        if left[0] == "year":
            return years(left[1], sign, right[1])
        if right[0] == "text":
            column, value = left[1], self.value(left[1], right)
            same = told(column, ("in", column, [value]), False)
            return same if sign == "==" else ("not", same)
        left, sign, right = alone(left, sign, right)
        compared = ("compare", sign, left, right)
        for column in sorted(read_by(left) | read_by(right)):
            compared = told(column, compared, sign == "!=")
        return compared


def joined(word, parts):
    """An `and` or an `or`, flat, with the ranges of one column together."""
    flat = [inner for part in parts for inner in (part[1] if part[0] == word else [part])]
    if len(flat) == 1:
        return flat[0]
    if word == "or" and all(part[0] == "ranges" and part[1] == flat[0][1] for part in flat):
        return ("ranges", flat[0][1], sorted(pair for part in flat for pair in part[2]))
    return (word, flat)


def folded(word, a, b):
    """Arithmetic, worked out where both sides are constants."""
    if a[0] == b[0] == "constant" and word != "ratio":
        x, y = a[1], b[1]
        return ("constant", {"sum": x + y, "difference": x - y, "product": x * y}[word])
    return (word, a, b)


def alone(left, sign, right):
    """`constant - column >= n` is `column <= constant - n`: a column beside a constant is every peer's best form."""
    if right[0] == "constant" and left[0] == "difference" and left[1][0] == "constant" and left[2][0] == "column":
        return left[2], FLIPPED[sign], ("constant", left[1][1] - right[1])
    return left, sign, right


def years(column, sign, year):
    """A comparison of a day's year as one of days."""
    first = lambda y: (datetime.date(y, 1, 1) - datetime.date(1970, 1, 1)).days
    day = lambda sign, n: ("compare", sign, ("column", column), ("constant", n))
    within = ("and", [day(">=", first(year)), day("<", first(year + 1))])
    return told(column, {">=": day(">=", first(year)), ">": day(">=", first(year + 1)), "<": day("<", first(year)),
                         "<=": day("<", first(year + 1)), "==": within, "!=": ("not", within)}[sign], sign == "!=")


def told(column, tree, otherwise):
    """Where an empty cell means that there is nothing, a comparison with it has an answer of its own."""
    return ("told", column, tree, otherwise) if column in EMPTY_IS_NONE else tree


def prefix(code, sectors):
    """First and last class that a GB/T 4754 prefix holds: the numbers of a letter's divisions follow one another."""
    within = [int(one[1:]) for one in sectors if one.startswith(code)]
    if not within:
        return [1, 0]
    return [min(within), max(within)]


def read_by(tree):
    """The columns that a tree reads."""
    if tree[0] in ("column", "flag", "present", "ranges", "in", "told"):
        return {tree[1]} | (read_by(tree[2]) if tree[0] == "told" else set())
    parts = tree[1] if tree[0] in ("and", "or") else tree[1:]
    return set().union(*(read_by(part) for part in parts if isinstance(part, tuple)), set())


def summed(tree):
    """The columns that stand in arithmetic."""
    if tree[0] in ("sum", "difference", "product", "ratio"):
        return read_by(tree)
    parts = tree[1] if tree[0] in ("and", "or") else tree[1:]
    return set().union(*(summed(part) for part in parts if isinstance(part, tuple)), set())


def conditions(tree):
    """The conditions without `and`, `or` and `not`."""
    if tree[0] in ("and", "or"):
        return [inner for part in tree[1] for inner in conditions(part)]
    return conditions(tree[1]) if tree[0] == "not" else [tree]


def hoisted(tree):
    """The range of places of a rule that begins with one, and the rest; the place is never missing."""
    if tree[0] == "ranges" and tree[1] == "place":
        return tree[2][0], None
    if tree[0] == "and" and tree[1][0][0] == "ranges" and tree[1][0][1] == "place" and len(tree[1][0][2]) == 1:
        return tree[1][0][2][0], joined("and", tree[1][1:])
    return None, tree


def read(text, schema):
    """The tree of one rule."""
    return Reader(text, schema).rule()
