"""A hub for tests: what `tacet pull` may meet, on this machine only, with the faults that are asked for.

    with Hub(Repo({"config.json": b"{}"})) as hub:
        ...                        # hub.endpoint is what HF_ENDPOINT becomes
        hub.requests               # what was asked: Seen(host, method, path, headers)

Small files are answered as huggingface.co does, by a relative redirect to a pinned address; large ones by
a redirect to a second server, another port and another host name, whose etags are its own. `faults` maps
"METHOD PATH" (a file's path in the repository; "tree", "store PATH" for the second server) to a list of
functions that answer in place of the server, one a request, until the list is empty; None answers as usual.
"""

import collections
import gzip
import hashlib
import http.server
import json
import re
import ssl
import threading
import urllib.parse

Seen = collections.namedtuple("Seen", "host method path headers")


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Repo:
    """A repository with one commit: files by their names, some of them large."""

    def __init__(self, files, name="someone/tiny", large=(), revisions=("main",), commit=None):
        self.name = name
        self.files = dict(files)
        self.large = set(large) or {path for path in files if path.endswith((".safetensors", ".bin"))}
        self.commit = commit or hashlib.sha1(repr(sorted(files)).encode()).hexdigest()
        self.revisions = {self.commit, *revisions}
        self.listed = None  # in place of the listing made of the files
        self.aliases = set()  # older names

    def etag(self, path):
        return (sha256 if path in self.large else git_sha1)(self.files[path])

    def listing(self):
        if self.listed is not None:
            return self.listed
        rows = []
        for path, data in sorted(self.files.items()):
            row = {"type": "file", "oid": git_sha1(data), "size": len(data), "path": path}
            if path in self.large:
                row["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 134}
            rows.append(row)
        return rows


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *_):
        pass

    @property
    def hub(self):
        return self.server.hub

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if "Content-Length" not in dict(headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self, data, headers):
        """`data`, or the range of it that was asked for."""
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not wanted:
            return self.reply(200, data, {**headers, "Content-Length": str(len(data))})
        start = int(wanted[1])
        if start >= len(data):
            return self.reply(416, b"", {**headers, "Content-Range": f"bytes */{len(data)}"})
        return self.reply(206, data[start:], {
            **headers, "Content-Length": str(len(data) - start),
            "Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"})

    def do_GET(self):
        self.serve()

    def do_HEAD(self):
        self.serve()

    def serve(self):
        split = urllib.parse.urlsplit(self.path)
        seen = Seen(self.headers.get("Host", ""), self.command, self.path, dict(self.headers.items()))
        with self.hub.lock:
            self.hub.requests.append(seen)
        try:
            if self.server.is_store:
                self.store(urllib.parse.unquote(split.path).lstrip("/"))
            else:
                self.route(split)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def fault(self, key):
        """The next fault for `key` has answered."""
        with self.hub.lock:
            queue = self.hub.faults.get(f"{self.command} {key}") or self.hub.faults.get(key) or []
            fault = queue.pop(0) if queue else None
        if fault is None:
            return False
        fault(self)
        return True

    def route(self, split):
        path = split.path
        repo = self.hub.repo
        for name in repo.aliases:
            for prefix in (f"/{name}/", f"/api/models/{name}/"):
                if path.startswith(prefix):
                    target = prefix.replace(name, repo.name) + path[len(prefix):]
                    query = f"?{split.query}" if split.query else ""
                    return self.reply(307, b"", {"Location": target + query})
        tree = re.fullmatch(rf"/api/models/{re.escape(repo.name)}/tree/([^/]+)", path)
        if tree:
            return self.tree(split, urllib.parse.unquote(tree[1]))
        file = re.fullmatch(rf"/{re.escape(repo.name)}/resolve/([^/]+)/(.+)", path)
        if file:
            return self.file(urllib.parse.unquote(file[1]), urllib.parse.unquote(file[2]))
        cached = re.fullmatch(rf"/api/resolve-cache/models/{re.escape(repo.name)}/([0-9a-f]+)/(.+)", path)
        if cached:
            return self.small(urllib.parse.unquote(cached[2]))
        return self.reply(404, b"", {"X-Error-Code": "RepoNotFound",
                                     "X-Error-Message": "Repository not found"})

    def tree(self, split, revision):
        if self.fault("tree"):
            return None
        if revision not in self.hub.repo.revisions:
            return self.reply(404, b"", {"X-Error-Code": "RevisionNotFound"})
        rows = self.hub.repo.listing()
        query = dict(urllib.parse.parse_qsl(split.query))
        start = int(query.get("cursor", 0))
        page = rows[start:start + self.hub.page]
        headers = {"Content-Type": "application/json"}
        if start + self.hub.page < len(rows):
            query["cursor"] = start + self.hub.page
            headers["Link"] = f'<{self.hub.endpoint}{split.path}?{urllib.parse.urlencode(query)}>; rel="next"'
        return self.reply(200, json.dumps(page).encode(), headers)

    def file(self, revision, path):
        if self.fault(path):
            return None
        repo = self.hub.repo
        if revision not in repo.revisions:
            return self.reply(404, b"", {"X-Error-Code": "RevisionNotFound"})
        headers = {"X-Repo-Commit": repo.commit}
        if path not in repo.files:
            return self.reply(404, b"", {**headers, "X-Error-Code": "EntryNotFound"})
        quoted = urllib.parse.quote(path)
        if path in repo.large:
            return self.reply(302, b"", {
                **headers, "Location": f"{self.hub.store_endpoint}/{quoted}?signature=secret",
                "X-Linked-Size": str(len(repo.files[path])), "X-Linked-Etag": f'"{repo.etag(path)}"',
                "ETag": '"of-the-redirect"', "X-Xet-Hash": "0" * 64})
        return self.reply(307, b"Temporary Redirect", {
            **headers, "ETag": '"of-the-redirect"',
            "Location": f"/api/resolve-cache/models/{repo.name}/{repo.commit}/{quoted}?etag=x"})

    def small(self, path):
        if self.fault("small " + path):
            return None
        data = self.hub.repo.files[path]
        headers = {"X-Repo-Commit": self.hub.repo.commit, "ETag": f'W/"{self.hub.repo.etag(path)}"'}
        if self.headers.get("Accept-Encoding") != "identity":
            return self.reply(200, gzip.compress(data), {**headers, "Content-Encoding": "gzip"})
        if self.headers.get("If-None-Match") == headers["ETag"]:
            return self.reply(304, b"", headers)
        return self.body(data, headers)

    def store(self, path):
        if self.fault("store " + path):
            return None
        if "Authorization" in self.headers:
            return self.reply(400, b"Only one auth mechanism allowed")
        return self.body(self.hub.repo.files[path], {"ETag": f'"{sha256(path.encode())}"'})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what some tests are about


class Hub:
    """The two servers. Use with `with`."""

    def __init__(self, repo, page=50, certificate=None):
        self.repo = repo
        self.page = page
        self.faults = {}
        self.requests = []
        self.lock = threading.Lock()
        self.closed = threading.Event()
        self.servers = [Server(("127.0.0.1", 0), Handler), Server(("127.0.0.1", 0), Handler)]
        scheme = "https" if certificate else "http"
        for server, is_store in zip(self.servers, (False, True)):
            server.hub = self
            server.is_store = is_store
            if certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                server.socket = context.wrap_socket(server.socket, server_side=True)
        self.endpoint = f"{scheme}://127.0.0.1:{self.servers[0].server_port}"
        self.store_endpoint = f"{scheme}://localhost:{self.servers[1].server_port}"

    def __enter__(self):
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closed.set()
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def bodies(self):
        """Paths for which a body was asked."""
        with self.lock:
            return [seen.path for seen in self.requests if seen.method == "GET"]


# Faults: each answers one request.

def status(code, body=b"", **headers):
    """Answers with this status; header names with underscores in place of dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.reply(code, body, named)


def cut(data, at, headers=None):
    """Sends the bytes up to `at`, from where the range begins, and closes the connection."""
    def answer(handler):
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        handler.send_response(206 if wanted else 200)
        handler.send_header("Content-Length", str(len(data) - start))
        if wanted:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data[start:max(start, at)])
        handler.wfile.flush()
        handler.close_connection = True
    return answer


def raw(chunk, chunks=None):
    """Sends these bytes as they are, `chunks` times or until the client goes away."""
    def answer(handler):
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        count = 0
        while chunks is None or count < chunks:
            handler.wfile.write(chunk)
            count += 1
    return answer


def silent(seconds):
    """Takes the request and says nothing for a while."""
    def answer(handler):
        threading.Event().wait(seconds)
        handler.close_connection = True
    return answer


def slow(data, at, seconds=20):
    """As `cut`, but leaves the connection open for a while in place of closing it."""
    def answer(handler):
        cut(data, at)(handler)
        for _ in range(seconds * 50):
            if handler.server.hub.closed.wait(0.02):
                return
    return answer


def paused(data, at, seconds):
    """Sends the bytes up to `at`, and after a while the others."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:at])
        handler.server.hub.closed.wait(seconds)
        for start in range(at, len(data), 1000):
            handler.wfile.write(data[start:start + 1000])
    return answer
