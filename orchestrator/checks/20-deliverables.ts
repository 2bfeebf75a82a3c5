import type { Bucket } from "./aws/reader";
import type { CheckContext, Diagnosis, PhaseCheck } from "./check";
import { diagnosis, examine, type Offence } from "./finding";

/** Phase 20: what proves the platform is kept where nobody can rewrite it. */
export const deliverablesCheck: PhaseCheck = {
  async verify(context) {
    const finding = await examine(
      { requirement: "A20.1", title: "evidence is kept where nobody can change or read it unasked" },
      async () => {
        const { deliverables } = context.outputs;
        const wrong = await offences(context);
        return { looked: 1, wrong, detail: `${deliverables.bucket} keeps every version ${deliverables.keptDays} days` };
      },
    );
    return [finding];
  },
  async diagnose(context): Promise<Diagnosis[]> {
    const wrong = await offences(context);
    return diagnosis(
      "A20.1",
      "the bucket of the evidence is not as the program declares it: somebody changed it by hand",
      "run slipway preview to see what, and slipway bootstrap to set it back; the audit log says who it was",
      wrong.map(({ subject }) => subject),
    );
  },
};

async function offences({ clients, outputs }: CheckContext): Promise<Offence[]> {
  const { bucket: name, keyArn, keptDays } = outputs.deliverables;
  const bucket = await clients.aws.bucket(name);
  if (bucket === undefined) return [{ subject: name, reason: "there is no such bucket" }];
  return lacking(bucket, keyArn, keptDays).map((reason) => ({ subject: name, reason }));
}

function lacking(bucket: Bucket, keyArn: string, keptDays: number): string[] {
  return [
    ...(bucket.private ? [] : ["public access is not blocked in all four ways"]),
    ...(bucket.versioned ? [] : ["it keeps no versions"]),
    ...(bucket.keyArn === keyArn ? [] : [`it encrypts with ${bucket.keyArn ?? "no key of ours"}`]),
    ...(bucket.lockedDays >= keptDays ? [] : [`it locks for ${bucket.lockedDays} days, not ${keptDays}`]),
  ];
}
