import { accountReader } from "./account";
import { auditReader } from "./audit";
import { ec2Reader } from "./ec2";
import { eksReader } from "./eks";
import { elbReader } from "./elb";
import { iamReader } from "./iam";
import type { AwsReader } from "./reader";
import { rdsReader } from "./rds";
import { route53Reader } from "./route53";
import { s3Reader } from "./s3";

export interface SdkReaderOptions {
  readonly region: string;
}

/** Attempts of one call; the SDK backs off between them (throttling is ordinary in a busy account). */
const MAX_ATTEMPTS = 5;

/** A real account through the AWS SDK, with the caller's own credentials. Each client is loaded when first asked. */
export function createSdkReader({ region }: SdkReaderOptions): AwsReader {
  const settings = { region, maxAttempts: MAX_ATTEMPTS };
  return {
    ...accountReader(settings),
    ...auditReader(settings),
    ...ec2Reader(settings),
    ...eksReader(settings),
    ...elbReader(settings),
    ...iamReader(settings),
    ...rdsReader(settings),
    ...route53Reader(settings),
    ...s3Reader(settings),
  };
}
