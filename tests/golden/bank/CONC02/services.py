"""What dependencies, services and coroutines change."""

from contextvars import ContextVar
from decimal import Decimal
from fastapi import APIRouter, Depends, Header
import asyncio
import threading


router = APIRouter()
current_branch = None


def set_branch(x_branch: str = Header()) -> None:
    global current_branch
    current_branch = x_branch  # flag


@router.get("/customers/{customer_id}", dependencies=[Depends(set_branch)])
def products(customer_id: int):
    return repo.products(customer_id, branch=current_branch)


_cache = {}


class RateService:
    def rate(self, pair):
        if pair not in _cache:
            _cache[pair] = self.client.load(pair)  # flag
        return _cache[pair]


_total = Decimal(0)


class PostingService:
    def post(self, entry):
        global _total
        _total += entry.amount  # flag


balances = {}


async def credit(account, amount):
    current = balances.get(account, 0)
    await journal.write(account, amount)
    balances[account] = current + amount  # flag


class Context:
    user = None


def login(name):
    Context.user = name  # flag


branch: ContextVar[str] = ContextVar("branch")


def set_branch(x_branch: str = Header()) -> None:  # near: of each request
    branch.set(x_branch)


_lock = threading.Lock()
_cache = {}


class RateService:
    def rate(self, pair):  # near: under a lock
        with _lock:
            if pair not in _cache:
                _cache[pair] = self.client.load(pair)
            return _cache[pair]


HANDLERS = {}


def register(kind):  # near: filled while it is loaded
    def wrap(func):
        HANDLERS[kind] = func
        return func

    return wrap


_engine = None


def get_engine():  # near: made once
    global _engine
    if _engine is None:
        _engine = create_engine(URL)
    return _engine


_local = threading.local()


def set_user(name):  # near: of each thread
    _local.user = name


class Config:
    endpoints = {"core": "https://core"}

    def url(self, name):  # near: only read
        return self.endpoints[name]


acting_teller = None


def set_teller(request_user=current_user) -> None:
    global acting_teller
    acting_teller = request_user.name  # flag


@router.post("/teller", dependencies=[Depends(set_teller)])
def teller():
    return acting_teller
