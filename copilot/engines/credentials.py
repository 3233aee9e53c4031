"""What opens the way to the gateway: its address, the key by reference, TLS and the proxy; the same for every request.

Everything here blocks for milliseconds (files, the key ring, certificates): call it from a thread, once. Every failure
is a GatewayUnavailable that says what to do. Absent on purpose: sockets (`client.py`), and the key in any text: it is in
no message, no repr and no log, and a reference that is none is not repeated, because it may be a pasted key.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from copilot.config import Gateway
from copilot.errors import GatewayUnavailable
from copilot.messages import say

PORTS: Final = {"http": 80, "https": 443}
_KEY_BYTES: Final = 8_192
_LOCAL: Final = frozenset({"localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the gateway is. `url` has no path end, no `/v1` and no credentials."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def local(self) -> bool:
        """This very machine."""
        return self.host in _LOCAL or self.host.startswith("127.")


@dataclass(frozen=True, slots=True)
class Key:
    """The gateway's key. `warning` is empty, or what is not well about the place where it lies."""

    value: str = field(repr=False)
    warning: str = ""

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return f"Bearer {self.value}"


def address(gateway: Gateway) -> Address:
    """The gateway's address. Raises GatewayUnavailable ("error") for something that is no http or https address."""
    wrong = GatewayUnavailable("error", say("gateway.url is no address such as https://copilot.bank.example."))
    try:
        parts = urlsplit(gateway.url.strip())
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise GatewayUnavailable("error", say("gateway.url must hold no user name or password; see gateway.key."))
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    return Address(url, parts.scheme, parts.hostname, port or PORTS[parts.scheme])


def key(reference: str, environ: Mapping[str, str] | None = None) -> Key:
    """The key that `env:NAME`, `file:PATH` or `keyring:SERVICE/USER` names.

    Raises GatewayUnavailable ("key") when there is none, or it cannot be a key.
    """
    kind, _, name = reference.partition(":")
    warning = ""
    match kind:
        case "env" if name:
            value = (os.environ if environ is None else environ).get(name, "")
            missing = say("The gateway's key is missing: set the environment variable {name}.", name=name)
        case "file" if name:
            value, warning = _from_file(_absolute("gateway.key", name, "key"))
            missing = say("The file of the gateway's key ({name}) is empty.", name=name)
        case "keyring" if "/" in name:
            service, _, user = name.rpartition("/")
            value = _from_keyring(service, user)
            missing = say(
                "The system's key ring has no key for {service}, user {user}: store it with `keyring set {service} {user}`.",
                service=service,
                user=user,
            )
        case _:
            raise GatewayUnavailable("key", say("gateway.key must be env:NAME, file:PATH or keyring:SERVICE/USER."))
    value = value.strip()
    if not value:
        raise GatewayUnavailable("key", missing)
    if not (value.isascii() and value.isprintable()) or " " in value or len(value) > _KEY_BYTES:
        raise GatewayUnavailable("key", say("What gateway.key names is no key: a key is one word of ASCII characters."))
    return Key(value, warning)


def tls(gateway: Gateway) -> ssl.SSLContext:
    """TLS as configured: the bank's authorities or the system's, and the client certificate for mutual TLS.

    Raises GatewayUnavailable ("tls") naming the setting whose file cannot be used.
    """
    bundle = str(_absolute("gateway.ca_bundle", gateway.ca_bundle, "tls")) if gateway.ca_bundle else None
    try:
        context = ssl.create_default_context(cafile=bundle)
    except (OSError, ValueError) as error:
        raise GatewayUnavailable("tls", _unusable("gateway.ca_bundle", error)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if gateway.client_cert:
        chain = _absolute("gateway.client_cert", gateway.client_cert, "tls")
        own = _absolute("gateway.client_key", gateway.client_key, "tls") if gateway.client_key else None
        setting = "gateway.client_cert" + (" / gateway.client_key" if own else "")
        locked: list[bool] = []

        def no_password() -> bytes:
            # Without a callback OpenSSL asks for the pass phrase at the terminal, and the editor would wait for ever.
            locked.append(True)
            return b""

        try:
            context.load_cert_chain(chain, own, password=no_password)
        except (OSError, ValueError) as error:
            raise GatewayUnavailable("tls", _unusable(setting, error, locked=bool(locked))) from None
    elif gateway.client_key:
        raise GatewayUnavailable("tls", say("gateway.client_key is set without gateway.client_cert."))
    return context


def proxy(gateway: Gateway, environ: Mapping[str, str] | None = None) -> str:
    """The proxy's address, empty for none. Raises GatewayUnavailable ("away") for one that cannot be used.

    `auto` reads HTTPS_PROXY or HTTP_PROXY (by the gateway's scheme), then ALL_PROXY, in either case, and NO_PROXY: `*`,
    names and their subdomains, addresses and networks (10.0.0.0/8), each with an optional port.
    """
    if gateway.proxy == "none":
        return ""
    found, where = gateway.proxy, "gateway.proxy"
    if gateway.proxy == "auto":
        there = address(gateway)
        variables = {name.lower(): value for name, value in sorted((environ or os.environ).items()) if value}
        names = [n for n in (f"{there.scheme}_proxy", "all_proxy") if n in variables]
        if not names or there.local or _spared(there, variables.get("no_proxy", "")):
            return ""
        found, where = variables[names[0]], names[0].upper()
    if "://" not in found:
        found = f"http://{found}"
    try:
        parts = urlsplit(found)
        usable = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or True)
    except ValueError:
        usable = False
    if not usable:
        raise GatewayUnavailable("away", say("{where} is no address of an HTTP proxy.", where=where))
    return found


def shown(url: str) -> str:
    """An address without the user name and password it may hold."""
    parts: SplitResult = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _absolute(setting: str, name: str, reason: str) -> Path:
    """The path of a setting. Raises GatewayUnavailable for a relative one: in the folder of a stranger's repository it
    would name the stranger's authority, or the stranger's key.
    """
    path = Path(name).expanduser()
    if not path.is_absolute():
        raise GatewayUnavailable(reason, say("{setting} must name its file by an absolute path.", setting=setting))
    return path


def _from_file(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            data = file.read(_KEY_BYTES + 2)
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise GatewayUnavailable(
            "key",
            say("The file of the gateway's key ({name}) cannot be read: {reason}.", name=path, reason=error.strerror),
        ) from None
    warning = ""
    if os.name == "posix" and mode & 0o077:
        warning = say("Others can read the gateway's key: run `chmod 600 {name}`.", name=path)
    return data.decode("utf-8", "replace").removeprefix("\ufeff"), warning


def _from_keyring(service: str, user: str) -> str:
    try:
        library = import_module("keyring")
    except ImportError:
        raise GatewayUnavailable(
            "key", say("gateway.key names the key ring: install the package keyring in bank-copilot's environment.")
        ) from None
    try:
        return str(library.get_password(service, user) or "")
    except Exception as error:  # noqa: BLE001 -- every backend has errors of its own
        kind = type(error).__name__
        raise GatewayUnavailable("key", say("The system's key ring cannot be read ({kind}).", kind=kind)) from None


def _unusable(setting: str, error: OSError | ValueError, *, locked: bool = False) -> str:
    """OpenSSL's errors name no file, and those of a key file name nothing at all."""
    if locked:
        reason = say("the key is locked by a pass phrase")
    elif isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        reason = say("key and certificate do not belong together")
    elif isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.strerror:
        reason = error.strerror
    else:
        reason = say("no PEM file, or nothing usable in it")
    return say("{setting} cannot be used: {reason}.", setting=setting, reason=reason)


def _spared(there: Address, exceptions: str) -> bool:
    """Whether NO_PROXY names the gateway."""
    return any(_names(entry.strip().lower(), there) for entry in exceptions.replace(" ", ",").split(",") if entry)


def _names(entry: str, there: Address) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(there.host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    name, _, port = entry.rpartition(":") if entry.count(":") == 1 else (entry, "", "")
    if port and port != str(there.port):
        return False
    name = name.removeprefix("*").strip(".")
    return bool(name) and (there.host == name or there.host.endswith(f".{name}"))
