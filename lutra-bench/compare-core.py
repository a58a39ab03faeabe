#!/usr/bin/env python3
"""Tables of two files of W1 lines in Markdown: medians, and the median [least-greatest] of the ratios of pairs.

usage: compare-core.py GO LUTRA    the n-th line of a point in one file and in the other are a pair
"""
import re
import statistics
import sys
from collections import defaultdict

# Payload copies that cannot be saved: into the log; and in W1b from there into the frame of each of the two followers.
COPIES = {"W1": 1, "W1b": 3}


def read(path):
    points = defaultdict(list)
    for line in open(path):
        fields = dict(re.findall(r"([^\s=]+)=(\S+)", line))
        if line.startswith("W1c"):
            key = ("W1c", int(fields["election"]), int(fields["heartbeat"]))
        elif line.startswith("W1"):
            key = ("W1b" if fields["codec"] == "true" else "W1", int(fields["size"]), int(fields["batch"]))
        else:
            continue
        points[key].append(fields)
    return points


def ratio(pairs, field):
    ratios = [float(a[field]) / float(b[field]) for a, b in pairs]
    return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]"


def median(runs, field):
    return statistics.median(float(r[field]) for r in runs)


def table(head, rows):
    if rows:
        print("| " + " | ".join(head) + " |")
        print("|" + "---|" * len(head))
        for row in rows:
            print("| " + " | ".join(row) + " |")
        print()


go, lutra = read(sys.argv[1]), read(sys.argv[2])
rows, idle = [], []
for key in sorted(go):
    if key not in lutra:
        continue
    name, a, b = key
    pairs = list(zip(go[key], lutra[key]))
    theirs, ours = [p[0] for p in pairs], [p[1] for p in pairs]
    if name == "W1c":
        cells = [f"{a}/{b}", str(len(pairs))]
        for field in ("ns/tick/group", "cpu_ns/tick/group", "allocB/tick/group", "heapB/group"):
            share = statistics.median(float(o[field]) / float(t[field]) for t, o in pairs)
            cells.append(f"{median(theirs, field):,.0f} / {median(ours, field):,.0f} = {share:.3f}")
        idle.append(cells)
        continue
    copies = COPIES[name] * a
    beyond = [median(runs, "B/entry") - copies for runs in (theirs, ours)]
    rows.append([name, str(a), str(b), str(len(pairs)),
                 f"{median(theirs, 'entries/s'):,.0f}", f"{median(ours, 'entries/s'):,.0f}",
                 ratio(pairs, "ns/entry"), ratio(pairs, "cpu_ns/entry"),
                 f"{beyond[0]:,.0f} / {beyond[1]:,.0f} = {beyond[1] / beyond[0]:.2f}"])
table(["", "bytes", "batch", "pairs", "Go entries/s", "Lutra entries/s", "times Go's, wall", "times Go's, CPU",
       "B/entry beyond payload copies, Lutra's share"], rows)
table(["election/heartbeat ticks", "pairs", "ns/tick/group", "CPU ns/tick/group", "allocated B/tick/group", "live B/group"],
      idle)
