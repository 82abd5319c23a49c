"""Runs a Jupyter kernel with this interpreter and gives it cells: one JSON string on each line of standard input.

Arguments: variables of the kernel's environment, as in `env NAME=VALUE`.

Writes "PID" first, then for each cell what it printed and how it ended, as JSON.
"""

import json
import os
import sys

from jupyter_client import KernelManager


def main() -> None:
    """Serve until standard input ends."""
    manager = KernelManager()
    manager.start_kernel(env=dict(os.environ) | dict(word.split("=", 1) for word in sys.argv[1:]))
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        print(manager.provisioner.pid, flush=True)
        for line in sys.stdin:
            printed: list[str] = []

            def take(message: dict, printed: list[str] = printed) -> None:
                content = message["content"]
                printed.append(content.get("text") or content.get("data", {}).get("text/plain") or "")
                if message["header"]["msg_type"] == "stream" and "pytui attach" in printed[-1]:
                    print(json.dumps(printed[-1]), flush=True)

            reply = client.execute_interactive(json.loads(line), output_hook=take, timeout=600)
            print(json.dumps([reply["content"]["status"], "".join(printed)]), flush=True)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
