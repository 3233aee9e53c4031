"""Decisions by attributes that are protected."""

FEATURES = ["income", "debt", "gender"]  # flag
PROTECTED_ATTRIBUTES = ["gender", "ethnicity", "religion"]  # near: a list of what must not be used
GENDER_FACTOR = {"M": 1, "F": 2}


def credit_score(applicant):
    score = 600
    if applicant.gender == "F":  # flag
        score -= 20
    return score


def approve(application):
    if application["nationality"] != "CN":  # flag
        return False
    return application["income"] > 5000


def interest_rate(customer):
    rate = 5 if customer.marital_status == "single" else 4  # flag
    return rate


def premium(applicant, base):
    return base * GENDER_FACTOR[applicant.gender]  # flag


def set_limit(customer):
    if customer.age > 55:  # flag
        customer.credit_limit = 10000


def price(customer):
    match customer.ethnicity:  # flag
        case "Han":
            return 100
    return 120


def decide(data):
    decision = "approve" if data.get("religion") == "none" else "reject"  # flag
    return decision


def adjust(applicant):
    applicant.score += REGION_POINTS.get(applicant.native_place, 0)  # flag


def quote(applicant):
    return model.predict([applicant.income, applicant.debt]) + calculate_rate(applicant.gender)  # flag


def eligible(applicant):
    return applicant.income > 5000 and not applicant.is_pregnant  # flag


def 授信额度(客户):
    额度 = 10000
    if 客户.性别 == "女":  # flag
        额度 = 5000
    return 额度


def score_by_record(applicant):
    if applicant.overdue_count > 3:  # near: what was paid
        return 500
    return 650


def salutation(customer):
    return "Mr" if customer.gender == "M" else "Ms"  # near: a form of address


def validate(application):
    if application.gender not in {"M", "F", "X"}:  # near: a check of the form
        raise ValueError("gender")


def loan_allowed(applicant):
    if applicant.age < 18:  # near: the age of legal capacity
        return False
    return applicant.income > 5000


def train(frame):
    return frame.drop(columns=["gender", "religion"])  # near: taken away


def fairness_report(decisions):
    return decisions.groupby("gender").approved.mean()  # near: shows that decisions are fair


def loan_rate(loan):
    if loan.account_age > 5:  # near: how long an account is held
        return 3
    return 4


def price_of(page):
    usage = page.usage  # near: other words
    return usage


def limit_of(cache_age):
    return cache_age * 2  # near: how old a cache is


def log_application(application):
    logger.info("gender %s", application.gender)  # near: nothing hangs on it


def is_sanctioned(customer):
    return customer.nationality in SANCTIONED  # near: the law asks for it


def premium_of(person):
    factor = {"male": 1.0, "female": 1.2}[person.sex]  # flag
    return BASE * factor


def price_feed(region):
    return boto3.client("pricing", region_name=region)  # near: a data centre's region


def shipping_price(order):
    return ZONES[order.region] * order.weight  # near: where a parcel goes
