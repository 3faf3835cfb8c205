"""A web server on this machine that serves model files well and badly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer:
    """What is served.

    /good the file, /other another file, /page a web page, /silent nothing, /stalling the first half and then nothing,
    /cut the first half and then the end of the connection.
    """

    def __init__(self, good: bytes, other: bytes) -> None:
        self.answers = {"/good": good, "/other": other, "/page": b"<!DOCTYPE html><title>Sign in</title>"}
        self.asked: list[str] = []
        self.over = threading.Event()
        self.address = ""

    def at(self, path: str) -> str:
        return f"{self.address}/{path}"


@contextmanager
def serving(good: bytes, other: bytes) -> Iterator[ModelServer]:
    """The server, until the block ends."""
    served = ModelServer(good, other)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            half = self.path in {"/cut", "/stalling"}
            body = served.answers.get("/good" if half else self.path)
            if self.path == "/silent":
                served.over.wait(10)
            elif body is None:
                self.send_error(404)
            else:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if half else body)
                self.wfile.flush()
                if self.path == "/stalling":
                    served.over.wait(10)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
