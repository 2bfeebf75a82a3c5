/** Calls of the AWS SDK that every service makes alike. */

const continuations = ["NextToken", "nextToken", "NextMarker", "Marker", "PaginationToken"] as const;

/** All items of a listing; AWS names the continuation of a page in several ways. */
export async function pages<
  P extends
    | {
        NextToken?: string | undefined;
        nextToken?: string | undefined;
        NextMarker?: string | undefined;
        Marker?: string | undefined;
        PaginationToken?: string | undefined;
      }
    | object,
  T,
>(ask: (token: string | undefined) => Promise<P>, items: (page: P) => readonly T[] | undefined): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    all.push(...(items(page) ?? []));
    const next = page as Record<(typeof continuations)[number], string | undefined>;
    token = continuations.map((name) => next[name]).find((value) => value !== undefined);
  } while (token !== undefined && token !== "");
  return all;
}

/** What AWS says of a thing that is not there is an answer, not a failure. */
export async function absentOn<T>(code: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}

/** Made when first asked for, and once. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
