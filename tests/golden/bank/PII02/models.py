"""Objects that tell too much, and ones that do not."""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from django.http import JsonResponse
from fastapi import APIRouter
from pydantic import BaseModel, SecretStr

router = APIRouter()


class Customer:
    def __repr__(self):
        return f"Customer(name={self.name}, id_card={self.id_card})"  # flag

    def __str__(self):
        return "%s %s" % (self.name, self.phone)  # flag


class Card:
    def __str__(self):
        return "Card " + self.card_no  # flag


@dataclass
class Payer:
    name: str
    bank_card_no: str  # flag
    mobile: str | None = None  # flag


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str  # flag


class Row(NamedTuple):
    number: int
    id_no: str  # flag


class CustomerResponse(BaseModel):
    name: str
    phone: str  # flag


@router.get("/customers/{number}")
def read(number):
    customer = load(number)
    return {"name": customer.name, "idCard": customer.id_card}  # flag


def detail(request, number):
    customer = load(number)
    return JsonResponse({"phone": customer.phone})  # flag


class MaskedCustomer:
    def __repr__(self):
        return f"Customer({self.id}, {mask(self.id_card)})"  # near: masked


class MaskedCard:
    def __str__(self):
        return f"Card *{self.card_no[-4:]}"  # near: the last four


@dataclass
class HiddenPayer:
    name: str
    bank_card_no: str = field(repr=False)  # near: left out


@dataclass(repr=False)
class SilentPayer:
    bank_card_no: str  # near: no text is made


@dataclass
class OwnText:
    id_card: str  # near: its own text leaves it out

    def __repr__(self):
        return f"OwnText({self.id_card[:2]}…)"


class SecretLogin(BaseModel):
    user: str
    password: SecretStr  # near: a type that hides itself


@dataclass
class Flags:
    phone_verified: bool  # near: a fact
    card_type: str
    PASSWORD: ClassVar[str] = "password"


class TransferRequest(BaseModel):
    phone: str  # near: what is asked, not what is answered


@router.get("/masked/{number}")
def read_masked(number):
    customer = load(number)
    return {"name": customer.name, "idCard": mask_id(customer.id_card)}  # near: masked
