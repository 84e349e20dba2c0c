"""An authority, a server and a client, made anew for each run."""

import subprocess

EXTENSIONS = """\
subjectAltName=DNS:localhost,IP:127.0.0.1,email:a@b.example,URI:https://u.example/
basicConstraints=CA:FALSE
"""


def make(folder):
    """Writes ca.pem, server.pem, server.key, client.pem, client.key and both.pem."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "san.cnf").write_text(EXTENSIONS)
    # Without an extension it would be of version 1, which rustls does not know.
    (folder / "client.cnf").write_text("basicConstraints=CA:FALSE\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/C=US/ST=Denial/O=Example, Inc/CN=Test CA")
    for name, extra in (("server", ["-extfile", "san.cnf"]), ("client", ["-extfile", "client.cnf"])):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", f"/C=US/L=Springfield/O=Dis/OU=Unit/CN={'localhost' if name == 'server' else 'client'}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2", "-out", f"{name}.pem",
                "-set_serial", "0x1ee8b17f1b64d8d6", *extra)
    (folder / "both.pem").write_text((folder / "client.pem").read_text() + (folder / "client.key").read_text())
