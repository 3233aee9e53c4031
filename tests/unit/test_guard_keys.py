"""Private keys, real ones made here, in every way in which code and configuration write them; and code about keys."""

from __future__ import annotations

import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from copilot.guard.detect import detect


def pem(key, form=PrivateFormat.PKCS8, encryption=None):
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode()


RSA, EC, ED = (
    rsa.generate_private_key(65537, 2048),
    ec.generate_private_key(ec.SECP256R1()),
    ed25519.Ed25519PrivateKey.generate(),
)
KEYS = {
    "pkcs8": pem(RSA),
    "pkcs1": pem(RSA, PrivateFormat.TraditionalOpenSSL),
    "sec1": pem(EC, PrivateFormat.TraditionalOpenSSL),
    "ed25519": pem(ED),
    "dsa": pem(dsa.generate_private_key(2048), PrivateFormat.TraditionalOpenSSL),
    "encrypted": pem(RSA, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
    "encrypted-pkcs1": pem(RSA, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"x")),
    "openssh": pem(ED, PrivateFormat.OpenSSH),
    "pgp": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n"
    + "\n".join(pem(RSA).splitlines()[1:-1])
    + "\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "ssh2": '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "me"\n'
    + "\n".join(pem(RSA).splitlines()[1:-1])
    + "\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
}


def concatenated(key, sign="+"):
    return f" {sign}\n        ".join(f'"{line}\\n"' for line in key.splitlines())


FORMS = {
    "as a file": lambda key: key,
    "with CRLF": lambda key: key.replace("\n", "\r\n"),
    "as JSON": lambda key: json.dumps({"type": "service_account", "private_key": key}),
    "as JSON in JSON": lambda key: json.dumps(json.dumps({"k": key})),
    "in the environment": lambda key: "KEY=" + key.replace("\n", "\\n"),
    "on one line with blanks": lambda key: key.replace("\n", " "),
    "in YAML": lambda key: "key: |\n" + "".join(f"    {line}\n" for line in key.splitlines()),
    "in Java": lambda key: f"class A {{ String k = {concatenated(key)}; }}",
    "in Python": lambda key: f"KEY = ({concatenated(key, '')})",
    "in triple quotes": lambda key: f'KEY = """{key}"""',
    "in a shell comment": lambda key: "".join(f"# {line}\n" for line in key.splitlines()),
    "appended": lambda key: "\n".join(f'sb.append("{line}\\n");' for line in key.splitlines()),
    "in XML": lambda key: f"<key>{key}</key>",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_found_whole_and_once(name, form):
    text = "before\n" + FORMS[form](KEYS[name].strip()) + "\nafter 1"
    (one,) = detect(text)
    assert (one.kind, one.rule) == ("private-key", "private-key-block")
    block = text[one.start : one.end]
    assert block.startswith(("-----BEGIN ", "---- BEGIN "))
    assert block.rstrip("-").endswith(("PRIVATE KEY", "PRIVATE KEY BLOCK", "PRIVATE KEY "))
    rest = text[: one.start] + text[one.end :]
    assert not any(line in rest for line in KEYS[name].splitlines() if len(line) > 20)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_the_cursor_or_a_budget_cut_is_found_on_both_sides(name):
    rng = random.Random(name)
    text = "x = 1\n" + KEYS[name]
    lines = KEYS[name].splitlines()
    first = text.index(next(line for line in lines[1:] if ":" not in line and line)) + 8
    for _ in range(60):
        cut = rng.randrange(first, text.rindex("-----END") if "-----END" in text else text.rindex("---- END"))
        before, after = text[:cut], text[cut:]
        (opened,) = detect(before)
        assert (opened.rule, opened.end) == ("private-key-open", len(before))
        material = sum(len(line) for line in after.splitlines() if "END" not in line)
        if material >= 24:  # fewer characters than that say nothing of the key
            (closed,) = detect(after)
            assert closed.kind == "private-key"
            assert not after[: closed.start].strip("+\n")


def test_two_keys_are_two_places():
    text = KEYS["sec1"] + "and\n" + KEYS["ed25519"] + KEYS["pkcs1"]
    assert [text[one.start : one.start + 20] for one in detect(text)] == [
        "-----BEGIN EC PRIVAT",
        "-----BEGIN PRIVATE K",
        "-----BEGIN RSA PRIVA",
    ]


def test_putty_keys_age_keys_and_web_keys_are_found():
    putty = (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\nAAAAC3NzaC1lZDI1NTE5AAAAIJ\n"
        "Private-Lines: 1\nAAAAIB0v1Tt0\nPrivate-MAC: 5ad1f2ab00\n"
    )
    assert [(one.rule, one.start) for one in detect("x\n" + putty)] == [("private-key-putty", 2)]
    age = "AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2
    assert [one.kind for one in detect(f"k = '{age[:74]}'")] == ["private-key"]
    number = "3B6NqY7rD0xkLfQwZ2tUe8mVhG5sCpJaT1oRiXyKdEu"
    web = {"kty": "EC", "crv": "P-256", "d": number, "x": "aB3" * 15, "y": "cD4" * 15}
    text = json.dumps(web)
    assert [text[one.start : one.end] for one in detect(text)] == [number]


@pytest.mark.parametrize(
    "code",
    [
        'key = pem.replace("-----BEGIN PRIVATE KEY-----", "").replaceAll(System.lineSeparator(), "").replace("-----END PRIVATE KEY-----", "");',
        'BEGIN = "-----BEGIN RSA PRIVATE KEY-----"\nEND = "-----END RSA PRIVATE KEY-----"\n',
        'if not text.startswith("-----BEGIN OPENSSH PRIVATE KEY-----"):\n    raise ValueError("this is no private key at all")\n',
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n<your key here>\n-----END PRIVATE KEY-----",
        'assert "-----BEGIN PRIVATE KEY-----" in out',
        'x.endsWith("-----END PRIVATE KEY-----")',
        "the line -----BEGIN PRIVATE KEY----- opens a block of base64 and -----END PRIVATE KEY----- closes it",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ0FJ\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    ],
)
def test_code_about_keys_is_no_key(code):
    assert detect(code) == []
