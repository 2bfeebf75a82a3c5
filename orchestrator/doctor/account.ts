import type { AwsReader } from "../checks/aws/reader";
import type { DoctorItem } from "../rollout/context";
import { VCPU_QUOTA } from "./capacity";

/** Zones a platform spreads over (A1.1). */
const ZONES = 3;

export interface AccountRequest {
  readonly environment: string;
  readonly region: string;
  /** Roles with an access entry of the cluster. */
  readonly adminRoleArns: readonly string[];
  /** Zones that the environment wants to be in. */
  readonly zones: readonly string[];
  /** vCPU of its nodes that are always there. */
  readonly vcpus: number;
  readonly aws: AwsReader;
}

/** Who we are in the account and whether its region can carry the platform (A0.1). Only reads. */
export async function examineAccount({
  environment,
  region,
  adminRoleArns,
  zones: wanted,
  vcpus,
  aws,
}: AccountRequest): Promise<DoctorItem[]> {
  return Promise.all([
    ask({ name: "AWS identity", environment }, async () => {
      const { account, arn } = await aws.identity();
      const mine = roleOf(arn);
      if (mine !== undefined && adminRoleArns.some((role) => roleOf(role) === mine))
        return { status: "ok", detail: `${arn} in account ${account}` };
      // The creator of the cluster gets no rights of its own (A2.2): who is not named cannot go on after phase 2.
      return {
        status: "missing",
        detail: `${arn} is none of the cluster's administrators`,
        remedy: `assume one of ${adminRoleArns.join(", ")}, or add your role to cluster.adminRoleArns in Pulumi.${environment}.yaml`,
      };
    }),
    ask({ name: "zones", environment }, async () => {
      const zones = await aws.availabilityZones();
      const absent = wanted.filter((zone) => !zones.includes(zone));
      if (zones.length >= ZONES && absent.length > 0)
        return {
          status: "missing",
          detail: `this account has no ${absent.join(", ")}; it has ${zones.join(", ")}`,
          remedy: `choose among those in network.zones of Pulumi.${environment}.yaml`,
        };
      if (zones.length >= ZONES) return { status: "ok", detail: `${region}: ${zones.join(", ")}` };
      return {
        status: "missing",
        detail: `${region} offers ${zones.length} zone(s), ${ZONES} needed`,
        remedy: `choose a region with ${ZONES} or more zones in Pulumi.${environment}.yaml`,
      };
    }),
    // A node group that meets the quota fails after half an hour of waiting.
    ask({ name: "vCPU quota", environment }, async () => {
      const allowed = await aws.quota(VCPU_QUOTA.service, VCPU_QUOTA.code);
      if (allowed !== undefined && allowed >= vcpus)
        return { status: "ok", detail: `${allowed} of On-Demand Standard instances, ${vcpus} needed at least` };
      return {
        status: allowed === undefined ? "warning" : "missing",
        detail: `${allowed ?? "an unknown number"} of On-Demand Standard instances, ${vcpus} needed at least`,
        remedy: `aws service-quotas request-service-quota-increase --region ${region} --service-code ${VCPU_QUOTA.service} --quota-code ${VCPU_QUOTA.code} --desired-value ${2 * vcpus}`,
      };
    }),
  ]);
}

async function ask(
  item: { name: string; environment: string },
  look: () => Promise<Pick<DoctorItem, "status" | "detail" | "remedy">>,
): Promise<DoctorItem> {
  try {
    return { ...item, requirement: "A0.1", ...(await look()) };
  } catch (error) {
    return {
      ...item,
      requirement: "A0.1",
      status: "missing",
      detail: `AWS does not answer: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "sign in (aws sso login, or AWS_PROFILE) with rights to read the account, and check the region",
    };
  }
}

/** Account and name of a role, whether it stands as itself (with a path perhaps) or as the session that assumed it. */
function roleOf(arn: string): string | undefined {
  const [, account, name] =
    /^arn:aws[a-z-]*:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(arn) ??
    /^arn:aws[a-z-]*:sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ??
    [];
  return name === undefined ? undefined : `${account}/${name}`;
}
