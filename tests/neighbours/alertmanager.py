"""alertmanager - Alertmanager and Prometheus in a folder of one's own, and an exporter whose numbers a test sets."""

import http.server
import json
import subprocess
import threading
import time
import urllib.request

import neighbours


def wait_for(question, what, patience=30):
    deadline = time.monotonic() + patience
    while not question():
        if time.monotonic() > deadline:
            raise AssertionError(what())
        time.sleep(0.05)


class Program:
    """Something that runs until it is stopped, and may be killed and started again with what it has kept."""

    def __init__(self, folder, name, arguments, ready):
        self.folder, self.name, self.arguments, self.ready, self.process = folder, name, arguments, ready, None

    def start(self):
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.arguments, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.is_ready, lambda: f"{self.name} does not answer: " + self.log()[-2000:])

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended: " + self.log()[-2000:])
        try:
            return urllib.request.urlopen(self.ready, timeout=2).status == 200
        except OSError:
            return False

    def log(self):
        return (self.folder / f"{self.name}.log").read_text(errors="replace")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Alertmanager(Program):
    """`url` is where its notifications go, `token` their bearer token."""

    def __init__(self, folder, url, token):
        program, = neighbours.programs(["prometheus-alertmanager"], "prometheus-alertmanager")
        self.port = neighbours.free_port()
        (folder / "token").write_text(token)
        (folder / "alertmanager.json").write_text(json.dumps({  # YAML takes JSON
            "route": {"receiver": "escald", "group_by": ["service"], "group_wait": "100ms", "group_interval": "500ms", "repeat_interval": "1h"},
            "receivers": [{"name": "escald", "webhook_configs": [{"url": url, "send_resolved": True, "http_config": {
                "authorization": {"type": "Bearer", "credentials_file": str(folder / "token")}}}]}]}))
        super().__init__(folder, "alertmanager", [
            program, f"--config.file={folder / 'alertmanager.json'}", f"--storage.path={folder / 'kept'}", f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address="], f"http://127.0.0.1:{self.port}/-/ready")

    def post(self, *alerts):
        body = json.dumps(alerts).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v2/alerts", body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()


class Exporter:
    """Numbers for Prometheus to read."""

    def __init__(self):
        self.numbers, exporter = {}, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = "".join(f"{name} {value}\n" for name, value in exporter.numbers.items()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Prometheus(Program):
    """Reads the exporter each half second, and raises QueueLong while its queue_length is over 5."""

    def __init__(self, folder, exporter, alertmanager):
        program, = neighbours.programs(["prometheus"], "prometheus")
        port = neighbours.free_port()
        (folder / "rules.json").write_text(json.dumps({"groups": [{"name": "queues", "rules": [{
            "alert": "QueueLong", "expr": "queue_length > 5", "labels": {"severity": "page", "service": "mail"},
            "annotations": {"summary": "{{ $value }} wait in the queue"}}]}]}))
        (folder / "prometheus.json").write_text(json.dumps({
            "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"}, "rule_files": [str(folder / "rules.json")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager.port}"]}]}]},
            "scrape_configs": [{"job_name": "own", "static_configs": [{"targets": [f"127.0.0.1:{exporter.port}"]}]}]}))
        super().__init__(folder, "prometheus", [
            program, f"--config.file={folder / 'prometheus.json'}", f"--storage.tsdb.path={folder / 'numbers'}", f"--web.listen-address=127.0.0.1:{port}"],
            f"http://127.0.0.1:{port}/-/ready")
