"""Answers requests from standard input, one JSON line each, with the seconds that the work took and the peak of memory."""

import json
import resource
import sys
import time


def serve(versions, work):
    print(json.dumps({"versions": {"python": sys.version.split()[0], **versions}}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        said = work(json.loads(line)) or {}
        seconds = time.perf_counter() - start
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        peak += said.pop("workersMiB", 0)
        print(json.dumps({"seconds": seconds, **said, "peakResidentMiB": peak}), flush=True)
