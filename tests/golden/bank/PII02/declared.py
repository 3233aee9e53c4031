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
