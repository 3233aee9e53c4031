export const fee = (amount, rate = 2, ...rest) => amount * rate;
const g = async function (a) { if (!a) { return; } log.info(a); return await fetch(a.url); };
export default function h({ a, b }, c, d = {}) {
  if (c < 0) { throw new RangeError("c is negative"); }
  return { a, b, c, d };
}
class Account extends Base {
  static async load(id, timeoutMs = 500) { return await db.query("SELECT * FROM accounts", id); }
  constructor(owner) { super(); this.owner = owner; }
  get size() { return this.owner.length; }
  *items() { yield 1; }
  isOpen(x) { return x === this.owner; }
}
