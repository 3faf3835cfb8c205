"""A real browser and LiteRT.js: Chromium on the PATH, and the npm package that `make test-browser` installs."""

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from local_server import Silent

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".browser" / "node_modules"
# Loading LiteRT.js and five models takes 5 s on two cores, a 4-bit file's looks a second each.
_PATIENCE = 180.0

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip


class _Told(Silent):
    """Serves a folder, and takes what a page posts."""

    def __init__(self, *given: Any, told: Queue[Any], **more: Any) -> None:
        self._told = told
        super().__init__(*given, **more)

    def do_POST(self) -> None:  # noqa: N802  the library's name
        self._told.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()


@pytest.fixture
def page(tmp_path) -> Callable[[str], Any]:
    """Runs the body of a script in a page beside docs/browser's, and gives what it returns.

    The folder of the page is the test's `tmp_path`.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None or not PACKAGES.is_dir():
        pytest.skip("needs Chromium on the PATH and `make test-browser`, which installs LiteRT.js")
    for file in (ROOT / "docs" / "browser").iterdir():
        shutil.copy(file, tmp_path)
    (tmp_path / "node_modules").symlink_to(PACKAGES)

    def run(body: str) -> Any:
        html = (tmp_path / "index.html").read_text(encoding="utf-8")
        ties = html[html.index('<script type="importmap">') : html.index('<script type="module">')]
        script = f"""
            async function made() {{ {body} }}
            const told = await made().catch((error) => ({{ error: String(error.stack) }}));
            await fetch("/told", {{ method: "POST", body: JSON.stringify(told) }});
        """
        (tmp_path / "test.html").write_text(
            f'{ties}<script type="module">{script}</script>', encoding="utf-8"
        )
        told: Queue[Any] = Queue()
        handler = partial(_Told, directory=str(tmp_path), told=told)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
            address = f"http://127.0.0.1:{server.server_port}/test.html"
            profile = f"--user-data-dir={tmp_path / 'profile'}"
            browser = subprocess.Popen(
                [chromium, *FLAGS, profile, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                answer = told.get(timeout=_PATIENCE)
            finally:
                browser.terminate()
                browser.wait()
                server.shutdown()
        assert "error" not in answer, answer["error"]
        return answer

    return run
