"""One call of the infra contract as a client that knows nothing of ours makes it: `node_call.py <url> <host> <key> <path>`.

The body comes on standard input. Prints the answer as one JSON line and leaves with an error when it is not a success.
"""

import json
import sys

import httpx

url, host, key, path = sys.argv[1:]
headers = {"Host": host, "Authorization": f"Bearer {key}"}
body = json.load(sys.stdin)

with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
    answer = client.post(path, json=body, timeout=120 if path == "/provision" else 60)
    print(json.dumps({"status": answer.status_code, "body": answer.json()}))
    answer.raise_for_status()
