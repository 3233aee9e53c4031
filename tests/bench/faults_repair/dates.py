"""Days and calendars."""

from datetime import date, timedelta


def is_leap(year):
    """Whether a year has a 29th of February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_30_360(start, end):
    """Days between two (year, month, day) when every month has 30."""
    y1, m1, d1 = start
    y2, m2, d2 = end
    d1 = min(d1, 30)
    if d1 == 30:
        d2 = min(d2, 30)
    return (y2 - y1) * 360 + (m2 - m1) * 30 + (d2 - d1)


def add_months(day, months):
    """The same day so many months later, or the month's last one. Dates as text."""
    start = date.fromisoformat(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month, min(start.day, last)).isoformat()


def next_working_day(day, holidays):
    """The day itself or the first one behind it that is neither at the weekend nor a holiday."""
    current = date.fromisoformat(day)
    while current.weekday() >= 5 or current.isoformat() in holidays:
        current += timedelta(days=1)
    return current.isoformat()


def modified_following(day, holidays):
    """As the next working day, but never into the next month: then the last one before."""
    start = date.fromisoformat(day)
    current = start
    while current.weekday() >= 5 or current.isoformat() in holidays:
        current += timedelta(days=1)
    if current.month != start.month:
        current = start
        while current.weekday() >= 5 or current.isoformat() in holidays:
            current -= timedelta(days=1)
    return current.isoformat()


def working_days(start, end):
    """How many days from start to end (without it) are Monday to Friday."""
    current = date.fromisoformat(start)
    last = date.fromisoformat(end)
    count = 0
    while current < last:
        if current.weekday() < 5:
            count += 1
        current += timedelta(days=1)
    return count


def coupon_dates(start, end, months):
    """Dates every so many months behind start, up to end."""
    dates = []
    number = 1
    current = add_months(start, months)
    while current <= end:
        dates.append(current)
        number += 1
        current = add_months(start, months * number)
    return dates


def quarter_end(day):
    """The last day of the quarter of a date."""
    current = date.fromisoformat(day)
    month = (current.month - 1) // 3 * 3 + 3
    return add_months(date(current.year, month, 1).isoformat(), 0)[:8] + ("31" if month in (3, 12) else "30")


def minutes(text):
    """Minutes of a time such as 13:05, 1:05 pm or 12:00 am."""
    text = text.strip().lower()
    half = ""
    if text.endswith("am") or text.endswith("pm"):
        half = text[-2:]
        text = text[:-2].strip()
    hour, minute = map(int, text.split(":"))
    if half == "pm" and hour != 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return hour * 60 + minute


def overlaps(one, other):
    """How many days two spans (first, last) have in common."""
    start = max(one[0], other[0])
    end = min(one[1], other[1])
    return max(0, end - start + 1)
