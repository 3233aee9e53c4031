def classify(amount, limit, vip):
    // vip clients have no limit
    if vip && amount > 0:
        return "vip"
    else if amount > limit:
        return "over"
    if amount = limit:
        return null
    return "ok"
