"""Sanctions screening by an asynchronous client."""

from __future__ import annotations

from typing import Any


class ScreeningUnavailableError(RuntimeError):
    """The service did not answer as it should."""


async def screen(client: Any, name: str, threshold: float = 0.85) -> list[str]:
    if not name.strip():
        raise ValueError("a name is needed")
    response = await client.post("/screen", json={"name": name.strip().upper()})
    if response.status_code != 200:
        raise ScreeningUnavailableError(f"status {response.status_code}")
    body = response.json()
    return sorted(hit["list"] for hit in body["hits"] if hit["score"] >= threshold)


async def is_blocked(client: Any, name: str) -> bool:
    return bool(await screen(client, name))


async def list_version(session: Any, url: str) -> str:
    async with session.get(url) as response:
        if response.status != 200:
            raise ScreeningUnavailableError(f"status {response.status}")
        body = await response.json()
    return f"{body['name']}-{body['version']}"
