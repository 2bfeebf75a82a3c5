import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "../bucket";
import type { PlatformConfig } from "../config";
import { accountOf, clusterName, named, type Tags } from "../naming";
import type { DeliverablesOutput } from "../outputs";

export interface DeliverablesArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
}
export type DeliverablesOutputs = {
  readonly [key in keyof DeliverablesOutput]: pulumi.Output<DeliverablesOutput[key]>;
};

/** A yearly audit and the weeks it takes (D7.2 names no number); what proves a disposable environment goes with it. */
const KEPT_DAYS = 400;
const KEPT_DAYS_IN_DEV = 1;

/**
 * Phase 20: where deliveries, reports and the ledger are kept: a bucket in which nothing can be overwritten or deleted
 * before its time, not even by who wrote it (A20, D7.2). What goes in is written by `slipway deliver` and by promotions.
 *
 * The bucket and its key are protected: they are the evidence. Costs 1 USD a month for the key.
 */
export class Deliverables extends pulumi.ComponentResource {
  readonly outputs: DeliverablesOutputs;

  constructor(name: string, { config, tags }: DeliverablesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Deliverables", name, {}, opts);
    const child = { parent: this };
    const disposable = config.environment === "dev";
    const keptDays = disposable ? KEPT_DAYS_IN_DEV : KEPT_DAYS;
    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Evidence of ${clusterName(config)}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: named(tags, `${name}-key`),
      },
      { ...child, protect: true },
    );
    new kms.Alias(
      `${name}-key`,
      { name: `alias/${clusterName(config)}-evidence`, targetKeyId: key.keyId },
      { parent: this },
    );
    const { bucket, ready } = safeBucket(
      `${name}-bucket`,
      {
        bucket: `${clusterName(config)}-evidence-${accountOf(config)}`,
        keyArn: key.arn,
        keepVersionsDays: keptDays,
        disposable,
        lockable: true,
        tags,
      },
      child,
    );
    const lock = new s3.BucketObjectLockConfiguration(
      `${name}-bucket`,
      { bucket: bucket.id, rule: { defaultRetention: { mode: "GOVERNANCE", days: keptDays } } },
      { ...child, dependsOn: [...ready] },
    );
    this.outputs = {
      bucket: lock.bucket,
      keyArn: key.arn,
      keptDays: pulumi.output(keptDays),
    };
    this.registerOutputs({ bucket: bucket.bucket });
  }
}
