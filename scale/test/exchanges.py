#!/usr/bin/env python3
"""Writes exchanges with the Batch API, for the tests and benchmarks of runs on many machines.

    exchanges.py FOLDER EXCHANGES [OBJECTS] [--plain]

The same arguments give the same bytes. The lives of batches cross objects, some exchanges are
pages of a list, and about one life in twenty contradicts itself or the description. The objects
are NDJSON, NDJSON compressed with gzip, HAR and cassettes in turn; with --plain all are NDJSON.
"""
import datetime
import gzip
import json
import os
import random
import sys

LIVES = (("validating", "in_progress", "finalizing", "completed"), ("validating", "in_progress", "cancelling", "cancelled"))
ENTERED = {  # the timestamps that are set in a state, in their order
    "validating": (),
    "in_progress": ("in_progress_at",),
    "finalizing": ("in_progress_at", "finalizing_at"),
    "completed": ("in_progress_at", "finalizing_at", "completed_at"),
    "cancelling": ("in_progress_at", "cancelling_at"),
    "cancelled": ("in_progress_at", "cancelling_at", "cancelled_at"),
}
COMPLETED = {"validating": 0, "in_progress": 3, "finalizing": 10, "completed": 10, "cancelling": 5, "cancelled": 5}
BEGINNING = 1757400000


def batch(number, status):
    """Returns the batch with a number as it is in a state."""
    created = BEGINNING + number % 100000
    total = 0 if status == "validating" else 10
    b = {
        "id": f"batch_{number:08x}", "object": "batch", "endpoint": "/v1/chat/completions", "errors": None,
        "input_file_id": f"file-{number:08x}", "completion_window": "24h", "status": status,
        "output_file_id": f"file-out{number:08x}" if status == "completed" else None, "error_file_id": None,
        "created_at": created, "in_progress_at": None, "expires_at": created + 86400, "finalizing_at": None,
        "completed_at": None, "failed_at": None, "expired_at": None, "cancelling_at": None, "cancelled_at": None,
        "request_counts": {"total": total, "completed": COMPLETED[status], "failed": 0},
        "metadata": {"customer": f"c{number % 97}", "note": "ä" if number % 7 == 0 else "x"},
    }
    for k, member in enumerate(ENTERED[status]):
        b[member] = created + 60 * (k + 1)
    return b


def life(r, number):
    """Returns a batch at successive times, some of them with a fault."""
    seen = [batch(number, status) for status in LIVES[number % 2]]
    fault = r.random()
    if fault < 0.004:
        seen.append(batch(number, "in_progress"))  # after a final state
    elif fault < 0.008:
        seen[-1]["created_at"] -= 5
    elif fault < 0.012:
        seen[-1]["request_counts"]["completed"] = 1
    elif fault < 0.02:
        seen[1]["status"] = "paused"
    elif fault < 0.03:
        seen[2]["in_progress_at"] = None
    elif fault < 0.04:
        seen[0]["created_at"] = str(seen[0]["created_at"])
    elif fault < 0.05:
        seen[3]["surprise"] = 1
    elif fault < 0.055:
        seen[3]["metadata"]["customer"] = "another"  # which a rule over oldSelf forbids
    return seen


def exchange(r, number, moment, b):
    """Returns the time, method, URL, status and body of an exchange about a batch."""
    time = datetime.datetime.fromtimestamp(BEGINNING + number % 100000 + 60 * moment + 30, datetime.timezone.utc)
    time = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    url = "https://api.openai.com/v1/batches"
    if r.random() < 0.003:
        return time, "GET", f"{url}/{b['id']}", 429, {"error": {"message": "slow down", "type": "requests", "param": None, "code": None}}
    if r.random() < 0.02:
        other = batch(max(0, number - 1), LIVES[(number - 1) % 2][min(moment, 3)])
        data = [b, other] if number else [b]
        return time, "GET", url + "?limit=2", 200, {"object": "list", "data": data, "first_id": b["id"], "last_id": data[-1]["id"], "has_more": False}
    if b["status"] == "cancelling":
        return time, "POST", f"{url}/{b['id']}/cancel", 200, b
    return time, "GET", f"{url}/{b['id']}", 200, b


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def as_line(time, method, url, status, body):
    headers = {"Content-Type": "application/json"}
    return compact({"time": time, "request": {"method": method, "url": url}, "response": {"status": status, "headers": headers, "body": body}})


def as_entry(time, method, url, status, body):
    headers = [{"name": "Content-Type", "value": "application/json"}]
    content = {"size": -1, "mimeType": "application/json", "text": compact(body)}
    request = {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [], "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0}
    response = {"status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": headers, "cookies": [], "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1}
    return compact({"startedDateTime": time, "time": 0, "request": request, "response": response, "cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0}})


def as_interaction(time, method, url, status, body):
    date = datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").strftime("%a, %d %b %Y %H:%M:%S GMT")
    request = {"method": method, "uri": url, "body": None, "headers": {"Accept": ["application/json"]}}
    headers = {"Content-Type": ["application/json"], "Date": [date]}
    return compact({"request": request, "response": {"status": {"code": status, "message": ""}, "headers": headers, "body": {"string": compact(body)}}})


class Object:
    """A file of exchanges in one format: what it begins and ends with, and how an exchange is written."""

    FORMATS = (
        ("ndjson", "", as_line, "\n", "\n"),
        ("ndjson.gz", "", as_line, "\n", "\n"),
        ("har", '{"log":{"version":"1.2","creator":{"name":"exchanges.py","version":"1"},"entries":[\n', as_entry, ",\n", "\n]}}\n"),
        ("json", '{"interactions":[\n', as_interaction, ",\n", '\n],"version":1}\n'),
    )

    def __init__(self, folder, number, plain):
        suffix, first, self.form, self.between, self.last = self.FORMATS[0 if plain else number % len(self.FORMATS)]
        self.file = open(os.path.join(folder, f"{number:05d}.{suffix}"), "wb")
        self.to = gzip.GzipFile("", "wb", 1, self.file, mtime=0) if suffix.endswith(".gz") else self.file
        self.next = first

    def write(self, *parts):
        self.to.write((self.next + self.form(*parts)).encode())
        self.next = self.between

    def close(self):
        self.to.write(self.last.encode())
        self.to.close()
        self.file.close()


def write(folder, exchanges, objects=64, plain=False):
    """Writes at least as many exchanges as it is asked for, and returns how many there are."""
    os.makedirs(folder)
    r = random.Random(7)
    to = [Object(folder, i, plain) for i in range(objects)]
    count = number = 0
    while count < exchanges:
        first = r.randrange(objects)
        for moment, b in enumerate(life(r, number)):
            at = min(objects - 1, first + moment) if r.random() < 0.9 else r.randrange(objects)
            to[at].write(*exchange(r, number, moment, b))
            count += 1
        number += 1
    for one in to:
        one.close()
    return count


if __name__ == "__main__":
    rest = [a for a in sys.argv[1:] if a != "--plain"]
    if len(rest) not in (2, 3):
        sys.exit(__doc__)
    print(write(rest[0], *map(int, rest[1:]), plain="--plain" in sys.argv), "exchanges")
