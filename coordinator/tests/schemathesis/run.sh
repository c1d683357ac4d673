#!/bin/sh
# Tests a running coordinator against its own OpenAPI document, with requests that Schemathesis makes from it:
#
#     coordinator/tests/schemathesis/run.sh http://127.0.0.1:8640 TOKEN
#
# TOKEN is the coordinator's. Its rate limit must be high, or it is the limit that is tested: explorer_demo.rs serves such a one. Python 3.10 or later; what is needed goes to a virtual environment in
# target/.
set -eu

url=${1:?usage: run.sh URL TOKEN}
token=${2:?usage: run.sh URL TOKEN}
here=$(cd "$(dirname "$0")" && pwd)
venv=${CARGO_TARGET_DIR:-$(cd "$here/../../.." && pwd)/target}/schemathesis
if ! [ -x "$venv/bin/schemathesis" ] || ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/requirements.txt"
fi

# What it remembers stays there too. Streams do not end, so that events are tested elsewhere.
cd "$venv"
exec "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$url/v1/openapi.json" --url "$url" \
    --header "Authorization: Bearer $token" --exclude-path /v1/events --max-examples "${EXAMPLES:-50}" --seed "${SEED:-1}" --no-color
