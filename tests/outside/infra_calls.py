"""The two calls of the infra contract as a client that knows nothing of ours makes them: `infra_calls.py <url> <host> <key>`.

Prints one JSON line for each answer and leaves with an error when one is not a success.
"""

import json
import sys

import httpx

url, host, key = sys.argv[1:]
headers = {"Host": host, "Authorization": f"Bearer {key}"}
claw = {"user_id": "u1", "claw_id": "claw-1"}
order = {
    **claw,
    "ai_gateway_key": "vck_outside",
    "model": "anthropic/claude-sonnet-4.6",
    "telegram_bot_token": "123456789:AAoutsideoutsideoutsideoutsideoutsi",
    "telegram_allow_from": ["4242"],
}

with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
    for path, body, timeout in [("/provision", order, 120), ("/deprovision", claw, 60)]:
        answer = client.post(path, json=body, timeout=timeout)
        print(json.dumps({"path": path, "status": answer.status_code, "body": answer.json()}))
        answer.raise_for_status()
