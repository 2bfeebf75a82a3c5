/**
 * List prices in USD, without taxes, discounts, savings plans or the free tier. Those of us-east-1, with a factor per
 * region: AWS prices regions apart by nearly the same share for everything here. Instances of one family cost in
 * proportion to their size.
 */
export const prices = {
  /** Day of the public list prices (https://aws.amazon.com/pricing) in this table. */
  asOf: "2026-06-17",
  /** Instance family → one `large` an hour, Linux, on demand. */
  largeHourly: {
    m6g: 0.077,
    m7g: 0.0816,
    m8g: 0.0898,
    m6i: 0.096,
    m7i: 0.1008,
    c6g: 0.068,
    c7g: 0.0725,
    c7i: 0.0893,
    r6g: 0.1008,
    r7g: 0.1071,
    t4g: 0.0672,
    i8g: 0.1716,
    g6: 0.4024,
    g5: 0.503,
  } as Readonly<Record<string, number>>,
  /** What spot has cost of on demand, roughly; it moves by the hour. */
  spotShare: 0.4,
  clusterHourly: 0.1,
  natGatewayHourly: 0.045,
  /** Every public IPv4 address. */
  addressHourly: 0.005,
  /** A Network Load Balancer with one capacity unit. */
  loadBalancerHourly: 0.0225 + 0.006,
  /** gp3, a GiB-month. */
  diskGib: 0.08,
  /** Snapshots in AWS Backup, a GiB-month. */
  snapshotGib: 0.05,
  /** RDS for PostgreSQL, an instance of one zone by the hour of the same family in EC2; with a standby twice. */
  databaseShare: 2.06,
  /** RDS gp3, a GiB-month of one zone. */
  databaseGib: 0.115,
  key: 1,
  /** Secrets Manager, a secret. */
  secret: 0.4,
  zone: 0.5,
  /** CloudWatch Logs, a GB taken in. */
  logGb: 0.5,
  /** One-minute metrics of one instance: seven metrics. */
  detailedMonitoring: 2.1,
} as const;

/** Region → its prices by those of us-east-1. */
const regions: Readonly<Record<string, number>> = {
  "us-east-1": 1,
  "us-east-2": 1,
  "us-west-2": 1,
  "ca-central-1": 1.1,
  "eu-west-1": 1.11,
  "eu-north-1": 1.06,
  "eu-west-3": 1.17,
  "eu-west-2": 1.17,
  "eu-central-1": 1.2,
  "ap-southeast-1": 1.22,
  "ap-northeast-1": 1.26,
};

/** undefined for a region the table does not know: its figures would be made up. */
export function regionFactor(region: string): number | undefined {
  return regions[region];
}

/** How many `large` an instance size is worth; undefined for sizes that are no multiple, like `metal`. */
function larges(size: string): number | undefined {
  const sizes: Readonly<Record<string, number>> = { medium: 0.5, large: 1, xlarge: 2 };
  const [, times] = /^(\d+)xlarge$/.exec(size) ?? [];
  return times === undefined ? sizes[size] : Number(times) * 2;
}

/** USD an hour, on demand, in us-east-1; undefined for a type the table does not know. */
export function instanceHourly(type: string): number | undefined {
  const [family = "", size = ""] = type.split(".");
  const large = prices.largeHourly[family];
  const count = larges(size);
  return large === undefined || count === undefined ? undefined : large * count;
}
