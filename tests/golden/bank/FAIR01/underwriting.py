"""Decisions by classes, rules, filters, places where people live."""

from django.db import models


def assign_rates(df):
    df.loc[df["ethnicity"] != "HAN", "rate"] += 0.005  # flag
    return df


def precheck(antragsteller):
    if antragsteller.religion in BLOCKED_FAITHS:  # flag
        return Decision.REJECT
    return Decision.CONTINUE


class LoanRules:
    def evaluate(self, app):
        rejected = []
        if app["nationality"] not in ("CN",) or app["hukou"] in BLACK_REGIONS:  # flag
            rejected.append("R07")
        return rejected


RULES = [
    Rule("income", lambda a: a.income > 3000),
    Rule("faith", lambda a: a.religion != "X"),  # flag
]


def is_eligible(applicant):
    return all(rule.check(applicant) for rule in RULES)


class LoanApplication(models.Model):
    def max_amount(self):
        factor = 5 if self.applicant.gender == "M" else 4  # flag
        return self.income * factor


def get_interest_rate(customer, product):
    match customer.religion:  # flag
        case "A":
            return product.rate
        case _:
            return product.rate + Decimal("0.01")


def approve(application):
    blocked = {"Xinjiang", "Tibet"}
    if application.applicant.native_place in blocked:  # flag
        application.status = "DECLINED"
        application.save()
        return
    application.status = "APPROVED"
    application.save()


def refine_offer(offer, client):
    if client.postal_code[:2] in REDLINED:  # flag
        offer.interest_rate += Decimal("0.5")
    return offer


SCORECARD = {
    "income_band": {"A": 30, "B": 10},
    "gender": {"M": 5, "F": 0},  # flag
    "tenure": {"long": 20, "short": 0},
}


def score(applicant):
    return sum(points.get(getattr(applicant, name), 0) for name, points in SCORECARD.items())


RATE_BY_GENDER = {"F": Decimal("0.062"), "M": Decimal("0.058")}


class AutoLoanPricer:
    def __init__(self, curve):
        self.curve = curve

    def price(self, req):
        return self.curve.base(req.term) + RATE_BY_GENDER[req.gender]  # flag


def decide(request):
    reasons = []
    if request.applicant.ethnicity == "R":  # flag
        reasons.append("E01")
    if request.income < 1000:
        reasons.append("I01")
    return "DECLINE" if reasons else "APPROVE"


def risk_grade(cust):
    grade = base_grade(cust)
    if cust.nationality in HIGH_RISK_COUNTRIES:  # flag
        grade = downgrade(grade)
    return grade


@dataclass
class Applicant:
    income: Decimal
    sex: str


def monthly_fee(a: Applicant) -> Decimal:
    return Decimal("3.90") if a.sex == "f" else Decimal("4.90")  # flag


class GenderRule(DeclineRule):
    def matches(self, applicant):
        return applicant.gender == "F" and applicant.income < 3000  # flag


def overdraft_for(customer):
    base = customer.monthly_inflow * 2
    reduction = REDUCTION_BY_PROVINCE.get(customer.province, 0)  # flag
    return base - reduction


def summarize(decisions):  # near: shows that decisions are fair
    """Approval rate per gender for the fairness report."""
    out = {}
    for d in decisions:
        out.setdefault(d.gender, []).append(d.approved)
    return {k: sum(v) / len(v) for k, v in out.items()}


def score(applicant):  # near: the form is not complete
    points = 500
    if applicant.gender is None:
        raise ValueError("gender missing in application form")
    if applicant.overdue > 2:
        points -= 50
    return points


def vat_rate(merchant):  # near: the law of taxes
    if merchant.region == "CANARY":
        return Decimal("0.07")
    return Decimal("0.21")


def quote(policy):  # near: a building's region
    if policy.warehouse_region in FLOOD_ZONES:
        return policy.base * 2
    return policy.base


def route_application(app):  # near: who speaks the language
    """The team that speaks the language of the region."""
    return TEAMS[app.branch.region]


def loan_documents(applicant):  # near: a paper more, no decision
    docs = ["income", "id"]
    if applicant.marital_status == "MARRIED":
        docs.append("spouse_consent")
    return docs


def tax_withheld(customer, gross):  # near: the law of taxes
    if customer.nationality != "US":
        return gross * Decimal("0.30")
    return Decimal(0)


def credit_bureau_request(applicant):  # near: a code that the bureau asks for
    """The bureau's interface asks for M or F."""
    return {"name": applicant.name, "sex": "1" if applicant.gender == "M" else "2"}


def approve(application):  # near: counted
    if application.score < 600:
        return False
    stats.increment("approved", tags={"region": application.region})
    return True


def limit_for(applicant):  # near: the form is not complete
    if applicant.region is None:
        raise MissingField("region")
    return applicant.income * 3


def choose_template(customer):  # near: which letter
    if customer.religion == "islam":
        return "islamic_financing_offer.html"
    return "offer.html"


def rate_limit(request):  # near: how often an address may ask
    if request.region == "EU":
        return 100
    return 50


class LoanForm:
    def fields(self):  # near: the form's fields
        fields = ["name", "gender", "income"]
        if self.applicant.gender == "F":
            fields.append("maiden_name")
        return fields


def quote_currency(customer):  # near: which currency
    if customer.region == "EU":
        return "EUR"
    return "USD"
