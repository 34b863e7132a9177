#!/usr/bin/env python3
"""Follows docs/getting-started.md in a folder: writes the files that it lists, runs its commands, compares what they print.
usage: getting_started.py FOLDER; a nuget.config there says where the packages are."""
import os, pathlib, re, signal, subprocess, sys

folder = pathlib.Path(sys.argv[1]).resolve()
page = (pathlib.Path(__file__).resolve().parent.parent / "docs/getting-started.md").read_text()
page = page.split("<!-- followed line by line: begin -->")[1].split("<!-- followed line by line: end -->")[0]
script, outputs, file = ["set -e", f"cd '{folder}'"], [], None
for name, language, text in re.findall(r"^`([\w.]+)`[^\n]*:$|^```(\w+)\n(.*?)^```$", page, re.M | re.S):
    if name:
        file = name
    elif file:
        script.append(f"cat >'{file}' <<'END_OF_FILE'\n{text}END_OF_FILE")
        file = None
    elif language == "sh":
        script.append(f"{{\n{text}}} >'{folder}/output.{len(outputs)}'")
    elif language == "text":
        outputs.append(text)
        script.append(f": >'{folder}/output.{len(outputs)}'")

environment = {**os.environ, "DOTNET_NOLOGO": "1", "DOTNET_CLI_TELEMETRY_OPTOUT": "1"}
run = subprocess.Popen(["bash", "-c", "\n".join(script)], start_new_session=True, env=environment)
try:
    code = run.wait(timeout=600)
finally:
    # The service that the page starts.
    os.killpg(run.pid, signal.SIGTERM)
if code != 0:
    sys.exit(f"getting-started: the commands failed with {code}")
for i, expected in enumerate(outputs):
    printed = (folder / f"output.{i}").read_text()
    if expected.strip() not in printed:
        sys.exit(f"getting-started: expected output {i} to hold\n{expected}\ngot\n{printed}")
print(f"getting-started: followed, {len(outputs)} outputs as stated")
