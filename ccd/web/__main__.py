"""``python -m ccd.web``: the API's description as OpenAPI, for docs/openapi.json (``make openapi``)."""

from __future__ import annotations

import json

from ccd.web.app import openapi

print(json.dumps(openapi(), indent=1, ensure_ascii=False, sort_keys=True))
