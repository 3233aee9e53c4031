from dataclasses import asdict, dataclass, field
from typing import NamedTuple, TypedDict

import attrs
from fastapi import APIRouter
from flask import jsonify
from pydantic import BaseModel, SecretStr

router = APIRouter()


@dataclass
class Kunde:
    kundennummer: str
    ausweisnummer: str  # flag
    telefonnummer: str = ""  # flag
    geheimzahl: str = field(default="", repr=False)  # near: left out of the text


@dataclass
class CardRef:
    token: str  # near: the vault's stand-in for the card
    card_number: str = field(repr=False)


@attrs.define
class Kehu:
    bianhao: str
    shoujihao: str  # flag


class KundeOut(BaseModel):
    nummer: str
    handynummer: str  # flag



@router.get("/customers/{number}")
def in_branch(number: str):
    customer = find(number)
    if customer.is_active:
        return {"number": number, "id_card": customer.id_card}  # flag
    return {"number": number}


@router.get("/customers/{number}/card")
def put_later(number: str):
    card = find_card(number)
    result = {"number": number}
    result["card_number"] = card.card_number  # flag
    return result


@router.get("/customers")
async def listed():
    return [{"name": c.name, "phone": c.phone} for c in await all_customers()]  # flag


@router.post("/open")
def updated(body: OpenIn):
    answer = {}
    answer.update(id_no=body.id_no)  # flag
    return answer


@app.route("/me")
def flask_local():
    data = {"name": current.name, "mobile": current.mobile}
    return jsonify(data)  # flag


@app.get("/masked/{number}")
def put_masked(number: str):
    card = find_card(number)
    result = {"number": number}
    result["card_number"] = mask_card(card.card_number)  # near: masked
    return result


@app.get("/last4/{number}")
def last4(number: str):
    card = find_card(number)
    return {"number": number, "card_number": "****" + card.card_number[-4:]}  # near: the last four


def not_an_answer(customer):
    payload = {}
    payload["id_card"] = customer.id_card  # near: goes to the identity service, no answer of ours
    identity.check(payload)


class Customer:
    def to_dict(self):
        return {"number": self.number, "id_card": self.id_card}  # flag

    def to_public(self):
        return {"number": self.number, "id_card": mask(self.id_card)}  # near

    def __repr__(self):
        return "Customer(%s, %s)" % (self.number, self.telefon)  # flag


class Account:
    def __str__(self):
        text = f"{self.number} of {self.owner}"
        text += f" ({self.mobile})"
        return text  # flag


class Konto:
    def __repr__(self):
        return f"Konto({self.nummer}, {maskiere(self.ausweisnummer)})"  # near


class Token:
    def __repr__(self):
        return f"Token({self.kind})"  # near
