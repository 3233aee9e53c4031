import express, { json as body } from "express";
import * as fx from "./fx.js";
import "./polyfill.js";
const fs = require("fs");

/** Rate limits per client. */
export const LIMITS = { burst: 5 }, window = 60;
let cache;
var legacy = null;

/**
 * Posts a transfer.
 */
export async function transfer(from, to, amount = 0, ...notes) {
  const local = await fx.convert(amount);
  const check = (a, { strict }) => a > 0 && strict;
  return check(local, {});
}

const round = (x, places = 2) => Number(x.toFixed(places));
const legacySum = function (rows) { return rows.reduce((a, b) => a + b, 0); };

export default class Ledger extends fx.Book {
  static #count = 0;
  /** Entries of the day. */
  entries = [];

  constructor(day, { currency }) {
    super(day);
    this.day = day;
    this.currency = currency;
  }

  /** Sum of all entries. */
  get total() { return this.entries.map((e) => e.amount).reduce(round); }

  static async load(path) { return new Ledger(JSON.parse(fs.readFileSync(path)), new fx.Options()); }
}

function* pages() { yield 1; }
