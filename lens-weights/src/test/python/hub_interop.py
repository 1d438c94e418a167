#!/usr/bin/env python3
"""Checks that `lens` and Python's huggingface_hub share one cache, with the real huggingface_hub.

    python3 hub_interop.py        needs huggingface_hub and numpy (pip install huggingface_hub numpy) and tools/bin/lens

A server on this machine plays the hub, with a model of random weights under the name someone/tiny:

1. `lens download` fills a cache; Python finds every file of it without network, and scan_cache_dir has no warning.
2. Python downloads into another cache; `lens models` lists the model, `lens --model` runs it offline, and `lens download`
   fetches nothing.

Not part of `mvn verify`, which needs no Python. Prints what it checked; the exit code is 1 if anything is wrong.
"""
import hashlib
import http.server
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
TOKENIZER = ROOT / "lens-tokenizer/src/main/resources/io/github/logitlens/tokenizer"
FILES = {name: (TOKENIZER / name).read_bytes() for name in ("vocab.json", "merges.txt")}
REPO = "someone/tiny"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
gets = []


def make_model(folder):
    """A small model in `folder`, and in FILES."""
    subprocess.run([sys.executable, ROOT / "tools/python/oracle/make_weights.py", folder, "--size", "mini", "--vocab", "50257"],
                   check=True, capture_output=True)
    FILES.update({name: (folder / name).read_bytes() for name in ("config.json", "model.safetensors")})


def etag(name):
    """What the hub says: SHA-256 for large files, git's hash for small ones."""
    content = FILES[name]
    if name.endswith(".safetensors"):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers /someone/tiny/resolve/REVISION/FILE."""
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        parts = self.path.split("?")[0].strip("/").split("/")
        name = parts[-1]
        known = parts[:3] == [*REPO.split("/"), "resolve"] and parts[3] in ("main", COMMIT) and name in FILES
        body = FILES[name] if known else b""
        self.send_response(200 if known else 404)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(body)))
        if known:
            self.send_header("ETag", f'"{etag(name)}"')
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.end_headers()
        if with_body:
            gets.append(name)
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def lens(home, endpoint, *arguments, **variables):
    """Runs the command line; its standard output."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "LENS_MODEL"))}
    environment.update(HF_HOME=str(home), HF_ENDPOINT=endpoint, **variables)
    done = subprocess.run([ROOT / "tools/bin/lens", *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"lens {' '.join(arguments)}: exit code {done.returncode}: {done.stderr}"
    return done.stdout


def report(what):
    print("ok  ", what)


def python_finds_what_lens_downloads(home, endpoint):
    from huggingface_hub import scan_cache_dir, snapshot_download, try_to_load_from_cache
    printed = lens(home, endpoint, "download", REPO).strip()
    cache = home / "hub"
    found = snapshot_download(REPO, cache_dir=cache, local_files_only=True)
    assert found == printed, f"snapshot_download: expected {printed}, got {found}"
    report(f"snapshot_download(local_files_only=True) gives the directory that lens printed, {found[len(str(home)) + 1:]}")
    for name, content in FILES.items():
        path = try_to_load_from_cache(REPO, name, cache_dir=cache)
        assert isinstance(path, str) and Path(path).read_bytes() == content, f"try_to_load_from_cache({name}): {path}"
        assert Path(path).is_symlink() and Path(path).resolve().name == etag(name), f"{name} is no link to its blob"
    report(f"try_to_load_from_cache gives all {len(FILES)} files, with their bytes, as links to blobs named by their hash")
    scan = scan_cache_dir(cache)
    assert not scan.warnings, scan.warnings
    (repo,) = scan.repos
    (revision,) = repo.revisions
    size = sum(map(len, FILES.values()))
    got = (repo.repo_id, repo.repo_type, repo.size_on_disk, revision.commit_hash, set(revision.refs), repo.nb_files)
    expected = (REPO, "model", size, COMMIT, {"main"}, len(FILES))
    assert got == expected, f"scan_cache_dir: expected {expected}, got {got}"
    report(f"scan_cache_dir: no warnings, {repo.repo_id}, {repo.size_on_disk} bytes, {repo.nb_files} files, refs {set(revision.refs)}")


def lens_finds_what_python_downloads(home, endpoint, model):
    from huggingface_hub import hf_hub_download
    for name in FILES:
        path = hf_hub_download(REPO, name, cache_dir=home / "hub", endpoint=endpoint)
    snapshot = str(Path(path).parent)
    fetched = len(gets)
    listed = lens(home, endpoint, "models")
    assert REPO in listed and snapshot in listed, listed
    report("lens models lists what hf_hub_download fetched:")
    print(*("         " + line.replace(str(home), "HF_HOME") for line in listed.splitlines()), sep="\n")
    table = lens(home, "http://127.0.0.1:1", "--model", REPO, "The Eiffel Tower is in", HF_HUB_OFFLINE="1")
    rows = [line for line in table.splitlines() if line.startswith(("Embedding", "Layer"))]
    direct = [line for line in lens(home, endpoint, "--model", model, "The Eiffel Tower is in").splitlines()
              if line.startswith(("Embedding", "Layer"))]
    assert rows and rows == direct, table
    report(f"HF_HUB_OFFLINE=1 lens --model {REPO} gives the {len(rows)} rows of the model's own directory")
    assert lens(home, endpoint, "download", REPO).strip() == snapshot and len(gets) == fetched
    report("lens download has nothing to fetch")


def main():
    import huggingface_hub
    print("huggingface_hub", huggingface_hub.__version__)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_model(folder / "model")
        python_finds_what_lens_downloads(folder / "first", endpoint)
        lens_finds_what_python_downloads(folder / "second", endpoint, folder / "model")


if __name__ == "__main__":
    main()
