from __future__ import annotations
from dataclasses import dataclass, field, asdict
from sqlalchemy.orm import Mapped, mapped_column, DeclarativeBase
from rest_framework import serializers
import attrs
from typing import NamedTuple, TypedDict


@dataclass(slots=True, kw_only=True)
class LoanApplicant:
    """Someone who applies."""

    applicant_id: str
    id_number: str  # flag
    mobile_phone: str | None = field(default=None)  # flag
    income: Decimal = Decimal("0")


@attrs.define
class CardHolder:
    name: str
    pan: str  # flag


class PayerTuple(NamedTuple):
    payer_id: int
    debit_card_no: str  # flag


class Member(Base):
    __tablename__ = "member"
    id: Mapped[int] = mapped_column(primary_key=True)
    id_card: Mapped[str]

    def __repr__(self) -> str:
        return "<Member id=%r id_card=%r>" % (self.id, self.id_card)  # flag


class Borrower:
    def __str__(self):
        return ", ".join([self.name, self.phone])  # flag

    def __repr__(self):
        return f"Borrower(phone={self.phone[:3]}****{self.phone[-4:]})"


class MemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        fields = ["id", "name"]


@router.get("/members/{mid}")
def get_member(mid: int):
    m = repo.get(mid)
    return {  # flag
        "id": m.id,
        "idCard": m.id_card,
    }


@router.get("/members2/{mid}")
def get_member2(mid: int):
    m = repo.get(mid)
    body = {"id": m.id, "mobile": m.mobile}
    return body  # flag


@app.route("/profile")
def profile():
    u = current_user()
    return jsonify(name=u.name, phone=mask(u.phone))


class Token:
    def __repr__(self):
        return f"Token({self.kind}, {self.value})"


class Phone:
    def __str__(self):
        return f"{self.country}-{self.kind}"
