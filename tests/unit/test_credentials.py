"""The key by reference, TLS from files, and the proxy of the environment: found, or said what to do. Never the key."""

from __future__ import annotations

import sys

import keyring
import keyring.backend
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from keyring.errors import KeyringLocked

from copilot.config import Gateway
from copilot.engines import credentials
from copilot.errors import GatewayUnavailable

KEY = "bck_0123456789abcdef"


def refusal(call, *arguments) -> GatewayUnavailable:
    with pytest.raises(GatewayUnavailable) as caught:
        call(*arguments)
    assert KEY not in str(caught.value)
    return caught.value


# The key


def test_a_key_is_shown_in_no_repr():
    found = credentials.key("env:K", {"K": f" {KEY}\n"})
    assert found.header == f"Bearer {KEY}"
    assert KEY not in repr(found)
    assert KEY not in str(found)


def test_a_missing_variable_is_named():
    error = refusal(credentials.key, "env:COPILOT_KEY", {})
    assert error.reason == "key"
    assert "COPILOT_KEY" in str(error)


@pytest.mark.parametrize("reference", [KEY, "", "env:", "file:", "keyring:", "keyring:x", "vault:a/b", f"https:{KEY}"])
def test_a_reference_that_is_none_is_not_repeated_for_it_may_be_the_key_itself(reference):
    assert "env:NAME" in str(refusal(credentials.key, reference, {}))


@pytest.mark.parametrize("value", ["two words", "línea", "a\nb", "a\rb: c", "\x00", "x" * 9000])
def test_what_cannot_be_a_header_is_no_key(value):
    error = refusal(credentials.key, "env:K", {"K": value})
    assert "no key" in str(error)


def test_a_file_that_others_can_read_is_used_and_warned_of(tmp_path):
    file = tmp_path / "key"
    file.write_text(f"\ufeff{KEY}\n")
    file.chmod(0o644)
    found = credentials.key(f"file:{file}")
    assert found.value == KEY
    assert f"chmod 600 {file}" in found.warning
    file.chmod(0o600)
    assert credentials.key(f"file:{file}").warning == ""


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_file_without_a_key_is_named(tmp_path, content):
    file = tmp_path / "key"
    if content is not None:
        file.write_text(content)
    assert str(file) in str(refusal(credentials.key, f"file:{file}"))


class Ring(keyring.backend.KeyringBackend):
    """A key ring in memory, behind the real library."""

    priority = 1
    locked = False

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked(f"cannot open {KEY}")
        return KEY if (service, username) == ("bank/copilot", "ann") else None

    def set_password(self, service, username, password): ...

    def delete_password(self, service, username): ...


@pytest.fixture
def ring():
    before, ours = keyring.get_keyring(), Ring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def test_the_key_ring_gives_the_key(ring):
    assert credentials.key("keyring:bank/copilot/ann").value == KEY


def test_a_key_ring_without_the_key_says_how_to_store_it(ring):
    assert "keyring set bank/copilot bob" in str(refusal(credentials.key, "keyring:bank/copilot/bob"))


def test_a_locked_key_ring_is_said_without_its_words(ring):
    ring.locked = True
    assert "KeyringLocked" in str(refusal(credentials.key, "keyring:bank/copilot/ann"))


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "install the package keyring" in str(refusal(credentials.key, "keyring:a/b"))


# TLS


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def test_only_the_banks_authority_is_trusted_when_a_bundle_is_set(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = credentials.tls(Gateway(ca_bundle=str(tmp_path / "ca.pem")))
    assert [dict(pair[0] for pair in ca["subject"])["organizationName"] for ca in context.get_ca_certs()] == [
        dict(pair[0] for pair in authority_subject(authority))["organizationName"]
    ]
    assert context.check_hostname


def authority_subject(authority):
    from cryptography import x509

    name = x509.load_pem_x509_certificate(authority.cert_pem.bytes()).subject
    value = name.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value
    return ((("organizationName", value),),)


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_an_unusable_bundle_names_its_setting(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    error = refusal(credentials.tls, Gateway(ca_bundle=str(file)))
    assert error.reason == "tls"
    assert "gateway.ca_bundle" in str(error)


def test_a_client_certificate_needs_its_own_key(authority, tmp_path):
    one, other = authority.issue_cert("ann@bank.example"), authority.issue_cert("bob@bank.example")
    one.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    one.private_key_pem.write_to_path(tmp_path / "key.pem")
    other.private_key_pem.write_to_path(tmp_path / "other.pem")
    one.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    cert = str(tmp_path / "cert.pem")
    credentials.tls(Gateway(client_cert=cert, client_key=str(tmp_path / "key.pem")))
    credentials.tls(Gateway(client_cert=str(tmp_path / "both.pem")))
    wrong = refusal(credentials.tls, Gateway(client_cert=cert, client_key=str(tmp_path / "other.pem")))
    assert "do not belong together" in str(wrong)
    assert "client_cert" in str(refusal(credentials.tls, Gateway(client_key=str(tmp_path / "key.pem"))))
    assert "gateway.client_cert" in str(refusal(credentials.tls, Gateway(client_cert=str(tmp_path / "none.pem"))))


def test_a_locked_client_key_never_asks_at_the_terminal(authority, tmp_path):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    made = authority.issue_cert("ann@bank.example")
    made.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    private = load_pem_private_key(made.private_key_pem.bytes(), None)
    lock = serialization.BestAvailableEncryption(b"secret")
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    (tmp_path / "key.pem").write_bytes(pem)
    gateway = Gateway(client_cert=str(tmp_path / "cert.pem"), client_key=str(tmp_path / "key.pem"))
    assert "pass phrase" in str(refusal(credentials.tls, gateway))


# Address and proxy


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://copilot.bank.example", ("https://copilot.bank.example", "copilot.bank.example", 443)),
        ("https://copilot.bank.example/v1/", ("https://copilot.bank.example", "copilot.bank.example", 443)),
        ("http://127.0.0.1:8080/ai/", ("http://127.0.0.1:8080/ai", "127.0.0.1", 8080)),
        ("https://[::1]:9", ("https://[::1]:9", "::1", 9)),
    ],
)
def test_an_address_is_taken_with_and_without_v1(url, found):
    there = credentials.address(Gateway(url=url))
    assert (there.url, there.host, there.port) == found


@pytest.mark.parametrize(
    "url", ["copilot.bank", "ftp://x", "https://", "https://x:no", "https://x:70000", "https://x?y=1"]
)
def test_what_is_no_address_is_said(url):
    assert "gateway.url" in str(refusal(credentials.address, Gateway(url=url)))


def test_an_address_with_a_password_is_refused_without_repeating_it():
    assert "gateway.key" in str(refusal(credentials.address, Gateway(url=f"https://ann:{KEY}@copilot.bank.example")))


PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": "proxy:3128"}, PROXY),
        ({"HTTP_PROXY": PROXY}, ""),
        ({"ALL_PROXY": PROXY}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, ""),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "other, bank.example"}, ""),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": ".bank.example:443"}, ""),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*.bank.example"}, ""),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "bank.example:8443"}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "notbank.example,k.example"}, PROXY),
    ],
)
def test_the_environments_proxy_is_followed_and_spared(environ, found):
    assert credentials.proxy(Gateway(url="https://copilot.bank.example"), environ) == found


@pytest.mark.parametrize(("spared", "used"), [("10.0.0.0/8", ""), ("10.1.2.3", ""), ("192.168.0.0/16", PROXY)])
def test_networks_can_be_spared(spared, used):
    assert credentials.proxy(Gateway(url="https://10.1.2.3"), {"HTTPS_PROXY": PROXY, "NO_PROXY": spared}) == used


def test_this_machine_and_none_go_without_a_proxy_and_an_explicit_one_wins():
    environ = {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY, "NO_PROXY": "*"}
    assert credentials.proxy(Gateway(url="http://localhost:8080"), environ | {"NO_PROXY": ""}) == ""
    assert credentials.proxy(Gateway(url="https://x.example", proxy="none"), environ | {"NO_PROXY": ""}) == ""
    assert credentials.proxy(Gateway(url="https://x.example", proxy="http://own:1"), environ) == "http://own:1"


@pytest.mark.parametrize("proxy", ["socks5://x:1", "http://", "http://x:no"])
def test_a_proxy_that_cannot_be_used_is_said(proxy):
    assert "gateway.proxy" in str(refusal(credentials.proxy, Gateway(url="https://x.example", proxy=proxy), {}))


def test_a_proxys_password_is_not_shown():
    assert credentials.shown(f"http://ann:{KEY}@proxy:3128") == "http://proxy:3128"
