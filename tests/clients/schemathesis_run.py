"""Has schemathesis call a running service with what its contract allows and forbids, with all checks.

Reads from standard input {"issuer": URL of the service, "client": id, "key": private key in PEM, "employer": enterprise
number of the client, "cases": how many at least, "examples": how many of each operation and run, "seed": number}.
Writes one line of JSON on success; else what schemathesis found, and ends with status 1.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

SERVICE = "/REST/presenceRegistration/v1"

given = json.load(sys.stdin)
program = Path(sys.executable).with_name("schemathesis")
hooks = Path(__file__).with_name("schemathesis_hooks.py")
environment = os.environ | {"SCHEMATHESIS_HOOKS": str(hooks), "PRESENCE_SCHEMATHESIS": json.dumps(given)}
cases, runs, seed = 0, 0, given["seed"]
while cases < given["cases"]:
    # What it remembers of former runs lies in the folder where it runs.
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", given["issuer"] + SERVICE + "/doc/openapi.yaml", "--checks", "all", "--no-color"]
        words += ["--max-examples", str(given["examples"]), "--seed", str(seed), "--continue-on-failure"]
        # A stream has no end that it could wait for; tests of ours call it.
        words += ["--exclude-operation-id", "streamEvents"]
        words += ["--output-truncate", "false"]
        ran = subprocess.run([program, *words], cwd=folder, env=environment, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(ran.stdout[-20000:] + ran.stderr[-2000:])
    cases += int(re.search(r"^ *(\d+) generated", ran.stdout, re.MULTILINE)[1])
    runs += 1
    seed += 1
print(json.dumps({"client": f"schemathesis {version('schemathesis')}", "cases": cases, "runs": runs}))
