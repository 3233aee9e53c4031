from dataclasses import dataclass, field
import attr
from typing import Optional
from pydantic import BaseModel, Field


class Cust:
    def __init__(self, name, mobile):
        self.name, self.mobile = name, mobile

    def __repr__(self):
        return "<Cust name={} mobile={}>".format(self.name, self.mobile)  # flag


class Acct:
    def __str__(self):
        parts = [self.name, self.id_no]
        return " ".join(parts)  # flag


class Dump:
    def __repr__(self):
        return f"{type(self).__name__}({self.card_number!r})"  # flag


@dataclass
class Applicant:
    name: str
    cert_no: str  # flag
    phone: Optional[str] = None  # flag
    age: int = 0


@attr.s(auto_attribs=True)
class Holder:
    id_card: str  # flag


class UserOut(BaseModel):
    id: int
    mobile: str = Field(..., description="phone")  # flag


@app.get("/me")
def me(user=Depends(current)):
    return {"id": user.id, "phone": user.phone}  # flag


@bp.route("/card/<cid>")
def card(cid):
    c = Card.query.get(cid)
    return jsonify(card_no=c.card_no, name=c.name)  # flag


def to_response(c):
    return CustomerVO(name=c.name, id_card=c.id_card)  # flag


@dataclass
class Ok1:
    id_card: str = field(repr=False)
    name: str = ""


@dataclass
class Ok2:
    masked_phone: str
    card_last4: str


class Ok3:
    def __repr__(self):
        return f"<Ok3 id={self.id}>"


class Ok4(BaseModel):
    phone: str


class Ok5:
    def __str__(self):
        return f"{self.name} {mask_mobile(self.mobile)}"


@app.get("/ok")
def ok6(user=Depends(current)):
    return {"phone": mask_phone(user.phone)}


class Ok7:
    def __str__(self):
        return "phone:" + self.phone[:3] + "****" + self.phone[-4:]


@attr.s(auto_attribs=True, repr=False)
class Ok8:
    id_card: str
