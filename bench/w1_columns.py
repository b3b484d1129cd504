"""The firms' current columns and the policies' trees, as every peer of the first workload loads them."""
import json

import numpy as np

import rule


def load(folder, name, every, stride):
    """(columns, trees, schema): every `every`-th policy, every `stride`-th firm, which keeps the order of places.

    Counts that stand in arithmetic are 64 bits wide from the start, so that no peer widens them policy by policy.
    """
    with open(f"{folder}/schema.json") as file:
        schema = json.load(file)
    with open(f"{folder}/{name}.json", encoding="utf-8") as file:
        texts = json.load(file)["rules"][::every]
    trees = [rule.read(text, schema) for text in texts]
    read = set().union(*(rule.read_by(tree) for tree in trees)) | {"place"}
    wide = set().union(*(rule.summed(tree) for tree in trees))
    columns = {}
    for field in schema["fields"] + schema["derived"]:
        if field["id"] in read:
            values = np.fromfile(f"{folder}/current/{field['id']}.bin", dtype=field["cells"])[::stride]
            empty = np.fromfile(f"{folder}/current/{field['id']}.nul", dtype=np.uint8)[::stride]
            columns[field["id"]] = (values.astype(np.int64) if values.dtype == np.int32 and field["id"] in wide else values, empty)
    return columns, trees, schema
