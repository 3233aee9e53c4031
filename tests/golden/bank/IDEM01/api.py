"""Handlers of requests and messages."""

import json
import uuid

from celery import shared_task
from django.views.decorators.http import require_POST
from fastapi import APIRouter, Header
from flask import Blueprint, jsonify, request
from pydantic import BaseModel

router = APIRouter()
bp = Blueprint("payments", __name__)


class TransferBody(BaseModel):
    source: str
    target: str
    amount: str


class NumberedTransfer(TransferBody):
    request_no: str


@router.post("/transfers")
async def transfer(body: TransferBody):  # flag
    return await service.transfer(body.source, body.target, body.amount)


@bp.route("/refunds", methods=["POST"])
def refund():  # flag
    data = request.get_json()
    payments.refund(data["payment"], data["amount"])
    return jsonify(ok=True)


@require_POST
def withdraw(request):  # flag
    account = Account.objects.get(owner=request.user)
    transaction_id = str(uuid.uuid4())
    account.withdraw(request.POST["amount"], transaction_id)
    return JsonResponse({"id": transaction_id})


class PaymentView(APIView):
    def post(self, request):  # flag
        serializer = PaymentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(payer=request.user)
        return Response(serializer.data)


@shared_task(bind=True, max_retries=3)
def process_payout(self, account, amount):  # flag
    bank.payout(account, amount)


def on_payment_message(ch, method, properties, body):  # flag
    data = json.loads(body)
    logger.info("message %s", properties.message_id)
    ledger.credit(data["account"], data["amount"])
    ch.basic_ack(delivery_tag=method.delivery_tag)


@app.agent(topic)
async def deposits(stream):  # flag
    async for row in stream:
        await ledger.deposit(row.account, row.amount)


def consume_transfers():  # flag
    for record in consumer:
        ledger.transfer(record.value["source"], record.value["target"], record.value["amount"])


@router.post("/transfers/keyed")
async def transfer_keyed(body: TransferBody, idempotency_key: str = Header()):  # near: a key
    return await service.transfer(idempotency_key, body.source, body.target, body.amount)


@router.post("/transfers/numbered")
async def transfer_numbered(body: NumberedTransfer):  # near: a request number
    return await service.transfer(body)


@bp.route("/refunds/checked", methods=["POST"])
def refund_checked():  # near: its state is checked
    payment = payments.find(request.json["payment"])
    if payment.status == "refunded":
        return jsonify(ok=True)
    payments.refund(payment)
    return jsonify(ok=True)


@shared_task
def payout_once(order_id):  # near: claimed first
    if not redis.set(f"payout:{order_id}", 1, nx=True):
        return
    bank.payout(order_id)


def handle_refund_message(message):  # near: looked up before
    if Processed.objects.filter(key=message.key).exists():
        return
    ledger.refund(message.account, message.amount)


@router.get("/transfers/{number}")
async def find(number: str):  # near: reads
    return await service.find(number)


@router.post("/payments/search")
async def search(query: PaymentQuery):  # near: reads, by POST
    return await service.search(query)


@router.post("/customers")
async def register(body: CustomerBody):  # near: no money
    return await service.register(body)


@router.post("/transfer-quote")
async def transfer_quote(body: TransferBody):  # near: only a quote
    return await service.quote(body.amount)
