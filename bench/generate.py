#!/usr/bin/env python3
"""Makes the data of a run under one folder; what is there already for the same arguments stays.

usage: generate.py policies OUT --seed N --templates FILE --rows N --policies N
       generate.py duties OUT --seed N --records N
       generate.py web OUT --seed N --records N
"""
import argparse
import json
import os
import time

import draw
import duties
import firms
import forms
import rule
import web_records


def policies(args):
    """Firms, and the policies as rules, with and without much sharing."""
    schema = firms.write(args.out, args.seed, args.rows)
    codes = [code for code, _ in schema["divisions"]]
    for name, little_sharing in (("policies", False), ("policies-unlike", True)):
        texts = draw.policies(args.templates, args.seed, args.policies, schema["sectors"], codes, little_sharing)
        trees = [rule.read(text, schema) for text in texts]
        found = {"rules": texts, "cel": [forms.cel(tree) for tree in trees],
                 "conditions": len({str(one) for tree in trees for one in rule.conditions(tree)})}
        with open(f"{args.out}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["policies", "duties", "web"])
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--templates")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--policies", type=int, default=1_000)
    parser.add_argument("--records", type=int, default=10_000_000)
    args = parser.parse_args()
    done = f"{args.out}/made.json"
    asked = {key: value for key, value in vars(args).items() if key != "out"}
    if args.templates:
        asked["text"] = open(args.templates, encoding="utf-8").read()
    if os.path.exists(done) and json.load(open(done)) == asked:
        return
    if os.path.exists(done):
        os.remove(done)
    os.makedirs(args.out, exist_ok=True)
    began = time.perf_counter()
    if args.what == "policies":
        policies(args)
    else:
        {"duties": duties, "web": web_records}[args.what].write(args.out, args.seed, args.records)
    with open(done, "w") as file:
        json.dump(asked, file)
    print(f"{args.what}: {time.perf_counter() - began:.1f} s")


main()
