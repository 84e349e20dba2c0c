"""A server on loopback that says exactly the bytes it is told to."""

import socket
import threading


class Server:
    """Answers with `answer(method, path, headers)`, on a thread for each connection."""

    def __init__(self, answer):
        self.answer = answer
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.closed = False
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True
        self.socket.close()

    def accept(self):
        while not self.closed:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while request := read_request(stream):
                    answer = self.answer(*request)
                    connection.sendall(answer.wire(request[0]))
                    if answer.closes:
                        return
            except OSError:
                return


def read_request(stream):
    """(method, path, headers in lower case), or None at the end."""
    line = stream.readline().split()
    if len(line) < 2:
        return None
    headers = {}
    while (field := stream.readline().strip()) != b"":
        name, _, value = field.partition(b":")
        headers[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    stream.read(int(headers.get("content-length", 0)))
    return line[0].decode("latin-1"), line[1].decode("latin-1"), headers
