"""Both sides of a hostile service."""

import socket
import threading

from .attacks import ATTACKS, MB, gzip_bomb, zeros

BY_NAME = {attack.name: attack for attack in ATTACKS}


class Server:
    """Sends what the attack named by the path sends."""

    def __init__(self, side):
        # Made before anybody waits for them.
        gzip_bomb(side), zeros(300 * MB, side, 15)
        self.side = side
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                path = connection.recv(1 << 16).split(b" ")[1].decode().strip("/")
                for piece in BY_NAME[path].send(self.side):
                    connection.sendall(piece)
            except (OSError, IndexError, KeyError):
                return

    def close(self):
        self.socket.close()
