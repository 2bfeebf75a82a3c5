import { createHash } from "node:crypto";
import * as path from "node:path";
import type { Properties } from "../provider/serve";
import { ObjectLog } from "../object-log";

/** One thing in the account. */
export interface AwsObject {
  /** The id Pulumi knows it by. */
  readonly id: string;
  /** `aws:ec2/vpc:Vpc` */
  readonly type: string;
  /** Who made it: how a resume finds a create that nobody acknowledged. Controllers of the cluster have none. */
  readonly urn: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** What it brings about elsewhere is not done yet. */
  readonly unfinished?: true;
}

/** Regions of the rehearsal with their zones, as EC2 names them. */
export const regions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    "eu-central-1": "abc",
    "eu-west-1": "abc",
    "us-east-1": "abcdf",
    "us-east-2": "abc",
    "us-west-2": "abcd",
    "ap-southeast-1": "abc",
  }).map(([region, letters]) => [region, [...letters].map((letter) => `${region}${letter}`)]),
);

/** The rehearsal's AWS account of one environment: typed objects on disk. */
export class Account {
  private readonly log: ObjectLog<AwsObject>;
  private counter = 0;

  constructor(
    directory: string,
    readonly accountId: string,
    readonly region: string,
    /** The role that everything here is made by. */
    readonly callerArn = `arn:aws:iam::${accountId}:role/rehearsal`,
  ) {
    this.log = new ObjectLog(path.join(directory, "aws.jsonl"));
  }

  get zones(): readonly string[] {
    return regions[this.region] ?? [];
  }
  all(type?: string): AwsObject[] {
    return this.log.values().filter((object) => type === undefined || object.type === type);
  }
  get(id: string, type: string): AwsObject | undefined {
    return this.log.get(`${type}|${id}`);
  }
  put(object: AwsObject): void {
    this.log.put(`${object.type}|${object.id}`, object);
  }
  drop(object: AwsObject): void {
    this.log.drop(`${object.type}|${object.id}`);
  }
  /** Ids made for a URN, oldest first. */
  idsOf(urn: string): string[] {
    return this.all().flatMap((object) => (object.urn === urn ? [object.id] : []));
  }

  /** Hex that looks like AWS's own and is the same in every run of the same world. */
  hex(seed: string, length: number): string {
    return createHash("sha256")
      .update(`${this.accountId}/${seed}/${this.all().length}/${this.counter++}`)
      .digest("hex")
      .slice(0, length);
  }
  arn(service: string, resource: string, regional = true): string {
    return `arn:aws:${service}:${regional ? this.region : ""}:${this.accountId}:${resource}`;
  }

  close(): void {
    this.log.close();
  }
}

/** The account a role lives in. */
export function accountIdOf(roleArn: string): string {
  return roleArn.split(":")[4] ?? "";
}
