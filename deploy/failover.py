"""Acknowledged writes while something fails: registers clients (RFC 7591) one after another, remembers which were acknowledged, and says in the
end how long nobody was served. Arguments: address of SenID, file for the ids that were acknowledged, file that ends it. SIGTERM ends it, too."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

address, acknowledged, until = sys.argv[1:]
opened = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
body = json.dumps({"redirect_uris": ["https://portal.example.gov/callback"], "client_name": "rehearsal"}).encode()
begun = last = time.monotonic()
longest = refused = done = slowest = 0
with open(acknowledged, "a", buffering=1) as ids:
    while not os.path.exists(until):
        asked = time.monotonic()
        request = urllib.request.Request(address + "/register", body, {"Content-Type": "application/json"})
        try:
            with opened(request, timeout=15) as answer:
                ids.write(json.load(answer)["client_id"] + "\n")
            now = time.monotonic()
            done, longest, last = done + 1, max(longest, now - last), now
            slowest = max(slowest, now - asked)
        except (OSError, urllib.error.HTTPError, ValueError):
            refused += 1
            time.sleep(0.1)
print(json.dumps({"acknowledged": done, "refused": refused, "longest_gap_seconds": round(longest, 1), "slowest_seconds": round(slowest, 1)}))
