#!/usr/bin/env bash
# Starts the service, puts load on it, and meanwhile: publishes a version, drops in a corrupt one, breaks appsettings.json, mends it, pins a version.
# Exit code 0 when no call failed and every change had its effect. Needs dotnet and curl.
set -euo pipefail
cd "$(dirname "$0")"
url=http://localhost:${PORT:-5080}
work=$(mktemp -d)
dotnet build -c Release -v q --nologo -clp:NoSummary
bin=$PWD/bin/Release/net10.0
cp appsettings.json "$work/"
run() { (cd "$work" && dotnet "$bin/WebService.dll" "$@"); }
(cd "$work" && exec dotnet "$bin/WebService.dll" --urls "$url" --contentRoot "$work" --Models:scorer:Stages:2:Rollout Immediate) > "$work/service.log" 2>&1 &
service=$!
trap 'kill $service 2>/dev/null; wait $service 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "FAILED: $1"; tail -n 40 "$work/service.log"; exit 1; }
await() { for _ in $(seq 1 100); do eval "$2" && return 0; sleep 0.2; done; fail "$1"; }
served() { curl -fsS "$url/v1/score" -H 'content-type: application/json' -d '{"rows":[[1,2,3,4]]}' | grep -o '"version":"[^"]*"' | cut -d'"' -f4; }

await "the service did not become ready" 'curl -fsS "$url/health/ready" >/dev/null 2>&1'
[ "$(served)" = 1 ] || fail "expected version 1"
run load "$url" 20 > "$work/load.txt" & load=$!
sleep 2
run publish 2;          await "version 2 was not taken up"              '[ "$(served)" = 2 ]'
run publish 3 corrupt;  await "the corrupt version did not degrade health" 'curl -fsS "$url/health/ready" | grep -q Degraded'
[ "$(served)" = 2 ] || fail "a corrupt version changed what serves"
sed -i 's/"Policy": "Latest"/"Policy": "Pinned"/' "$work/appsettings.json"   # pinned to nothing: not valid
await "the invalid options were not reported"   'grep -q "expected PinnedVersion with policy Pinned" "$work/service.log"'
[ "$(served)" = 2 ] || fail "invalid options changed what serves"
sed -i 's/"Policy": "Pinned"/"Policy": "Pinned", "PinnedVersion": "1"/' "$work/appsettings.json"
await "the pin was not taken up"                '[ "$(served)" = 1 ]'
sed -i 's/"Policy": "Pinned", "PinnedVersion": "1"/"Policy": "Latest"/' "$work/appsettings.json"
run publish 4;          await "version 4 was not taken up"              '[ "$(served)" = 4 ]'
await "health did not recover"                  'curl -fsS "$url/health/ready" | grep -q Healthy'
curl -fsS -X POST "$url/v1/versions/rollback" -H "X-Api-Key: operator-of-the-sample";  await "the rollback had no effect" '[ "$(served)" != 4 ]'
wait $load || { cat "$work/load.txt"; fail "calls failed under load"; }
cat "$work/load.txt"
curl -fsS "$url/metrics" | grep -q inference_version_calls || fail "no metrics"
echo "OK"
