export function pick<T>(rows: T[], index: number, fallback?: T): T | undefined {
  if (index < 0) throw new RangeError("index");
  return rows[index] ?? fallback;
}
interface Store { load(id: string): Promise<string>; }
