"""Twenty thousand entries against nginx on loopback, two environments by address; beside stock hurl and bare reqwest."""

import os
import pathlib
import shutil
import subprocess
import time
import urllib.request

import process
from figures import NotMeasured
from project import run_parity

ENTRIES = 20_000
PORTS = (18081, 18082)
# Of the time that stock hurl takes for both addresses, one after the other.
OF_HURL = 0.5
# Of the processor time that a client takes which does nothing but ask.
OF_BARE = 1.5
RSS_MB = 80

NGINX = """\
daemon on;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{ports[0]};
    listen 127.0.0.1:{ports[1]};
    location /same/ {{ return 200 '{{"type":"run","calories":300}}'; }}
    location /own/ {{ return 200 '{{"type":"run","calories":300,"path":"$uri"}}'; }}
  }}
}}
"""

CONFIG = """\
[environments.one]
url = "http://127.0.0.1:{ports[0]}"

[environments.two]
url = "http://127.0.0.1:{ports[1]}"

[compare]
reference = "one"
candidates = ["two"]
suites = ["entries.hurl"]
"""

# Every body is kept once: equal ones cost nothing, each one of its own a file.
KINDS = {"same": "every body alike", "own": "each body its own"}


def measure(project, figures):
    folder = project.folder / "throughput"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    hurl, bare = find_hurl(), build_bare(project)
    if hurl is None:
        figures.note("no stock hurl on PATH or in $HURL: times without the ratio that counts")
    else:
        figures.note(f"beside {process.run([hurl, '--version']).out.split(' (')[0]}, a suite of {ENTRIES} entries")
    with Nginx(folder / "nginx"):
        for kind, words in KINDS.items():
            measure_kind(project, figures, suite(folder / kind, kind), words, hurl, bare)
    # Only now: ext4 searches long for a place for a new file where thousands have just been removed.
    shutil.rmtree(folder)


def measure_kind(project, figures, folder, words, hurl, bare):
    sets, walls, ratios, work, over = [], [], [], [], []
    for number in range(project.runs + 1):
        theirs = [stock_hurl(hurl, folder, port) for port in PORTS] if hurl else []
        least = process.run([bare, f"/{folder.name}/", ENTRIES, *(f"http://127.0.0.1:{port}" for port in PORTS)])
        run = run_parity(project, folder, "--control", "never")
        compared = run.report["coverage"]["compared"]
        if compared != ENTRIES or run.report["verdict"] != "parity":
            raise NotMeasured(f"{compared} of {ENTRIES} entries compared, {run.report['verdict']}", is_failure=True)
        if number == 0:
            continue  # The first one fills the caches of both.
        sets.append(run.ended.rss_mb)
        walls.append(run.ended.wall)
        over.append(run.ended.cpu / least.cpu)
        if theirs:
            ratios.append(run.ended.wall / sum(ended.wall for ended in theirs))
            work.append(run.ended.cpu / sum(ended.cpu for ended in theirs))
    if ratios:
        figures.add(f"wall / hurl on each in turn, {words}", ratios, "ratio", OF_HURL)
        figures.add(f"processor time / hurl on each in turn, {words}", work, "ratio")
    figures.add(f"processor time / bare reqwest, {words}", over, "ratio", OF_BARE)
    figures.add(f"wall, {words}", walls, "s")
    if None not in sets:
        figures.add(f"resident set, {words}", sets, "MB", RSS_MB)


def suite(folder, kind):
    folder.mkdir()
    folder.joinpath("parity.toml").write_text(CONFIG.format(ports=PORTS))
    entries = (f"GET {{{{base}}}}/{kind}/{number}\nHTTP 200\n" for number in range(ENTRIES))
    folder.joinpath("entries.hurl").write_text("\n".join(entries))
    return folder


def build_bare(project):
    words = ["cargo", "build", "--release", "--locked", "-p", "envparity-runner", "--example", "bare"]
    if subprocess.run(words, cwd=project.root).returncode != 0:
        raise NotMeasured("the bare client could not be built", is_failure=True)
    return project.target / "release" / "examples" / "bare"


def find_hurl():
    return os.environ.get("HURL") or shutil.which("hurl")


def stock_hurl(hurl, folder, port):
    words = [hurl, "--test", "--variable", f"base=http://127.0.0.1:{port}", folder / "entries.hurl"]
    return process.run(words)


class Nginx:
    """A server of the bench's own, ended by the number of its process."""

    def __init__(self, folder):
        self.folder = folder
        self.binary = shutil.which("nginx") or next(
            (path for path in ("/usr/sbin/nginx", "/usr/local/sbin/nginx") if os.path.exists(path)), None
        )

    def __enter__(self):
        if self.binary is None:
            raise NotMeasured("no nginx here (`apt-get install nginx-light`)")
        self.folder.mkdir()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, ports=PORTS))
        said = subprocess.run([self.binary, "-p", self.folder, "-c", config], capture_output=True, text=True)
        if said.returncode != 0:
            reason = said.stderr.strip().splitlines()[:1]
            raise NotMeasured(f"nginx does not start: {' '.join(reason)}", is_failure=True)
        for port in PORTS:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/same/", timeout=10) as answer:
                answer.read()
        return self

    def __exit__(self, *_):
        pid = int(self.folder.joinpath("nginx.pid").read_text())
        os.kill(pid, 15)
        for _ in range(100):
            if not pathlib.Path(f"/proc/{pid}").exists() and not self.folder.joinpath("nginx.pid").exists():
                return
            time.sleep(0.05)
