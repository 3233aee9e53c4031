"""Dates and times without a zone."""

import datetime as dt
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Column, DateTime

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Entry(Base):
    booked_at = Column(DateTime, default=datetime.utcnow)  # flag
    updated_at = Column(DateTime, onupdate=datetime.now)  # flag


@dataclass
class Order:
    created: datetime = field(default_factory=datetime.now)  # flag


def post(entry):
    entry.posted_at = datetime.now()  # flag


def utc(entry):
    entry.booked_at = datetime.utcnow()  # flag


def parse(seconds):
    return datetime.fromtimestamp(seconds)  # flag


def parse_utc(seconds):
    return datetime.utcfromtimestamp(seconds)  # flag


def module(entry):
    return dt.datetime.now() + timedelta(days=1)  # flag


def today(entry):
    entry.value_date = date.today()  # flag


def after_cutoff(cutoff):
    return datetime.now().time() > cutoff  # flag


def settlement_day():
    return dt.date.today() + timedelta(days=2)  # flag


def explicit_none():
    return datetime.now(None)  # flag


def wrong_zone():
    return datetime.now().replace(tzinfo=timezone.utc)  # flag


def business_date():
    return time.strftime("%Y%m%d")  # flag


def frame(df):
    df["trade_time"] = pd.Timestamp.now()  # flag
    return df


def aware():
    return datetime.now(timezone.utc)  # near: a zone


def zoned(entry):
    entry.value_date = datetime.now(tz=SHANGHAI).date()  # near: the bank's zone


def converted():
    return datetime.now().astimezone()  # near: made aware


def utc_replaced():
    return datetime.utcnow().replace(tzinfo=timezone.utc)  # near: made aware, and right


def of_epoch(seconds):
    return datetime.fromtimestamp(seconds, tz=timezone.utc)  # near: a zone


def calendar_year():
    return date.today().year  # near: nothing is booked by it


def elapsed(start):
    return time.monotonic() - start  # near: a duration


def text():
    # datetime.now() in a comment  # near
    return "datetime.now()"


def test_day_of_booking():
    assert post(Entry()).posted_at <= datetime.now()  # near: a test


def epoch_of(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").timestamp()  # flag


def zoned_epoch_of(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S%z").timestamp()  # near: it tells its zone
