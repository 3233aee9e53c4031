/**
 * Return `rows[index] ?? fallback`.
 *
 * @template T - Used in `T[] rows`.
 * @param rows - Read as `rows[index]`.
 * @param index - Tested by `index < 0`. Looked up in `rows`.
 * @param fallback - Decides a branch.
 * @returns `rows[index] ?? fallback`.
 * @throws {RangeError} If `index < 0`, with the message `"index"`.
 */
export function pick<T>(rows: T[], index: number, fallback?: T): T | undefined {
  if (index < 0) throw new RangeError("index");
  return rows[index] ?? fallback;
}
/** Store interface with `load`. */
interface Store {
/**
 * Load, given `id`.
 *
 * @param id - Interpreted by each implementation.
 * @returns Determined by each implementation.
 */
load(id: string): Promise<string>; }
