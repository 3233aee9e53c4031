"""State that requests share."""

import threading
from dataclasses import dataclass, field

from celery import shared_task
from django.views import View
from fastapi import APIRouter, FastAPI
from flask import Blueprint, Flask, request

app = FastAPI()
router = APIRouter()
bp = Blueprint("accounts", __name__)
_cache = {}
_pending = []
_seen = set()
_sequence = 0
_locked = {}
_lock = threading.Lock()
LIMITS = {"daily": 50000}


@app.get("/accounts/{number}")
def account(number):
    if number not in _cache:
        _cache[number] = load(number)  # flag
    return _cache[number]


@router.post("/transfers")
async def transfer(body):
    _pending.append(body)  # flag
    return {"accepted": True}


@bp.route("/sequence")
def sequence():
    global _sequence
    _sequence += 1  # flag
    return str(_sequence)


def remember(request):
    _seen.add(request.GET["order"])  # flag
    return HttpResponse("ok")


class AccountView(View):
    def post(self, request):
        _cache.update(request.POST)  # flag
        return HttpResponse("ok")


@shared_task
def settle(order):
    _cache.pop(order, None)  # flag


def collect(entry, entries=[]):  # flag
    entries.append(entry)
    return entries


def group(entry, groups={}):  # flag
    groups.setdefault(entry.account, []).append(entry)
    return groups


def unique(order, seen=set()):  # flag
    if order in seen:
        return False
    seen.add(order)
    return True


class Batch:
    def __init__(self, entries=list()):  # flag
        self.entries = entries


class Session:
    accounts = []  # flag

    def add(self, account):
        self.accounts.append(account)


@app.get("/locked/{number}")
def locked(number):
    with _lock:
        _locked[number] = load(number)  # near: under a lock
    return _locked[number]


@app.get("/limits")
def limits():
    return LIMITS["daily"]  # near: only read


def fill():
    _cache["start"] = 1  # near: no request


_cache["first"] = 0  # near: when the module is loaded


@app.get("/own")
def own():
    cache = {}
    cache["a"] = 1  # near: a local
    return cache


def default_none(entry, entries=None):  # near: no default is shared
    entries = entries or []
    entries.append(entry)
    return entries


def default_tuple(entry, tags=()):  # near: cannot be changed
    return [entry, *tags]


@dataclass
class Order:
    lines: list = field(default_factory=list)  # near: one list an order


class Own:
    items = []  # near: bound anew for each object

    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
