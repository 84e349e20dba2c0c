"""A Docker engine, asked over its own API: the Docker CLI need not be there."""

import http.client
import json
import os
import pathlib
import socket
import ssl
import time
import urllib.parse


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=300)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    """One engine; each request has a connection of its own."""

    def __init__(self, connect):
        self.connect = connect

    @classmethod
    def local(cls):
        """The engine on this machine, by DOCKER_HOST or the known sockets."""
        host = os.environ.get("DOCKER_HOST", "")
        if host and not host.startswith("unix://"):
            raise OSError(f"DOCKER_HOST is `{host}`: the bench needs an engine on a unix socket")
        home = pathlib.Path.home()
        known = ["/var/run/docker.sock", home / ".docker/run/docker.sock", home / ".colima/default/docker.sock"]
        paths = [host.removeprefix("unix://")] if host else [str(path) for path in known]
        for path in paths:
            if os.path.exists(path):
                return cls(lambda: UnixConnection(path))
        raise OSError(f"no engine at {', '.join(paths)}")

    @classmethod
    def of_lab(cls, folder):
        """The engine within a lab, whose keys and ports are in `folder`."""
        state = json.loads((folder / "lab.json").read_text())
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        port = state["tls_port"]
        return cls(lambda: http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context))

    def ask(self, method, path, body=None):
        """The answer's JSON, or None where there is none.

        Raises OSError for what is neither success nor "not found".
        """
        connection = self.connect()
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
            if answer.status == 404:
                return None
            if answer.status >= 400:
                raise OSError(f"{method} {path}: {answer.status} {data.decode(errors='replace').strip()}")
            return json.loads(data) if data.strip() else {}
        except http.client.HTTPException as error:
            raise OSError(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def get(self, path):
        found = self.ask("GET", path)
        if found is None:
            raise OSError(f"GET {path}: not found")
        return found

    def has_image(self, name):
        return self.ask("GET", f"/images/{quote(name)}/json") is not None

    def save_seconds(self, image):
        """How long the engine takes to save an image, its bytes thrown away."""
        connection = self.connect()
        since = time.monotonic()
        try:
            connection.request("GET", f"/images/{quote(image)}/get")
            answer = connection.getresponse()
            if answer.status != 200:
                raise OSError(f"`{image}` could not be saved: {answer.status}")
            buffer = bytearray(1 << 20)
            while answer.readinto(buffer):
                pass
            return time.monotonic() - since
        finally:
            connection.close()

    def owned(self, run):
        """Names of everything that carries the label of a run."""
        label = quote(json.dumps({"label": [f"parity.run={run}"]}))
        found = [f"container {c['Names'][0]}" for c in self.get(f"/containers/json?all=1&filters={label}")]
        found += [f"network {n['Name']}" for n in self.get(f"/networks?filters={label}")]
        found += [f"image {i['Id']}" for i in self.get(f"/images/json?all=1&filters={label}")]
        found += [f"volume {v['Name']}" for v in self.get(f"/volumes?filters={label}")["Volumes"] or []]
        return found


def quote(text):
    return urllib.parse.quote(text, safe="")
