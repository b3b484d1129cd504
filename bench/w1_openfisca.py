#!/usr/bin/env python3
"""Every firm against every policy in OpenFisca-core: facts are its inputs, every distinct condition and every policy a variable.

OpenFisca has no unknown: 0, 1, 2 stand for no, unknown, yes; `and` is the least, `or` the greatest, `not` is 2 - x.
usage: w1_openfisca.py FOLDER [--every 1] [--stride 1] [--runs 3]
"""
import argparse

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

import forms
import timing
import w1_columns

YEAR = period("2026")


class Inputs:
    """The columns of forms.numpy_planes, read through OpenFisca's inputs."""

    def __init__(self, firm, when):
        self.firm, self.when = firm, when

    def __getitem__(self, name):
        return self.firm(f"value_{name}", self.when), self.firm(f"empty_{name}", self.when)


class System:
    """A tax-benefit system with a variable for each condition, made once."""

    def __init__(self, columns, trees):
        self.firm = build_entity(key="firm", plural="firms", label="", is_person=True)
        self.system = TaxBenefitSystem([self.firm])
        self.conditions, self.columns = {}, columns
        for name, (values, _) in columns.items():
            self.add(f"value_{name}", None, float if values.dtype == np.float64 else int)
            self.add(f"empty_{name}")
        for at, tree in enumerate(trees):
            self.add(f"policy_{at}", self.formula(tree))

    def add(self, name, formula=None, value_type=int):
        parts = {"value_type": value_type, "entity": self.firm, "definition_period": DateUnit.YEAR, "label": name}
        if formula:
            parts["formula"] = lambda firm, when: formula(firm, when)
        self.system.add_variable(type(name, (Variable,), parts))

    def formula(self, tree):
        if tree[0] == "not":
            denied = self.formula(tree[1])
            return lambda firm, when: 2 - denied(firm, when)
        if tree[0] not in ("and", "or"):
            name = self.condition(tree)
            return lambda firm, when: firm(name, when)
        parts = [self.formula(part) for part in tree[1]]
        joins = np.minimum if tree[0] == "and" else np.maximum

        def joined(firm, when):
            found = parts[0](firm, when)
            for part in parts[1:]:
                found = joins(found, part(firm, when))
            return found
        return joined

    def condition(self, tree):
        key = str(tree)
        if key not in self.conditions:
            self.conditions[key] = f"condition_{len(self.conditions)}"

            def formula(firm, when):
                t, f = forms.numpy_planes(tree, Inputs(firm, when))
                return 1 + t.astype(np.int8) - f.astype(np.int8)
            self.add(self.conditions[key], formula)
        return self.conditions[key]

    def simulation(self):
        rows = len(self.columns["place"][0])
        simulation = SimulationBuilder().build_default_simulation(self.system, count=rows)
        for name, (values, empty) in self.columns.items():
            # Put into storage directly: its own way in would cut whole numbers to 32 bits.
            wide = values if values.dtype == np.float64 else values.astype(np.int64)
            simulation.get_holder(f"value_{name}")._memory_storage.put(wide, YEAR)
            simulation.get_holder(f"empty_{name}")._memory_storage.put(empty, YEAR)
        return simulation


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--policies-file", default="policies")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    columns, trees, _ = w1_columns.load(args.folder, args.policies_file, args.every, args.stride)
    system = System(columns, trees)
    fresh = [system.simulation() for _ in range(args.runs)]

    def run():
        simulation, found = fresh.pop(), []
        for at in range(len(trees)):
            verdict = simulation.calculate(f"policy_{at}", "2026")
            found.append([int(np.count_nonzero(verdict == 2)), int(np.count_nonzero(verdict == 1))])
        return found

    found, times = timing.timed(run, args.runs)
    timing.tell("openfisca", found, times, rows=len(columns["place"][0]), policies=len(trees))


main()
