import { instanceHourly, prices, regionFactor } from "./prices";

/** Kinds of the budgets (B5). */
export type Area = "compute" | "storage" | "network" | "monitoring" | "recovery";
export const areas: readonly Area[] = ["compute", "storage", "network", "monitoring", "recovery"];

export interface CostLine {
  readonly area: Area;
  /** `10 × m7g.4xlarge in general`. */
  readonly what: string;
  /** USD a month. */
  readonly monthly: number;
}
/** What an environment costs a month while nothing scales, in USD. */
export interface Estimate {
  readonly lines: readonly CostLine[];
  readonly byArea: Readonly<Record<Area, number>>;
  readonly total: number;
  /** On top, with every pool that scales at its limit. */
  readonly ceiling: number;
  /** What the figures leave out. */
  readonly gaps: readonly string[];
  readonly asOf: string;
}

/** A resource as a preview plans it. Values that are not known yet are texts like any other. */
export interface PlannedResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** AWS's own month (https://aws.amazon.com/ec2/pricing, 8,760 hours a year). */
const HOURS = 730;
/** What a log group of a platform that idles takes in; measure your own and expect more under load. */
const LOG_GB_A_MONTH = 15;
/** Copies kept of a volume that is backed up: incremental, so far less than one each. */
const SNAPSHOT_SHARE = 1.5;

type Priced = { lines: CostLine[]; ceiling: number; gaps: string[]; readonly awake: number };
/** These cost the same in every region. */
const EVERYWHERE = new Set(["EKS control plane", "KMS key", "hosted zone"]);

/**
 * Monthly cost of what a preview plans, from list prices: an estimate to judge sizes by, not a bill. Pure.
 *
 * @param awake share of the week in which nodes are there (H4.3); 1 around the clock
 */
export function estimate(resources: readonly PlannedResource[], region: string, awake = 1): Estimate {
  const factor = regionFactor(region);
  const backedUp = resources.some(({ type }) => type === "aws:backup/plan:Plan");
  const priced: Priced = { lines: [], ceiling: 0, gaps: [], awake };
  for (const resource of resources) pricing[resource.type]?.(resource, priced, resources);
  const claimed = priced.lines
    .filter(({ what }) => what.startsWith("volumes"))
    .reduce((sum, one) => sum + one.monthly, 0);
  if (backedUp && claimed > 0)
    priced.lines.push({
      area: "recovery",
      what: "snapshots of volumes",
      monthly: (claimed / prices.diskGib) * prices.snapshotGib * SNAPSHOT_SHARE,
    });
  const lines = priced.lines.map((line) => ({
    ...line,
    monthly: cents(line.monthly * (EVERYWHERE.has(line.what) ? 1 : (factor ?? 1))),
  }));
  const sum = (some: readonly CostLine[]) => cents(some.reduce((total, { monthly }) => total + monthly, 0));
  return {
    lines,
    byArea: Object.fromEntries(areas.map((area) => [area, sum(lines.filter((line) => line.area === area))])) as Record<
      Area,
      number
    >,
    total: sum(lines),
    ceiling: cents(priced.ceiling * (factor ?? 1)),
    gaps: [
      ...new Set([
        ...priced.gaps,
        "data transfer, requests and object storage are billed by use",
        ...(factor === undefined ? [`${region} is not in the price table: figures are those of us-east-1`] : []),
      ]),
    ],
    asOf: prices.asOf,
  };
}

const pricing: Readonly<Record<string, (one: PlannedResource, to: Priced, all: readonly PlannedResource[]) => void>> = {
  "aws:eks/cluster:Cluster": (_one, to) => add(to, "compute", "EKS control plane", prices.clusterHourly * HOURS),
  "aws:eks/nodeGroup:NodeGroup": (one, to, all) => {
    const count = number(at(one.inputs, "scalingConfig", "desiredSize"));
    const type = text(list(one.inputs["instanceTypes"])[0]);
    const hourly = instanceHourly(type);
    const group = text(one.inputs["nodeGroupName"]);
    if (hourly === undefined) {
      to.gaps.push(`${type || "an instance type"} of ${group} is not in the price table`);
      return;
    }
    const share = one.inputs["capacityType"] === "SPOT" ? prices.spotShare : 1;
    const rest = to.awake < 1 ? `, ${Math.round(to.awake * 100)} % of the week` : "";
    add(to, "compute", `${count} × ${type} in ${group}${rest}`, count * hourly * share * HOURS * to.awake);
    // A node group and its launch template have one name.
    const template = all.find(
      ({ type, urn }) => type === "aws:ec2/launchTemplate:LaunchTemplate" && nameOf(urn) === nameOf(one.urn),
    );
    const gib = list(template?.inputs["blockDeviceMappings"]).reduce<number>(
      (sum, mapping) => sum + number(at(mapping, "ebs", "volumeSize")),
      0,
    );
    if (gib > 0)
      add(to, "storage", `${count} × ${gib} GiB disks in ${group}${rest}`, count * gib * prices.diskGib * to.awake);
    if (at(template?.inputs, "monitoring", "enabled") === true)
      add(to, "monitoring", `${count} × one-minute metrics in ${group}`, count * prices.detailedMonitoring * to.awake);
  },
  "kubernetes:karpenter.sh/v1:NodePool": (one, to) => {
    const requirements = list(at(one.inputs, "spec", "template", "spec", "requirements"));
    const values = (key: string) =>
      list(
        at(
          requirements.find((requirement) => at(requirement, "key") === key),
          "values",
        ),
      ).map(text);
    const [type = ""] = values("node.kubernetes.io/instance-type");
    const hourly = instanceHourly(type);
    const cores = vcpus(type);
    if (hourly === undefined || cores === undefined) {
      to.gaps.push(
        `${type || "an instance type"} of pool ${text(at(one.inputs, "metadata", "name"))} is not in the price table`,
      );
      return;
    }
    const share = values("karpenter.sh/capacity-type")[0] === "spot" ? prices.spotShare : 1;
    to.ceiling += (number(at(one.inputs, "spec", "limits", "cpu")) / cores) * hourly * share * HOURS * to.awake;
  },
  "aws:ec2/natGateway:NatGateway": (_one, to) =>
    add(to, "network", "NAT gateway with its address", (prices.natGatewayHourly + prices.addressHourly) * HOURS),
  // The entry point's Gateway, whose controller has one load balancer.
  "kubernetes:gateway.networking.k8s.io/v1:Gateway": (_one, to, all) => {
    const zones = all.filter(({ type, urn }) => type === "aws:ec2/subnet:Subnet" && urn.includes("-public-")).length;
    const addresses = zones * prices.addressHourly;
    add(to, "network", `Network Load Balancer in ${zones} zones`, (prices.loadBalancerHourly + addresses) * HOURS);
  },
  "aws:route53/zone:Zone": (_one, to) => add(to, "network", "hosted zone", prices.zone),
  "aws:secretsmanager/secret:Secret": (one, to) =>
    add(to, "storage", `secret ${text(one.inputs["name"])}`, prices.secret),
  "aws:kms/key:Key": (_one, to) => add(to, "storage", "KMS key", prices.key),
  "aws:cloudwatch/logGroup:LogGroup": (one, to) =>
    add(to, "monitoring", `logs ${text(one.inputs["name"])}`, LOG_GB_A_MONTH * prices.logGb),
  "kubernetes:helm.sh/v3:Release": (one, to) => {
    const gib = claims(one.inputs["values"]);
    if (gib > 0) add(to, "storage", `volumes of ${text(one.inputs["name"])}, ${gib} GiB`, gib * prices.diskGib);
  },
  "kubernetes:kafka.strimzi.io/v1:KafkaNodePool": (one, to) => {
    const each = list(at(one.inputs, "spec", "storage", "volumes")).reduce<number>(
      (sum, volume) => sum + gibibytes(at(volume, "size")),
      0,
    );
    const gib = number(at(one.inputs, "spec", "replicas")) * each;
    add(to, "storage", `volumes of Kafka, ${gib} GiB`, gib * prices.diskGib);
  },
  "kubernetes:postgresql.cnpg.io/v1:Cluster": (one, to) => {
    const each = gibibytes(at(one.inputs, "spec", "storage", "size"));
    const gib = number(at(one.inputs, "spec", "instances")) * each;
    add(to, "storage", `volumes of Postgres, ${gib} GiB`, gib * prices.diskGib);
  },
  "aws:rds/instance:Instance": (one, to) => {
    const given = text(one.inputs["instanceClass"]);
    const hourly = instanceHourly(given.replace(/^db\./, ""));
    const copies = one.inputs["multiAz"] === true ? 2 : 1;
    const gib = number(one.inputs["allocatedStorage"]);
    const what = `${copies === 2 ? "2 × " : ""}${given} of ${text(one.inputs["identifier"])}`;
    if (hourly === undefined) to.gaps.push(`${given || "an instance class"} of RDS is not in the price table`);
    else add(to, "compute", what, copies * hourly * prices.databaseShare * HOURS);
    add(to, "storage", `volumes of RDS, ${copies * gib} GiB`, copies * gib * prices.databaseGib);
    // The password that AWS keeps for it.
    if (one.inputs["manageMasterUserPassword"] === true) add(to, "storage", "secret of RDS", prices.secret);
  },
  "kubernetes:core/v1:PersistentVolumeClaim": (one, to) => {
    const gib = gibibytes(at(one.inputs, "spec", "resources", "requests", "storage"));
    add(to, "storage", `volumes claimed, ${gib} GiB`, gib * prices.diskGib);
  },
};

function add(to: Priced, area: Area, what: string, monthly: number): void {
  to.lines.push({ area, what, monthly });
}
const cents = (dollars: number) => Math.round(dollars * 100) / 100;
const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => (Number.isFinite(Number(value)) ? Number(value) : 0);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined),
    value,
  );
}

/** A `large` has two vCPU in every family of the table. */
function vcpus(type: string): number | undefined {
  const hourly = instanceHourly(type);
  const large = instanceHourly(`${type.split(".")[0]}.large`);
  return hourly === undefined || large === undefined ? undefined : Math.round((hourly / large) * 2);
}

/** GiB of a Kubernetes quantity; what is none counts nothing. */
function gibibytes(quantity: unknown): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$/.exec(text(quantity)) ?? [];
  const size: Readonly<Record<string, number>> = { Mi: 1 / 1024, Gi: 1, Ti: 1024 };
  return amount === "" ? 0 : Number(amount) * (size[unit] ?? 0);
}

/**
 * Storage that a chart's values ask for, wherever the chart keeps its claim templates: `storage` of a claim, `size` of a
 * persistence or of a volume of Vault that is on, once for each of the replicas named beside or around it.
 */
function claims(values: unknown, copies = 1): number {
  if (Array.isArray(values)) return values.reduce<number>((sum, item) => sum + claims(item, copies), 0);
  if (typeof values !== "object" || values === null) return 0;
  // Vault keeps its number of members, and what is on or off, one level below its volumes.
  const named = at(values, "replicas") ?? at(values, "ha", "replicas");
  const each = typeof named === "number" && named >= 0 ? named : copies;
  return Object.entries(values).reduce((sum, [key, value]) => {
    const kept = key === "persistence" || key === "dataStorage" || key === "auditStorage";
    const size = kept && at(value, "enabled") === true ? gibibytes(at(value, "size")) : 0;
    const own = key === "storage" ? gibibytes(value) : 0;
    return sum + (own + size) * each + claims(value, each);
  }, 0);
}
