"""One connection to doltlite; for each line on standard input, inserts and commits the number of rows asked for and prints the rate."""

import sys
import time

import doltlite  # noqa: F401  # from here on sqlite3 is doltlite

import sqlite3  # isort: skip

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, data BLOB)")
db.execute("SELECT dolt_commit('-A', '-m', 'begin')").fetchall()
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(sys.argv[2])):
        db.execute("INSERT INTO entry (data) VALUES (?)", (bytes(350),))
        db.execute("SELECT dolt_commit('-A', '-m', 'entry')").fetchall()
    print(int(sys.argv[2]) / (time.perf_counter() - start), flush=True)
