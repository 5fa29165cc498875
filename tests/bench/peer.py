#!/usr/bin/env python3
"""The pile-of-scripts peer of the durable benchmark: http.server and sqlite3, one durable transaction a request.

It takes the same batches as escald and inserts the same six rows for each event, without deciding anything:
peer.py FILE PORT_FILE
"""
import http.server
import json
import sqlite3
import sys

SCHEMA = """
CREATE TABLE event (source TEXT, id TEXT, PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE escalation (id INTEGER PRIMARY KEY, ticket TEXT, state TEXT);
CREATE TABLE audit (seq INTEGER PRIMARY KEY, kind TEXT, text TEXT);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE timer (due INTEGER, seq INTEGER, escalation INTEGER, PRIMARY KEY (due, seq)) WITHOUT ROWID;
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def do_POST(self):
        events = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        db = self.server.db
        db.execute("BEGIN IMMEDIATE")
        for event in events:
            db.execute("INSERT INTO event VALUES (?, ?)", (event["source"], event["id"]))
            row = db.execute("INSERT INTO escalation (ticket, state) VALUES (?, ?)",
                             (event["subject"], json.dumps(event["data"]))).lastrowid
            db.execute("INSERT INTO audit (kind, text) VALUES ('opened', ?)", (event["subject"],))
            db.execute("INSERT INTO audit (kind, text) VALUES ('owner', 'ana')")
            db.execute("INSERT INTO outbox (body) VALUES (?)", ("You own " + event["subject"],))
            db.execute("INSERT INTO timer VALUES (?, ?, ?)", (300000 + row, row, row))
        db.execute("COMMIT")
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    db = sqlite3.connect(sys.argv[1], isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.executescript(SCHEMA)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.db = db
    with open(sys.argv[2], "w") as file:
        file.write(f"{server.server_port}\n")
    server.serve_forever()


main()
