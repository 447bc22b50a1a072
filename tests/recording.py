#!/usr/bin/env python3
"""Judges recordings, as TRACE=run.json ./program makes them.

    recording.py FILE CLAIM...

Every recording has to be sound: JSON of the known shape; time never goes back; every slice has its
end, which repeats its name and arguments; a task's row has no gap from its spawn to its end; the waker
exists; arrows come in pairs, and begin and end in slices. A CLAIM is what this one has to hold besides:

    row=NAME            a row of that name: "loop", "pool 1", a task's
    NAME                an event of that name
    ROW:NAME            an event of that name on a row of that name
    by=ROW:NAME         a task of that name was woken by a row of that name
    dropped             the ring has lost something; without this claim, it must not have
    callback=NAME       a callback of that name, where addr2line can tell names
"""
import collections
import json
import os
import shutil
import sys

SLICES = {"loop", "phase", "callback", "ready", "run", "wait", "work"}
OF_THE_LOOP = {"loop", "phase", "callback"}
POOL = range(1000001, 2000001)


class Recording:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.whole = json.load(file)
        self.names = {}
        self.process = None
        self.events = []
        for event in self.whole["traceEvents"]:
            assert event["pid"] == 1, event
            if event["ph"] != "M":
                self.events.append(event)
            elif event["name"] == "process_name":
                self.process = event["args"]["name"]
            elif event["name"] == "thread_name":
                assert event["tid"] not in self.names, event
                self.names[event["tid"]] = event["args"]["name"]
        self.dropped = self.whole["otherData"]["dropped"]
        self.slices = collections.defaultdict(list)  # open ones, by row

    def name(self, event):
        return self.names[event["tid"]]

    def check(self):
        other = self.whole["otherData"]
        assert self.whole["displayTimeUnit"] == "ns"
        assert other["started"] > 0 and other["program"] and 0 < other["events"] <= other["limit"], other
        assert self.names[0] == "loop", self.names
        assert self.process == other["program"], self.process
        check = {"B": self.begin, "E": self.end, "i": self.mark, "C": self.count,
                 "s": self.arrow, "f": self.arrow}
        self.last, self.first = 0.0, self.events[0]["ts"]
        self.arrows, self.ended, self.latest, self.counts = {}, {}, {}, {}
        for event in self.events:
            assert event["ts"] >= self.last, ("time goes back", event)
            assert event["tid"] in self.names, ("no such row", event)
            self.last = event["ts"]
            check[event["ph"]](event)
        for row, slices in self.slices.items():
            assert not slices, ("without an end", row, slices)
        for row, slice_ in self.latest.items():
            whole = slice_["cat"] == "run" or self.ended[row] == self.last
            assert whole, ("ends neither as it ran, nor with the recording", slice_)
        for number, phases in self.arrows.items():
            assert phases == "sf", ("half an arrow", number, phases)

    def begin(self, event):
        row, category, open_ones = event["tid"], event["cat"], self.slices[event["tid"]]
        assert category in SLICES and event["name"], event
        assert (row == 0) == (category in OF_THE_LOOP), event
        assert (row in POOL) == (category == "work"), event
        if category == "loop":
            assert event["name"] == "tick" and not open_ones, event
        elif category == "phase":
            assert [slice_["cat"] for slice_ in open_ones] == ["loop"], (event, open_ones)
        elif category == "callback":
            assert open_ones and open_ones[-1]["cat"] == "phase", (event, open_ones)
        else:
            assert not open_ones, ("in another one", event, open_ones)
        if row != 0 and row not in POOL:
            begun = row in self.ended or category == "ready" or event["ts"] == self.first
            assert begun, ("neither spawned, nor there from the first moment on", event)
            assert self.ended.get(row, event["ts"]) == event["ts"], ("a gap", event)
            self.latest[row] = event
        if category == "ready":
            by = event["args"]["by"]
            assert by in self.names and by != row, event
        if category == "work" and not self.dropped:
            assert 0 < event["args"]["task"] and event["args"]["task"] in self.names, event
        open_ones.append(event)

    def end(self, event):
        assert self.slices[event["tid"]], ("without a beginning", event)
        begun = self.slices[event["tid"]].pop()
        named = [(other["name"], other.get("args")) for other in (begun, event)]
        assert named[0] == named[1], ("another name or arguments at the end", begun, event)
        self.ended[event["tid"]] = event["ts"]

    def mark(self, event):
        assert event["s"] == "t" and event["cat"] in ("io", "timer"), event
        arguments = event.get("args", {})
        assert all(number >= 0 for number in arguments.values()), event
        wanted = {"timer set": ["in_ms"], "timer fired": ["late_ms"]}
        wanted.update({name: ["bytes"] for name in ("recv", "send", "ws recv", "ws send")})
        assert list(arguments) == wanted.get(event["name"], []), event
        if event["tid"] != 0:
            assert [s["cat"] for s in self.slices[event["tid"]]] == ["run"], ("does not run", event)
        if event["name"] == "timer fired":
            assert event["tid"] == 0, event

    def count(self, event):
        wanted = {"ready": "tasks", "tasks": "live", "timers": "pending", "pool": "work"}
        assert event["tid"] == 0 and list(event["args"]) == [wanted[event["name"]]], event
        value = event["args"][wanted[event["name"]]]
        assert value >= 0 and value != self.counts.get(event["name"]), event
        self.counts[event["name"]] = value

    def arrow(self, event):
        assert event["cat"] == "wake" and event["name"] == "wake", event
        assert event["ph"] == "s" or event["bp"] == "e", event
        number = event["id"]
        self.arrows[number] = self.arrows.get(number, "") + event["ph"]
        assert self.slices[event["tid"]], ("an arrow outside of slices", event)
        if event["ph"] == "f":
            assert [s["cat"] for s in self.slices[event["tid"]]] == ["ready"], event

    def claim(self, claim):
        if claim.startswith("row="):
            return claim[4:] in self.names.values()
        if claim.startswith("by="):
            by, name = claim[3:].split(":")
            return any(e["ph"] == "B" and e["cat"] == "ready" and self.name(e) == name and
                       self.names[e["args"]["by"]] == by for e in self.events)
        if claim == "dropped":
            return self.dropped > 0
        if claim.startswith("callback="):
            name = claim[9:] if names_are_known() else "callback"
            return any(e.get("cat") == "callback" and e["name"] == name for e in self.events)
        row, _, name = claim.rpartition(":")
        return any(e.get("name") == name and (not row or self.name(e) == row) for e in self.events)


def names_are_known():
    """Under Valgrind that is the program, as addr2line sees it."""
    return shutil.which("addr2line") and not os.environ.get("VALGRIND")


def main():
    path, *claims = sys.argv[1:]
    recording = Recording(path)
    recording.check()
    assert "dropped" in claims or not recording.dropped, "something was dropped"
    for claim in claims:
        assert recording.claim(claim), ("not in the recording", claim)


main()
