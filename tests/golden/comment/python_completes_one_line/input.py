def fee(amount, rate):
    'What the bank takes.'
    return amount * rate
