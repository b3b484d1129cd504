"""How every peer is timed: process CPU seconds and wall seconds of several runs, the middle one told."""
import json
import os
import resource
import statistics
import time


def timed(run, runs):
    """What the last run gave, and the middle CPU and wall seconds of all."""
    cpu, wall, found = [], [], None
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        found = run()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    return found, {"cpu_s": statistics.median(cpu), "wall_s": statistics.median(wall), "runs": runs}


def tell(engine, found, times, **more):
    """One line of JSON on standard output: what bench/run.py reads."""
    line = {"engine": engine, **times, **more, "found": found, "load": os.getloadavg()[0],
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
    print(json.dumps(line), flush=True)
