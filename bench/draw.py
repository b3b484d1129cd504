"""Policies drawn from a file of templates: rules of Heli's language, each with its own numbers, catalogue and place."""
import re

import numpy as np

SLOT = re.compile(r"\{(\w+)\}")
# Which share of the policies is for the whole province, one city, one county; the rest names no place.
PROVINCE, CITY, COUNTY = .27, .40, .25
CATALOGUES = 40


def read(path):
    """The choices behind each name in braces, and the templates."""
    choices, templates = {}, []
    with open(path, encoding="utf-8") as file:
        for line in map(str.strip, file):
            if line.startswith("let "):
                name, _, values = line[4:].partition(" = ")
                choices[name.strip()] = re.split(r" \| ", values.strip())
            elif line and not line.startswith("#"):
                templates.append(line)
    if not templates:
        raise SystemExit(f"{path}: no template; write one rule a line")
    return choices, templates


def catalogues(rng, codes):
    """Published lists of industries that many policies point at: the manufactures, divisions, groups or single classes."""
    twos = sorted({code[:3] for code in codes})
    threes = sorted({code[:4] for code in codes})
    some = lambda of, n: sorted({of[int(rng.integers(len(of)))] for _ in range(n)})
    listed = lambda prefixes: " || ".join(f"industry(sector, '{prefix}')" for prefix in prefixes)
    drawn = []
    for _ in range(CATALOGUES):
        which = rng.random()
        if which < .3:
            drawn.append(listed(["C"]))
        elif which < .5:
            drawn.append(listed(some(twos, 4)))
        elif which < .75:
            drawn.append(listed(some(threes, 8)))
        else:
            drawn.append("sector in [" + ", ".join(f"'{code}'" for code in some(codes, 30)) + "]")
    return drawn


def fill(text, choices, rng):
    """Puts a choice into every pair of braces; one that joins several conditions gets brackets."""
    def one(slot):
        if slot[1] not in choices:
            raise SystemExit(f"no `let {slot[1]} = …` for {{{slot[1]}}}")
        of = choices[slot[1]]
        chosen = fill(of[int(rng.integers(len(of)))], choices, rng)
        alone = slot.start() == 0 and slot.end() == len(text)
        denied = slot.string[:slot.start()].endswith("!") and " " in chosen
        return f"({chosen})" if denied or not alone and re.search(r" (&&|\|\|) ", chosen) else chosen
    return SLOT.sub(one, text)


def place(rng, cities, counties):
    """The condition of place, empty for 8 in 100."""
    which = rng.random()
    if which < PROVINCE:
        code = "440000"
    elif which < PROVINCE + CITY:
        code = cities[int(rng.integers(len(cities)))]
    elif which < PROVINCE + CITY + COUNTY:
        code = counties[int(rng.integers(len(counties)))]
    else:
        return ""
    return f"under(place, '{code}')"


def policies(path, seed, count, sectors, divisions, little_sharing=False):
    """`count` rules as text. With `little_sharing` half of the thresholds and factors are unlike any other policy's."""
    rng = np.random.default_rng([seed, 2])
    choices, templates = read(path)
    choices["catalogue"] = catalogues(rng, sectors)
    cities = [code for code in divisions if len(code) == 6 and code.endswith("00") and not code.endswith("0000")]
    counties = [code for code in divisions if len(code) == 6 and not code.endswith("00")]
    by_turns = not any(SLOT.search(template) for template in templates)
    texts = []
    for at in range(count):
        template = templates[at % len(templates)] if by_turns else templates[int(rng.integers(len(templates)))]
        rule, where = fill(template, choices, rng), place(rng, cities, counties)
        texts.append(f"{where} && {bracketed(rule)}" if where else rule)
    return [unlike(text, np.random.default_rng([seed, 3, at])) for at, text in enumerate(texts)] if little_sharing else texts


def bracketed(rule):
    """Brackets around a rule that has an `or` outside of brackets."""
    depth = 0
    for at, letter in enumerate(rule):
        depth += letter in "(["
        depth -= letter in ")]"
        if depth == 0 and rule.startswith(" || ", at):
            return f"({rule})"
    return rule


def unlike(text, rng):
    """Moves half of a rule's amounts, days and factors a little, so that rules share few conditions."""
    def amount(found):
        return f"yuan({int(int(found[1]) * 10_000 * (.7 + .6 * rng.random()))})" if rng.random() < .5 else found[0]

    def factor(found):
        if rng.random() < .5 or int(found[2]) < 100:
            return found[0]
        a, ka, sign, b, kb = found.groups()
        return f"{a} * {int(ka) * 10} {sign} {b} * {int(kb) * 10 + int(rng.integers(-4, 5))}"

    def day(found):
        return f"{found[1]}{int(found[2]) + int(rng.integers(-300, 300))}" if rng.random() < .5 else found[0]

    text = re.sub(r"(\w+) \* (\d+) (>=|<=) (\w+) \* (\d+)", factor, text)
    text = re.sub(r"wan\((\d+)\)", amount, text)
    text = re.sub(r"(days\([^)]*\) [<>]= )(\d+)", day, text)
    return re.sub(r"(add_days\(today, )(\d+)", day, text)
