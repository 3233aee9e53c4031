from dataclasses import dataclass
import dataclasses
from pydantic import BaseModel
from pydantic.dataclasses import dataclass as pydantic_dataclass


class A:
    def __str__(self):
        return f"A(phone={self.phone})"  # flag


class B:
    def __repr__(self) -> str:
        fields = f"name={self.name!r}, card_no={self.card_no!r}"
        return f"B({fields})"  # flag


class C:
    def __repr__(self):
        return "C(" + self.name + "," + self.password + ")"  # flag


@dataclasses.dataclass
class D:
    acct: str
    mobile_no: str  # flag


@dataclass(order=True)
class E:
    id_card_no: str = ""  # flag


class F(BaseModel):
    name: str


class CustomerOut(F):
    id_card: str


class AccountResponse(BaseModel):
    acct_no: str
    phone: str | None = None  # flag


def g(request):
    c = Customer.objects.get(pk=1)
    return JsonResponse({"name": c.name, "mobile": c.mobile})  # flag


@app.route("/h")
def h():
    u = load()
    return jsonify({"idCard": u.id_card})  # flag


@router.get("/i")
async def i(db=Depends(get_db)):
    u = await db.get(1)
    return {"phone": u.phone, "name": u.name}  # flag


class N1:
    def __repr__(self):
        return f"N1({self.id})"


class N2:
    def __str__(self):
        return f"N2({mask_card(self.card_no)})"


@dataclass
class N3:
    name: str
    id_type: str
    phone_verified: bool


@dataclass
class N4:
    name: str
    mobile_no: str = dataclasses.field(repr=False)


class N5(BaseModel):
    password: str


class N6:
    def to_row(self):
        return (self.id_card, self.phone)


@router.get("/n7")
async def n7():
    return {"phone": "95588"}


class N8:
    def __str__(self):
        return f"card ending {self.card_no[-4:]}"
