from marshmallow import Schema, fields
from pydantic import BaseModel
from rest_framework import serializers


class KundeSerializer(serializers.Serializer):
    name = serializers.CharField()
    ausweisnummer = serializers.CharField()  # flag
    phone = serializers.CharField(max_length=20)  # flag


class CustomerSchema(Schema):
    name = fields.Str()
    mobile = fields.Str()  # flag
    id_card = fields.String(load_only=True)  # near: taken in only


class LoginSerializer(serializers.Serializer):
    user = serializers.CharField()
    password = serializers.CharField()  # near: of a request


class CreateCustomerSchema(Schema):
    mobile = fields.Str()  # near: of a request


class CardSerializer(serializers.Serializer):
    card_number = serializers.SerializerMethodField()  # near: made by a routine that masks

    def get_card_number(self, card):
        return mask_pan(card.card_number)


class CustomerDTO(BaseModel):
    name: str
    id_card_no: str  # flag


class CustomerCreateDTO(BaseModel):
    id_card_no: str  # near: of a request


class KundeAntwort(BaseModel):
    nummer: str
    ausweisnummer: str  # flag


class KundeAnfrage(BaseModel):
    ausweisnummer: str  # near: of a request


@app.get("/kunde/{nr}")
async def kunde(nr: str):
    k = await lade(nr)
    antwort = dict(nummer=k.nummer, telefon=k.telefon)
    return antwort  # flag


@app.get("/kunde/{nr}/filiale")
async def filiale(nr: str):
    k = await lade(nr)
    antwort = dict(nummer=k.nummer, telefon=maskiere(k.telefon))
    return antwort  # near: masked
