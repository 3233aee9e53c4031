def classify(amount, limit, vip):
    # vip clients have no limit
    if vip and amount > 0:
        return "vip"
    elif amount > limit:
        return "over"
    if amount == limit:
        return None
    return "ok"
