/** Most answers kept: images and quantities repeat all over a stack, and a hostile one must not fill memory. */
const MOST = 4096;
/** Longest text kept. */
const LONGEST = 512;

/** Remembers what a function made of a text. When full it forgets everything, which costs less than keeping order. */
export function memo<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as T;
    const made = make(text);
    if (text.length > LONGEST) return made;
    if (known.size >= MOST) known.clear();
    known.set(text, made);
    return made;
  };
}
