"""A stand-in for the Hugging Face hub, on loopback: what its client asks for small files, and nothing else."""

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest


class Hub:
    """Repositories as lists of commits, each a mapping from path to content."""

    def __init__(self):
        self.repos: dict[str, list[dict[str, bytes]]] = {}
        self.asked: list[str] = []

    def files(self, repo, revision="main"):
        commits = self.repos[repo]
        if revision == "main":
            return len(commits) - 1, commits[-1]
        found = next(i for i in range(len(commits)) if self.sha(repo, i) == revision)
        return found, commits[found]

    def sha(self, repo, commit):
        return hashlib.sha1(f"{repo} {commit}".encode()).hexdigest()


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, value=b"", **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, content in headers.items():
            self.send_header(name.replace("_", "-"), content)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_POST(self):
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        hub.asked.append(f"POST {path}")
        if path == "/api/validate-yaml":
            return self.reply(200, {})
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
            there = name in hub.repos
            hub.repos.setdefault(name, [{}])
            return self.reply(409 if there else 200, {"url": f"{self.server.address}/{name}", "error": "it is there"})
        found = re.fullmatch(r"/api/models/(.+?)/(preupload|commit)/(.+)", path)
        if found is None or found[1] not in hub.repos:
            return self.missing("RepoNotFound")
        repo, what, _ = found.groups()
        if what == "preupload":
            names = [one["path"] for one in json.loads(body)["files"]]
            files = [{"path": name, "uploadMode": "regular", "shouldIgnore": False} for name in names]
            return self.reply(200, {"files": files})
        content = dict(hub.files(repo)[1])
        for line in map(json.loads, body.splitlines()):
            if line["key"] == "file":
                content[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            elif line["key"] == "deletedFile":
                del content[line["value"]["path"]]
        hub.repos[repo].append(content)
        sha = hub.sha(repo, len(hub.repos[repo]) - 1)
        return self.reply(
            200, {"commitUrl": f"{self.server.address}/{repo}/commit/{sha}", "commitOid": sha, "success": True}
        )

    def do_GET(self):
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        hub.asked.append(f"{self.command} {path}")
        found = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+)(/.+)?)?", path)
        if found:
            repo, what, revision, inside = found.groups()
            if repo not in hub.repos:
                return self.missing("RepoNotFound")
            commit, files = hub.files(repo, revision or "main")
            if what == "tree":
                entries = [
                    {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                    for name, content in files.items()
                    if f"/{name}".startswith(f"{inside or ''}/")
                ]
                return self.reply(200, entries) if entries or not inside else self.missing("EntryNotFound")
            siblings = [{"rfilename": name} for name in files]
            return self.reply(200, {"id": repo, "sha": hub.sha(repo, commit), "siblings": siblings})
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        if found is None or found[1] not in hub.repos:
            return self.missing("RepoNotFound")
        repo, revision, name = found.groups()
        commit, files = hub.files(repo, revision)
        if name not in files:
            return self.missing("EntryNotFound", X_Repo_Commit=hub.sha(repo, commit))
        digest = hashlib.sha1(files[name]).hexdigest()
        return self.reply(200, files[name], ETag=f'"{digest}"', X_Repo_Commit=hub.sha(repo, commit))

    do_HEAD = do_GET

    def missing(self, code, **headers):
        return self.reply(404, {"error": code}, X_Error_Code=code, **headers)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The stand-in, which the hub's client then takes for the hub, with an empty cache."""
    from huggingface_hub import constants

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.hub = Hub()
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_tests")
    yield server.hub
    server.shutdown()
    server.server_close()
