import type { Money } from "./money";
import { Account as Acc } from "./account";

/** How a payment runs. */
export enum Rail { Sepa = "SEPA", Swift = "SWIFT", Internal }

export interface Payment extends Identified, Dated {
  readonly id: string;
  amount: Money;
  note?: string;
  /** Validates. */
  validate(strict: boolean): string[];
}

export type Limits = { daily: number; monthly?: number };
type Id = string | number;

/** Base of all channels. */
export abstract class Channel<T> extends Service<T> implements Closable, Auditable {
  @Input() private static readonly retries: number = 3;
  #open = false;
  protected queue?: Payment[];

  constructor(private readonly bank: Bank, public name: string, limit: number) {
    super();
    this.limit = limit;
  }

  abstract send(payment: Payment, signal?: AbortSignal): Promise<Receipt>;

  private static async fees(rail: Rail, ...amounts: Money[]): Promise<Money> {
    return amounts.map((a) => a.times(0.01)).reduce(sum);
  }

  override close(): void { this.#open = false; }
}

export const MAX: number = 5;
export const convert = async (amount: Money, to = "CNY"): Promise<Money> => fx.rate(to).apply(amount);

export function pick({ id }: Payment, [first]: Id[]): Id { return first ?? id; }
