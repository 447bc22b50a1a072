#!/usr/bin/python3
"""Puts the recordings of several programs of one computer into one, which picture.py and the timeline
show as they show any other.

NAME goes before the names of that program's rows. All programs have the system's monotonic clock, and
each recording tells when it began.
"""

import argparse
import json
from pathlib import Path

from recording import PROGRAM

NUMBERS_OF_ROWS = "by", "task"  # among the arguments of an event


def moved(event, name, program, later):
    """The event as one of that program, so many microseconds later."""
    event |= {"pid": program + 1, "tid": event["tid"] + program * PROGRAM}
    args = event.get("args", {})
    for key in NUMBERS_OF_ROWS:
        if isinstance(args.get(key), int):
            args[key] += program * PROGRAM
    if event["ph"] == "M":
        if event["name"] == "thread_name":
            args["name"] = f"{name} {args['name']}"
        elif event["name"] == "thread_sort_index":
            args["sort_index"] += program * PROGRAM
        return event
    event["ts"] = round(event["ts"] + later, 3)
    if event["ph"] == "C":
        event["name"] = f"{name} {event['name']}"
    if "id" in event:  # of an arrow
        event["id"] += program * PROGRAM
    return event


def merge(recordings):
    """recordings: [(name, recording)]"""
    started = min(whole["otherData"]["started"] for _, whole in recordings)
    names, events = [], []
    for program, (name, whole) in enumerate(recordings):
        later = (whole["otherData"]["started"] - started) / 1000
        for event in whole["traceEvents"]:
            (names if event["ph"] == "M" else events).append(moved(event, name, program, later))
    events.sort(key=lambda event: event["ts"])
    other = [whole["otherData"] for _, whole in recordings]
    programs = list(dict.fromkeys(each["program"] for each in other))
    return {"displayTimeUnit": "ns",
            "otherData": {"program": ", ".join(programs), "started": started,
                          "dropped": sum(each["dropped"] for each in other)},
            "traceEvents": names + events}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="NAME=RECORDING")
    parser.add_argument("merged", metavar="MERGED")
    arguments = parser.parse_args()
    recordings = []
    for source in arguments.sources:
        name, equals, path = source.partition("=")
        if not equals:
            parser.error(f"{source}: not NAME=RECORDING")
        recordings.append((name, json.loads(Path(path).read_text(encoding="utf-8"))))
    Path(arguments.merged).write_text(json.dumps(merge(recordings), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
