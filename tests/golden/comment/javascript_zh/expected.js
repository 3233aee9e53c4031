/**
 * 返回费用：`amount * rate`。
 *
 * 不修改任何外部状态。
 *
 * @param amount - 金额。参与 `amount * rate` 的计算。
 * @param {number} [rate=2] - 利率。参与 `amount * rate` 的计算。默认值为 `2`。
 * @param {...*} rest - 此实现不使用它。
 * @returns `amount * rate`。
 */
export const fee = (amount, rate = 2, ...rest) => amount * rate;
/**
 * 返回 `undefined` 或 `fetch(a.url)` 的结果。
 *
 * 通过 `log.info` 写日志。通过 `fetch` 发送网络请求。若 `!a` 则提前返回。
 *
 * @param a - 决定执行哪个分支。传给 `log.info(a)`。
 * @returns `undefined` 或 `fetch(a.url)` 的结果。
 */
const g = async function (a) { if (!a) { return; } log.info(a); return await fetch(a.url); };
/**
 * 返回含键 `a`、`b`、`c` 和 `d` 的对象。
 *
 * @param c - 通过 `c < 0` 判断。是 `{ a, b, c, d }` 的一部分。
 * @param {object} [d] - 是 `{ a, b, c, d }` 的一部分。默认值为 `{}`。
 * @returns {object} 含键 `a`、`b`、`c` 和 `d` 的对象。
 * @throws {RangeError} 若 `c < 0`，消息为 `"c is negative"`。
 */
export default function h({ a, b }, c, d = {}) {
  if (c < 0) { throw new RangeError("c is negative"); }
  return { a, b, c, d };
}
/** 账户，提供 `load`、`size`、`items` 和 `isOpen`。 */
class Account extends Base {
  /**
   * 根据 `id` 和 `timeoutMs` 加载。
   *
   * 通过 SQL 读取数据表 `accounts`。
   *
   * @param id - 标识。传给 `db.query("SELECT * FROM accounts", id)`。
   * @param {number} [timeoutMs=500] - 此实现不使用它。单位为毫秒。默认值为 `500`。
   * @returns `db.query("SELECT * FROM accounts", id)` 的结果。
   */
  static async load(id, timeoutMs = 500) { return await db.query("SELECT * FROM accounts", id); }
  /**
   * 创建账户对象。
   *
   * @param owner - 户主。保存到 `this.owner`。
   */
  constructor(owner) { super(); this.owner = owner; }
  /**
   * 大小：`this.owner.length`。
   *
   * @returns `this.owner.length`。
   */
  get size() { return this.owner.length; }
  /**
   * 逐个产生各项。
   *
   * @yields `1`。
   */
  *items() { yield 1; }
  /**
   * 返回 `x === this.owner`。
   *
   * 不修改任何外部状态。
   *
   * @param x - 通过 `x === this.owner` 判断。
   * @returns `x === this.owner`。
   */
  isOpen(x) { return x === this.owner; }
}
