"""Serializers that take personal data in, or answer it masked."""

from rest_framework import serializers


class CustomerSerializer(serializers.ModelSerializer):
    id_card_no = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = ["id", "name", "id_card_no"]

    def get_id_card_no(self, customer):  # near: its own text is answered
        return customer.id_card_no[:4] + "****"


class SignUpSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username", "password"]
        extra_kwargs = {"password": {"write_only": True}}
