"""The bare peer of the gateway's benchmark: FastAPI and aiohttp, nothing checked, nothing recorded.

python tests/bench/passthrough.py UPSTREAM PORT
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

UPSTREAM, PORT = sys.argv[1], int(sys.argv[2])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One session for the life of the process."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:
        app.state.session = session
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> Response:
    """Alive."""
    return Response()


@app.post("/v1/{rest:path}")
async def passed(rest: str, request: Request) -> Response:
    """The body goes up, the answer comes down."""
    body = await request.body()
    upstream = await app.state.session.post(
        f"{UPSTREAM}/v1/{rest}", data=body, headers={"content-type": "application/json"}
    )
    if b'"stream": true' in body:
        return StreamingResponse(upstream.content.iter_any(), media_type="text/event-stream")
    return Response(await upstream.read(), upstream.status, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
