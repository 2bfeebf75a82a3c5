/** A stand-in for `what` that has the given members only: whatever else the tested code asks it for is an error. */
export function strict<T extends object>(what: string, members: Partial<T>): T {
  return new Proxy(members, {
    get(target, key) {
      // Asked by `await` of everything, and by the printing of a failed assertion.
      if (typeof key === "symbol" || key === "then" || key === "toJSON" || key === "constructor") return undefined;
      if (key in target) return target[key as keyof T];
      throw new Error(`unexpected use of ${what}.${key}`);
    },
  }) as T;
}
