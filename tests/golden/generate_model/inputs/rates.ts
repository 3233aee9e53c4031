import { Money } from './money';

export function half(amount: number): number {
  return amount / 2;
}
