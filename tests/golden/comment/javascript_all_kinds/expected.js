/**
 * Return the fee: `amount * rate`.
 *
 * Changes nothing outside.
 *
 * @param amount - Goes into `amount * rate`.
 * @param {number} [rate=2] - Goes into `amount * rate`. Default `2`.
 * @param {...*} rest - Ignored by this implementation.
 * @returns `amount * rate`.
 */
export const fee = (amount, rate = 2, ...rest) => amount * rate;
/**
 * Return `undefined` or the result of `fetch(a.url)`.
 *
 * Writes to the log with `log.info`. Sends requests over HTTP with `fetch`. Left early if `!a`.
 *
 * @param a - Decides a branch. Passed to `log.info(a)`.
 * @returns `undefined` or the result of `fetch(a.url)`.
 */
const g = async function (a) { if (!a) { return; } log.info(a); return await fetch(a.url); };
/**
 * Return an object with the keys `a`, `b`, `c` and `d`.
 *
 * @param c - Tested by `c < 0`. Part of `{ a, b, c, d }`.
 * @param {object} [d] - Part of `{ a, b, c, d }`. Default `{}`.
 * @returns {object} An object with the keys `a`, `b`, `c` and `d`.
 * @throws {RangeError} If `c < 0`, with the message `"c is negative"`.
 */
export default function h({ a, b }, c, d = {}) {
  if (c < 0) { throw new RangeError("c is negative"); }
  return { a, b, c, d };
}
/** Account, a kind of `Base`, with `load`, `size`, `items` and `isOpen`. */
class Account extends Base {
  /**
   * Load, given `id` and `timeoutMs`.
   *
   * Reads the table `accounts` by SQL.
   *
   * @param id - Passed to `db.query("SELECT * FROM accounts", id)`.
   * @param {number} [timeoutMs=500] - In milliseconds. Ignored by this implementation. Default
   *     `500`.
   * @returns The result of `db.query("SELECT * FROM accounts", id)`.
   */
  static async load(id, timeoutMs = 500) { return await db.query("SELECT * FROM accounts", id); }
  /**
   * Create a new `Account`.
   *
   * @param owner - Stored as `this.owner`.
   */
  constructor(owner) { super(); this.owner = owner; }
  /**
   * The size: `this.owner.length`.
   *
   * @returns `this.owner.length`.
   */
  get size() { return this.owner.length; }
  /**
   * Yield `1`.
   *
   * @yields `1`.
   */
  *items() { yield 1; }
  /**
   * Return `x === this.owner`.
   *
   * Changes nothing outside.
   *
   * @param x - Tested by `x === this.owner`.
   * @returns `x === this.owner`.
   */
  isOpen(x) { return x === this.owner; }
}
