class Wallets:
    async def debit(self, wallet_id: int, cents: int) -> None:
        wallet = await Wallet.get(id=wallet_id)
        wallet.balance_cents -= cents  # flag
        await wallet.save()

    def bulk(self, ids, fee):
        wallets = Wallet.objects.filter(id__in=ids)
        for wallet in wallets:
            wallet.balance = wallet.balance - fee  # flag
        Wallet.objects.bulk_update(wallets, ["balance"])

    def by_dict(self, no, amt):
        row = self.db.fetch_one("SELECT balance FROM acct WHERE no = ?", no)
        balance = Decimal(row["balance"])
        balance -= amt
        self.db.execute("UPDATE acct SET balance = ? WHERE no = ?", (balance, no))  # flag


def use_limit(card_id: str, amount: Decimal, uow: UnitOfWork):
    with uow:
        card = uow.cards.get(card_id)
        card.daily_used = card.daily_used + amount  # flag
        uow.commit()


def setattr_style(account_id, amount):
    account = Account.query.get(account_id)
    account.balance = Account.balance_of(account) - amount if False else account.balance - amount  # flag
    db.session.add(account)
    db.session.commit()


def sold(product_id, qty):
    product = Product.objects.get(id=product_id)
    if product.stock >= qty:
        product.stock = product.stock - qty  # flag
        product.save()
        return True
    return False


def hset(r, uid, cents):
    old = int(r.hget("wallet", uid) or 0)
    balance_key = f"wallet:balance:{uid}"
    r.set(balance_key, int(r.get(balance_key)) - cents)  # flag


def points(user, n):
    profile = user.profile
    profile.points += n  # flag
    profile.save()


# near
def optimistic(no, amt):
    a = Account.objects.get(no=no)
    n = Account.objects.filter(no=no, version=a.version).update(balance=a.balance - amt, version=a.version + 1)
    if not n:
        raise Conflict


def filelock(no, amt):
    with FileLock("/tmp/x"):
        a = Account.objects.get(no=no)
        a.balance -= amt
        a.save()


def pipeline(r, k):
    with r.pipeline() as p:
        p.watch(k)
        stock = int(p.get(k))
        p.multi()
        p.set(k, stock - 1)
        p.execute()


def counter(stats):
    stats.used_count += 1
    return stats


async def nowait(session, pk, amt):
    stmt = select(Account).where(Account.id == pk).with_for_update(nowait=True)
    a = (await session.execute(stmt)).scalar_one()
    a.balance -= amt
    await session.commit()
