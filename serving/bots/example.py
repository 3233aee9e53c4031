"""The example configuration of the bot, written from its model: every key, its description, its default.

`bot.example.toml` beside this file is its output (a test holds them equal, `UPDATE_DOCS=1` writes it again), and
`bank-copilot bot --example` prints it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel

from serving.bots.config import Forge, Limits, Model, Policy, Server, Store
from serving.example import section

FILE: Final = Path(__file__).with_name("bot.example.toml")

_SECTIONS: Final[tuple[tuple[str, type[BaseModel], str], ...]] = (
    ("server", Server, ""),
    ("store", Store, ""),
    ("limits", Limits, ""),
    ("model", Model, "Without an address none is asked."),
    ("policies.default", Policy, "The one named default is used where a forge names none."),
    ("forges.bank", Forge, "Its webhooks are sent to /webhooks/NAME, here /webhooks/bank."),
)
_FILLED: Final[dict[str, object]] = {
    "forges.bank.kind": "gitlab",
    "forges.bank.address": "https://git.bank.example",
    "forges.bank.account": "bank-copilot",
    "forges.bank.projects": ["payments/*", "core/ledger"],
    "forges.bank.api": "https://git.bank.example/api/v4",
    "forges.bank.secret_env": "BOT_WEBHOOK_SECRET",
    "forges.bank.read_token_env": "BOT_READ_TOKEN",
    "forges.bank.write_token_env": "BOT_WRITE_TOKEN",
    "forges.bank.secret_file": "/run/credentials/bot/webhook-secret",
    "forges.bank.read_token_file": "/run/credentials/bot/read-token",
    "forges.bank.write_token_file": "/run/credentials/bot/write-token",
    "forges.bank.ca_bundle": "/etc/ssl/bank-ca.pem",
    "model.key_env": "BOT_GATEWAY_KEY",
    "model.key_file": "/run/credentials/bot/gateway-key",
    "model.ca_bundle": "/etc/ssl/bank-ca.pem",
    "model.name": "bank-coder",
    "model.votes_for": ["model.security=1"],
    "model.keep_out": ["hsm/**"],
    "policies.default.packs": ["rules"],
    "policies.default.off": ["TIME01"],
    "policies.default.gm_paths": ["payments/**"],
    "policies.default.dismiss_by": ["lead.zhang"],
    "policies.default.keep": ["SQL01"],
}
_IN_FORCE: Final = {"secret_env", "read_token_env", "write_token_env"}
_HEAD: Final = """\
# The review bot of bank-copilot: `bank-copilot bot --config THIS_FILE` (`--check` says what is missing).
# Every key is here. Without a # in front: the default, or an example where there is none. Relative paths start at the
# folder of this file. Secrets are not here but in the environment, or in files that are named.
"""


def text() -> str:
    """The whole file."""
    parts = [section(name, kind, note, _FILLED, commented=False) for name, kind, note in _SECTIONS]
    lines = "\n".join([_HEAD, *parts]).split("\n")
    return "\n".join(line.removeprefix("# ") if line[2:].split(" ")[0] in _IN_FORCE else line for line in lines)
