# -*- coding: latin-1 -*-
def transfer_fee(amount):
    return amount * 2
