import { platform } from "../framework";
import { resourceRule, type Verdict } from "../rule";
import { list, text } from "../setting";
import { at, items, UNKNOWN, type Value } from "../value";

type Settings = { tag: string; residence: string; regions: readonly string[] };
/** Resources that keep data, and where they say that they keep more of it. */
const copies: Readonly<Record<string, readonly [list: string, region: string] | undefined>> = {
  "aws:s3/bucket:Bucket": undefined,
  "aws:s3/bucketV2:BucketV2": undefined,
  "aws:rds/instance:Instance": undefined,
  "aws:rds/cluster:Cluster": undefined,
  "aws:backup/vault:Vault": undefined,
  "aws:ebs/volume:Volume": undefined,
  "aws:efs/fileSystem:FileSystem": undefined,
  "aws:dynamodb/table:Table": ["replicas", "regionName"],
  "aws:secretsmanager/secret:Secret": ["replicas", "region"],
};

/** A copy in another part of the world is under other law from the second it is there (GDPR, chapter V). */
export const europeanDataStaysInEurope = resourceRule<Settings>({
  name: "european-data-stays-in-europe",
  description: "What is tagged as data of European users lies, with every copy, in a European region.",
  severity: "high",
  framework: platform("E5.6", "European user data stays in Europe."),
  requirement: "E5.6",
  remediation: "Create the resource and its replicas in a region that begins with eu-.",
  url: "https://gdpr-info.eu/chapter-5/",
  settings: {
    tag: text("tag that says whose data it is", "data-residency"),
    residence: text("its value for European users", "eu"),
    regions: list("what names of European regions begin with", ["eu-"]),
  },
  applies: (type) => Object.hasOwn(copies, type),
  judge({ type, properties }, verdict, { tag, residence, regions }) {
    const said = at(properties["tags"], tag);
    if (said === UNKNOWN) return verdict.undecided(`tags.${tag}`);
    if (said !== residence) return;
    const look = (place: string, value: Value) => judgeRegion(place, value, regions, verdict);
    look("region", properties["region"]);
    look("availabilityZone", properties["availabilityZone"]);
    const [list, region] = copies[type] ?? [];
    if (list === undefined || region === undefined) return;
    const replicas = items(properties[list]);
    if (replicas === UNKNOWN) return verdict.undecided(list);
    replicas.forEach((replica, index) => look(`${list}[${index}].${region}`, at(replica, region)));
  },
});

/** Without a region of its own a resource lies in the provider's, which the configuration checks. */
function judgeRegion(place: string, value: Value, regions: readonly string[], verdict: Verdict): void {
  if (value === UNKNOWN) verdict.undecided(place);
  else if (typeof value === "string" && value !== "" && !regions.some((one) => value.startsWith(one)))
    verdict.violation(`${place} is outside Europe`);
}
