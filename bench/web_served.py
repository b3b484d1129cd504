#!/usr/bin/env python3
"""Heli and the minimal page side by side over HTTP: processor seconds of each server for each request, and whether they show the same.

usage: web_served.py FOLDER --heli BINARY --minimal BINARY --seed N --records N [--rounds 15]
FOLDER is what `generate.py web` made; the databases are filled beside it, once. Prints one line of JSON.
"""
import argparse
import html
import json
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse

import web_records

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = "only-for-the-bench"
PAGES, CONNECTIONS, READY_S = 20, 8, 600
SORTS = ["-name", "revenue", "-revenue", "founded", "-founded", "industry", "place", "-status"]


class Server:
    """A process that answers at a port of its own, and connections to it that stay."""

    def __init__(self, words):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = [word.replace("PORT", str(self.port)) for word in words]
        # One thread each, as for everything that is timed here; what Heli reads beside it is counted too.
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | {"TOKIO_WORKER_THREADS": "1"})
        self.connections, self.cookie, self.rest = [], "", {}
        self.wait()

    def wait(self):
        until = time.monotonic() + READY_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{self.process.args[0]} does not answer")
                time.sleep(.05)

    def processor_s(self):
        """Seconds of all its threads so far, by the process's own clock."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def end(self):
        for connection in self.connections:
            connection.close()
        self.process.terminate()
        said = self.process.communicate()[0]
        if self.process.returncode not in (0, -15):
            raise SystemExit(f"{self.process.args[0]} ended with {self.process.returncode}: {said.decode()[-2000:]}")

    def send(self, at, path, more=""):
        while len(self.connections) <= at:
            self.connections.append(socket.create_connection(("127.0.0.1", self.port)))
        self.connections[at].sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n{more}\r\n".encode())

    def read(self, at):
        """The status line with the headers, and the body, of the next answer on a connection."""
        kept = self.rest.pop(at, b"")
        while b"\r\n\r\n" not in kept:
            kept += self.more(at)
        head, body = kept.split(b"\r\n\r\n", 1)
        head = head.decode("latin1")
        length = re.search(r"(?i)^content-length: (\d+)", head, re.M)
        if length:
            while len(body) < int(length[1]):
                body += self.more(at)
            return head, body[:int(length[1])]
        # In chunks: what is compressed on its way.
        while not body.endswith(b"0\r\n\r\n"):
            body += self.more(at)
        return head, body

    def more(self, at):
        part = self.connections[at].recv(1 << 18)
        if not part:
            raise SystemExit(f"{self.process.args[0]} closed a connection")
        return part

    def get(self, path):
        self.send(0, path)
        head, body = self.read(0)
        if " 200 " not in head.split("\r\n")[0]:
            raise SystemExit(f"{path}: {head}")
        return body.decode()

    def post(self, path, **fields):
        """What a form gives, on a connection of its own: headers and body."""
        text = urllib.parse.urlencode(fields).encode()
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\nConnection: close\r\n"
                               f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        return head.decode("latin1"), body.decode()

    def let_in(self, path, **fields):
        head, _ = self.post(path, **fields)
        found = re.search(r"heli_session=[0-9a-f]+", head)
        if not found:
            raise SystemExit(f"{path}: nobody was let in: {head}")
        self.cookie = found[0]

    def round(self, paths, more=""):
        """Processor seconds of a request in one round over the paths, several at a time, and the bytes of an answer."""
        paths = paths * -(-200 // len(paths))
        began, size = self.processor_s(), 0
        for start in range(0, len(paths), CONNECTIONS):
            together = paths[start:start + CONNECTIONS]
            for at, path in enumerate(together):
                self.send(at, path, more)
            for at in range(len(together)):
                head, body = self.read(at)
                if " 200 " not in head[:16]:
                    raise SystemExit(head)
                size += len(body)
        return (self.processor_s() - began) / len(paths), size // len(paths)


def fill(args):
    """Both databases, the first administrator, and a clerk in the unit at the head."""
    folder = f"{args.folder}/filled"
    if os.path.exists(f"{folder}/done"):
        return
    subprocess.run(["rm", "-rf", folder], check=True)
    os.makedirs(f"{folder}/key")
    subprocess.run([sys.executable, f"{HERE}/web_django.py", "fill", f"{folder}/peers.sqlite3", str(args.seed), str(args.records)], check=True)
    heli = Server([*serving(args), "--programme", f"{args.folder}/programme"])
    link = next(found[1] for line in heli.process.stdout if (found := re.search(rb"/link/([0-9a-f]+)", line)))
    heli.let_in(f"/link/{link.decode()}", account="", password=PASSWORD)
    mark = re.search(r"pass=([0-9a-f]+)", heli.get("/admin/accounts"))[1]
    _, page = heli.post(f"/admin/accounts?pass={mark}", account="clerk", person="clerk", phone="", role="clerk", unit="440000")
    heli.let_in(f"/link/{re.search('/link/([0-9a-f]+)', page)[1]}", account="", password=PASSWORD)
    heli.end()
    for sheet in sorted(os.listdir(f"{args.folder}/sheets")):
        subprocess.run([args.heli, "import", "record", f"{args.folder}/sheets/{sheet}", "--database", f"{folder}/heli.db", *keys(args)], check=True, stdout=sys.stderr)
    open(f"{folder}/done", "w").close()


def keys(args):
    return ["--key", f"{args.folder}/filled/key/seal.pem", "--witness", f"{args.folder}/filled/key/seals"]


def serving(args):
    return [args.heli, "serve", "--database", f"{args.folder}/filled/heli.db", "--sign-in", "--listen", "127.0.0.1:PORT", *keys(args)]


def plain(text):
    """What a person reads; the thin spaces that group digits count for nothing."""
    return html.unescape(re.sub("<[^>]*>", "", text)).strip().replace("\u2009", "")


def rows_of_heli(page):
    """The cells of each row, and how many records match."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = [[plain(cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row)] for row in body.split("</tr>")[:-1]]
    return rows, int("".join(filter(str.isdigit, re.search(r'class="count">([^<·]*)', page)[1])))


def rows_of_peer(page):
    rows = [[plain(cell) for cell in row.split("<td>")[1:]] for row in re.findall("<tr>(.*?)</tr>", page)]
    return rows, int(re.search(r"(\d+) records", page)[1])


def walked(server, path, rows_of, next_of):
    """The addresses of the first pages, what they show, and the addresses of their records."""
    paths, shown, records = [], [], []
    while len(paths) < PAGES:
        page = server.get(path)
        paths.append(path)
        shown.append(rows_of(page))
        records += re.findall(r'<a href="(/records/[^"]*)">', page)
        path = html.unescape(re.search(next_of, page)[1])
        path = path if path.startswith("/") else f"/list{path}"
    return paths, shown, records


def fields_of(page, field):
    """What the page of a record says of the register's fields, before its history."""
    return [plain(value) for value in re.findall(field, page)][:len(web_records.COLUMNS)]


def sorts(heli, database):
    """Every other sort of the open records: the first request, then pages as they come again, and rows that differ from the database's."""
    lines, columns = [], web_records.COLUMNS[:6]
    texts = (tuple(map(str, row)) for row in database.execute(f"SELECT {', '.join(columns)} FROM record WHERE status = 'open'"))
    known = {row[0]: row for row in texts}
    for sort in SORTS:
        field, order = sort.lstrip("-"), "DESC" if sort.startswith("-") else "ASC"
        path = f"/registers/record?status=open&sort={sort}"
        began = heli.processor_s()
        first = heli.get(path)
        line = {"sort": sort, "first_s": heli.processor_s() - began}
        settle(heli)
        line["made_s"] = heli.processor_s() - began
        asked = f"SELECT {field} FROM record WHERE status = 'open' ORDER BY {field} {order} LIMIT ?"
        values = [str(value) for value, in database.execute(asked, (web_records.PAGE_ROWS * PAGES,))]
        paths, shown, _ = walked(heli, path, rows_of_heli, NEXT)
        rows = [tuple(row) for page, _ in shown for row in page]
        # Records that are alike in the order may change places; none is there twice, so that those before the last value are the same.
        wrong = [value != row[columns.index(field)] or known.get(row[0]) != row for value, row in zip(values, rows, strict=True)]
        line["differ"] = sum(wrong) + len(rows) - len(set(rows)) + (rows_of_heli(first) != shown[0])
        line["spent_s"] = statistics.median(heli.round(paths)[0] for _ in range(3))
        lines.append(line)
    return lines


def settle(server):
    """Waits until nothing is made beside any more."""
    before = server.processor_s()
    while True:
        time.sleep(.5)
        now = server.processor_s()
        if now - before < .02:
            return
        before = now


NEXT = r'rel="next" href="([^"]*)"'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    for name in ("heli", "minimal"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("seed", "records"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    fill(args)
    heli, minimal = Server(serving(args)), Server([args.minimal, f"{args.folder}/filled/peers.sqlite3", "PORT"])
    try:
        measure(args, heli, minimal)
    finally:
        heli.end()
        minimal.end()


def measure(args, heli, minimal):
    heli.let_in("/sign-in", account="clerk", password=PASSWORD)
    began = heli.processor_s()
    heli.get("/registers/record?status=open")
    first_s = heli.processor_s() - began
    settle(heli)
    count = rows_of_peer(minimal.get("/counted"))[1]
    pages, shown, records = walked(heli, "/registers/record?status=open", rows_of_heli, NEXT)
    peer_pages, peer_shown, peer_records = walked(minimal, f"/list?n={count}", rows_of_peer, r'<a href="([^"]*)">next')
    differ = sum(a != b for a, b in zip(shown, peer_shown, strict=True))
    differ += sum(fields_of(heli.get(one).split('<dl class="fields">')[1], "<dd>(.*?)</dd>") != fields_of(minimal.get(other), "<p>([^<]*)")
                  for one, other in zip(records[::50], peer_records[::50], strict=True))
    counted = [f"/counted?p={page}" for page in range(PAGES)]
    asked = {"list": (heli, pages, ""), "list_compressed": (heli, pages, "Accept-Encoding: gzip\r\n"), "record": (heli, records[:200], ""),
             "minimal_list": (minimal, peer_pages, ""), "minimal_counted": (minimal, counted, ""), "minimal_record": (minimal, peer_records[:200], "")}
    for server, paths, more in asked.values():
        server.round(paths, more)
    spent = {name: [] for name in asked}
    size = {}
    # In turn, so that whatever else the machine does meets all of them.
    for _ in range(args.rounds):
        for name, (server, paths, more) in asked.items():
            spent_s, size[name] = server.round(paths, more)
            spent[name].append(spent_s)
    with sqlite3.connect(f"file:{args.folder}/filled/peers.sqlite3?mode=ro", uri=True) as database:
        others = sorts(heli, database)
    differ += sum(line["differ"] for line in others)
    line = {"engine": "heli", "records": args.records, "count": count, "first_s": first_s, "spent_s": {name: statistics.median(all) for name, all in spent.items()}, "bytes": size,
            "sorts": others, "differ": differ, "compared": len(shown) + len(records[::50]) + len(others) * PAGES * web_records.PAGE_ROWS,
            "found": [[str(count)], *shown[0][0]], "load": os.getloadavg()[0]}
    print(json.dumps(line), flush=True)


main()
