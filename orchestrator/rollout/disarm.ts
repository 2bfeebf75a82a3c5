import type { PulumiFn } from "@pulumi/pulumi/automation";

/**
 * What AWS itself keeps from being deleted, and the argument that says so. Pulumi's own protection is lifted in the
 * state; these have to be changed in the account first.
 */
const guards: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // The component passes both on to the cluster it makes. One that still logs while it goes would make its log group
  // anew, after the state has forgotten it (terraform-aws-modules/terraform-aws-eks#2763).
  "eks:index:Cluster": { deletionProtection: false, enabledClusterLogTypes: [] },
  "aws:rds/instance:Instance": { deletionProtection: false },
  // A vault that holds a recovery point is not deleted.
  "aws:backup/vault:Vault": { forceDestroy: true },
  // A zone with records is not deleted; what is left in it are names of things that are gone by then.
  "aws:route53/zone:Zone": { forceDestroy: true },
  // A bucket that holds something is not deleted.
  "aws:s3/bucket:Bucket": { forceDestroy: true },
};

/** Types in the state that an update without guards is about. */
const GUARDED_TYPES: readonly string[] = Object.keys(guards).map((type) =>
  type === "eks:index:Cluster" ? "aws:eks/cluster:Cluster" : type,
);

/** Resources that AWS would refuse to delete as they are. */
export function guardedByAws<T extends { readonly type: string }>(resources: readonly T[]): T[] {
  return resources.filter(({ type }) => GUARDED_TYPES.includes(type));
}

/** The same program with those guards off, for one update right before everything is destroyed. */
export function disarmed(program: PulumiFn): PulumiFn {
  return async () => {
    const { runtime } = await import("@pulumi/pulumi");
    runtime.registerStackTransformation(({ type, props, opts }) => {
      const off = guards[type];
      return off && { props: { ...props, ...off }, opts };
    });
    return program();
  };
}
