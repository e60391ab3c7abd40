"""Starts the servers that the tests talk to, and ends them whatever happens."""

import os
import queue
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Both servers are up within a few seconds; a machine under load is given more.
START_SECONDS = 60
STOP_SECONDS = 10


@contextmanager
def serving(command, ready, environment=None):
    """Runs a server for as long as the `with` lasts; gives the match of `ready` in the first line that has it."""
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    output = []
    matches = queue.Queue()

    # Read to the end, because a server whose output nobody takes stops once the pipe is full.
    def read():
        for line in process.stdout:
            output.append(line)
            if match := re.search(ready, line):
                matches.put(match)
        matches.put(None)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        try:
            match = matches.get(timeout=START_SECONDS)
        except queue.Empty:
            match = None
        if match is None:
            raise RuntimeError(f"{command} did not print {ready!r}. It printed:\n{''.join(output)}")
        yield match
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()


@contextmanager
def moto_url(host="127.0.0.1"):
    """Runs moto on a free port for as long as the `with` lasts; gives its URL, by this name of the machine."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with serving(command, r"Running on http://127\.0\.0\.1:(\d+)") as match:
        yield f"http://{host}:{match[1]}"
