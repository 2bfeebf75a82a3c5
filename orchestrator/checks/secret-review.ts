import type { SecretRead } from "./aws/reader";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { diagnosis, examine, outside } from "./finding";

/** Reads of one secret by one reader. */
interface Line {
  readonly secret: string;
  readonly reader: string;
  readonly reads: number;
  readonly refused: number;
}

/**
 * H5.2: the audit log of secrets, read by somebody: who read which secret of this environment, how often, and who was
 * refused, one line each in the report. A reader from outside stops nothing, for people may have reasons; it is
 * diagnosed by name.
 */
export async function secretReadsReviewed(context: CheckContext): Promise<Finding> {
  let lines: readonly Line[] = [];
  let ours = new Set<string>();
  const promised = { requirement: "H5.2", title: "who read secrets of this environment is on record, by name" };
  const finding = await outside(
    context,
    examine(promised, async () => {
      [lines, ours] = await Promise.all([readsOf(context), rolesOf(context)]);
      const strangers = lines.filter(({ reader }) => !ours.has(reader));
      const refused = lines.filter((line) => line.refused > 0);
      const detail = `${lines.length} pairs of secret and reader, ${strangers.length} from outside, ${refused.length} refused`;
      return { looked: lines.length, wrong: [], detail };
    }),
  );
  if (lines.length === 0) return finding;
  const rows = lines.map(({ secret, reader, reads, refused }) => [
    secret,
    reader,
    ours.has(reader) ? "add-on" : "outside",
    String(reads),
    String(refused),
  ]);
  const columns = ["secret", "reader", "who", "reads", "refused"];
  return { ...finding, table: { title: "Reads of secrets in the audit log", columns, rows } };
}

/** H5.2: readers that are no add-on of this environment. */
export async function secretReadsCauses(context: CheckContext): Promise<Diagnosis[]> {
  const [lines, ours] = await Promise.all([readsOf(context), rolesOf(context)]);
  return diagnosis(
    "H5.2",
    "the audit log has reads of secrets, or attempts, by somebody who is no add-on of this environment",
    "ask whose role it is; where nobody answers for it, take the right away and rotate the secrets it read",
    lines.filter(({ reader }) => !ours.has(reader)).map(({ secret, reader }) => `${secret} by ${reader}`),
  );
}

async function readsOf({ outputs, clients }: CheckContext): Promise<Line[]> {
  const { prefix } = outputs.secrets;
  const lines = new Map<string, Line>();
  for (const read of await clients.aws.secretReads()) {
    const secret = nameIn(read, prefix);
    if (secret === undefined) continue;
    const key = `${secret} ${read.reader}`;
    const before = lines.get(key) ?? { secret, reader: read.reader, reads: 0, refused: 0 };
    const refused = read.error === undefined ? 0 : 1;
    lines.set(key, { ...before, reads: before.reads + 1 - refused, refused: before.refused + refused });
  }
  return [...lines.values()].sort((a, b) => (`${a.secret} ${a.reader}` < `${b.secret} ${b.reader}` ? -1 : 1));
}

/** A secret's name; whoever reads gives it, or its ARN with six characters that Secrets Manager put after it. */
function nameIn({ secret }: SecretRead, prefix: string): string | undefined {
  const name = secret.startsWith("arn:") ? secret.split(":secret:")[1]?.replace(/-\w{6}$/, "") : secret;
  return name?.startsWith(prefix) === true ? name : undefined;
}

async function rolesOf({ outputs, clients }: CheckContext): Promise<Set<string>> {
  const bound = await clients.aws.podIdentityAssociations(outputs.cluster.name);
  return new Set(bound.map(({ roleArn }) => roleArn));
}
