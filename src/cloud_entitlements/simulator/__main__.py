"""`python -m cloud_entitlements.simulator --port 0 --seed demo`: prints one line of JSON when it is ready."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated AWS on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--seed", default="demo", help="demo, empty, generated:ACCOUNTSxROLES, or a YAML file"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent process")
    given = parser.parse_args()
    from cloud_entitlements.simulator.server import make

    server, told = make(given.port, given.seed)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if given.until_stdin_closes:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    print(json.dumps(told), flush=True)  # noqa: T201  what the parent waits for
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
