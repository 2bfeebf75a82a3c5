import { expect } from "chai";
import { ConfigError, fromText, parseConfig, type Mistake } from "../../../infra/config";
import { configOf, rawConfig } from "../../support/pulumi";

/** The mistakes of an environment's configuration after a change to its raw values. */
function mistakesAfter(
  environment: string,
  change: (raw: Record<string, Record<string, unknown>>) => unknown,
): readonly Mistake[] {
  const raw = structuredClone(rawConfig(environment)) as Record<string, Record<string, unknown>>;
  change(raw);
  try {
    parseConfig(raw, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  for (const environment of ["dev", "staging", "production"]) {
    it(`accepts Pulumi.${environment}.yaml as it stands`, () =>
      expect(configOf(environment).environment).to.equal(environment));
  }

  const table: Readonly<
    Record<
      string,
      [
        environment: string,
        key: string,
        rule: RegExp,
        change: (raw: Record<string, Record<string, unknown>>) => unknown,
      ]
    >
  > = {
    "a missing key": ["dev", "domain", /required/, (raw) => delete raw["domain"]],
    "a missing nested key": ["dev", "network.cidr", /required/, (raw) => delete raw["network"]?.["cidr"]],
    "an unknown environment [B1.5]": [
      "dev",
      "environment",
      /dev|expected/i,
      (raw) => (raw["environment"] = "qa" as never),
    ],
    "a stack of another name [B1.5]": [
      "dev",
      "environment",
      /own name/,
      (raw) => (raw["environment"] = "staging" as never),
    ],
    "no word on data systems [A11.1]": ["dev", "stateful", /required/, (raw) => delete raw["stateful"]],
    "no word on one of them [A11.1]": [
      "production",
      "stateful.kafka",
      /required/,
      (raw) => delete raw["stateful"]!["kafka"],
    ],
    "clients that are no namespace [A11.8]": [
      "staging",
      "stateful.postgres.clients[0]",
      /namespace/,
      (raw) => ((raw["stateful"]!["postgres"] as Record<string, unknown>)["clients"] = ["*"]),
    ],
    "a volume that is too small [A11.6]": [
      "staging",
      "stateful.postgres.diskGib",
      /./,
      (raw) => ((raw["stateful"]!["postgres"] as Record<string, unknown>)["diskGib"] = 1),
    ],
    "no owner [A0.4]": ["dev", "owner", /./, (raw) => (raw["owner"] = "" as never)],
    "an owner that no tag can name [B2.3]": [
      "dev",
      "owner",
      /as a tag takes/,
      (raw) => (raw["owner"] = "R&D" as never),
    ],
    "a cost centre that no tag can name [B2.3]": [
      "dev",
      "costCentre",
      /as a tag takes/,
      (raw) => (raw["costCentre"] = "a".repeat(257) as never),
    ],
    "a region of another partition": [
      "dev",
      "region",
      /partition aws/,
      (raw) => (raw["region"] = "us-gov-west-1" as never),
    ],
    "no runbook [A0.4]": ["dev", "runbook", /required/, (raw) => delete raw["runbook"]],
    "a network that is no /16 [B3.1]": [
      "dev",
      "network.cidr",
      /\/16/,
      (raw) => (raw["network"]!["cidr"] = "10.10.0.0/24"),
    ],
    "host bits in the network": ["dev", "network.cidr", /\/16/, (raw) => (raw["network"]!["cidr"] = "10.10.1.0/16")],
    "the range of another environment [B3.2]": [
      "dev",
      "network.cidr",
      /overlaps 10\.30\.0\.0\/16 of production/,
      (raw) => (raw["network"]!["cidr"] = "10.30.0.0/16"),
    ],
    "a peer that overlaps [B3.2]": [
      "dev",
      "network.peers[0]",
      /overlaps/,
      (raw) => (raw["network"]!["peers"] = ["10.10.8.0/24"]),
    ],
    "two zones [A1.1]": ["dev", "network.zones", /./, (raw) => (raw["network"]!["zones"] as string[]).pop()],
    "a zone of another region": [
      "dev",
      "network.zones[2]",
      /a zone of eu-central-1/,
      (raw) => (raw["network"]!["zones"] = ["eu-central-1a", "eu-central-1b", "us-east-1c"]),
    ],
    "a zone named twice": [
      "dev",
      "network.zones",
      /different/,
      (raw) => (raw["network"]!["zones"] = ["eu-central-1a", "eu-central-1a", "eu-central-1b"]),
    ],
    "one NAT gateway outside dev [A1.2]": [
      "production",
      "network.natGateways",
      /per zone/,
      (raw) => (raw["network"]!["natGateways"] = "single"),
    ],
    "a Kubernetes version out of support [A2.1]": [
      "dev",
      "cluster.version",
      /1\.36 or 1\.35/,
      (raw) => (raw["cluster"]!["version"] = "1.33"),
    ],
    "a public endpoint outside dev [A2.4]": [
      "production",
      "cluster.publicAccess.enabled",
      /private/,
      (raw) => (raw["cluster"]!["publicAccess"] = { enabled: true, cidrs: ["203.0.113.0/24"] }),
    ],
    "an endpoint open to the world [A2.4]": [
      "dev",
      "cluster.publicAccess.cidrs[0]",
      /whole world/,
      (raw) => (raw["cluster"]!["publicAccess"] = { enabled: true, cidrs: ["0.0.0.0/0"] }),
    ],
    "an endpoint open to the world in two halves [A2.4]": [
      "dev",
      "cluster.publicAccess.cidrs[1]",
      /whole world/,
      (raw) => (raw["cluster"]!["publicAccess"] = { enabled: true, cidrs: ["0.0.0.0/1", "128.0.0.0/1"] }),
    ],
    "a network with an octet there is not": [
      "dev",
      "cluster.publicAccess.cidrs[0]",
      /network like/,
      (raw) => (raw["cluster"]!["publicAccess"] = { enabled: true, cidrs: ["203.0.300.0/24"] }),
    ],
    "a peer on the addresses of Services [B3.2]": [
      "dev",
      "network.peers[0]",
      /172\.20\.0\.0\/16 of the cluster's Services/,
      (raw) => (raw["network"]!["peers"] = ["172.20.4.0/24"]),
    ],
    "an administrator named twice [A2.2]": [
      "dev",
      "cluster.adminRoleArns[1]",
      /once/,
      (raw) => (raw["cluster"]!["adminRoleArns"] = Array(2).fill("arn:aws:iam::111111111111:role/a")),
    ],
    "an administrator of another account [A2.2]": [
      "dev",
      "cluster.adminRoleArns[1]",
      /one account/,
      (raw) =>
        (raw["cluster"]!["adminRoleArns"] = ["arn:aws:iam::111111111111:role/a", "arn:aws:iam::222222222222:role/b"]),
    ],
    "an administrator who is a developer too [C6.6]": [
      "dev",
      "security.members.developers[0]",
      /a role of its own for each group/,
      (raw) => (raw["security"] = { members: { developers: raw["cluster"]!["adminRoleArns"] } }),
    ],
    "an add-on version that is none": [
      "dev",
      "cluster.addonVersions.coredns",
      /eksbuild/,
      (raw) => (raw["cluster"]!["addonVersions"] = { coredns: "latest" }),
    ],
    "two architectures in one pool [A3.1]": [
      "dev",
      "nodePools.spot.instanceTypes[1]",
      /one architecture/,
      (raw) => ((raw["nodePools"]!["spot"] as { instanceTypes: string[] }).instanceTypes = ["m7g.large", "m7i.large"]),
    ],
    "a GPU in an ordinary pool [A3.1]": [
      "dev",
      "nodePools.general.instanceTypes[0]",
      /only in the pool gpu/,
      (raw) => ((raw["nodePools"]!["general"] as { instanceTypes: string[] }).instanceTypes = ["g6.xlarge"]),
    ],
    "no GPU in the pool gpu [A3.1]": [
      "production",
      "nodePools.gpu.instanceTypes[0]",
      /NVIDIA/,
      (raw) => ((raw["nodePools"]!["gpu"] as { instanceTypes: string[] }).instanceTypes = ["m7i.large"]),
    ],
    "a public endpoint without networks [A2.4]": [
      "dev",
      "cluster.publicAccess.cidrs",
      /names who/,
      (raw) => (raw["cluster"]!["publicAccess"] = { enabled: true, cidrs: [] }),
    ],
    "an administrator that is no role": [
      "dev",
      "cluster.adminRoleArns[0]",
      /role ARN/,
      (raw) => (raw["cluster"]!["adminRoleArns"] = ["me"]),
    ],
    "a staging entry open to the world [B3.1]": [
      "staging",
      "entryPoint.allow[0]",
      /only production/,
      (raw) => (raw["entryPoint"]!["allow"] = ["0.0.0.0/0"]),
    ],
    "untrusted certificates outside dev [A5.4]": [
      "staging",
      "certificates.issuer",
      /trusted/,
      (raw) => (raw["certificates"]!["issuer"] = "letsencrypt-staging"),
    ],
    "no high availability in production [B4.2]": [
      "production",
      "highAvailability",
      /outside dev/,
      (raw) => (raw["highAvailability"] = false as never),
    ],
    "no backup in staging [B4.1]": [
      "staging",
      "backup.enabled",
      /outside dev/,
      (raw) => (raw["backup"]!["enabled"] = false),
    ],
    "daily backups in production [B4.2]": [
      "production",
      "backup.schedule",
      /hourly/,
      (raw) => (raw["backup"]!["schedule"] = "daily"),
    ],
    "a branch in production [A7.2]": [
      "production",
      "gitops.revision",
      /never a branch/,
      (raw) => (raw["gitops"]!["revision"] = "main"),
    ],
    "half a commit in production [A7.2]": [
      "production",
      "gitops.revision",
      /never a branch/,
      (raw) => (raw["gitops"]!["revision"] = "0a1b2c3"),
    ],
    "a repository that is no HTTPS address [A7.2]": [
      "dev",
      "gitops.repository",
      /./,
      (raw) => (raw["gitops"]!["repository"] = "git@git.example.org:platform.git"),
    ],
    "too few nodes [B2.1]": [
      "production",
      "nodePools.general.minimum",
      /at least 10/,
      (raw) => ((raw["nodePools"]!["general"] as { minimum: number }).minimum = 3),
    ],
    "a retention CloudWatch does not have": [
      "dev",
      "monitoring.logRetentionDays",
      /./,
      (raw) => (raw["monitoring"]!["logRetentionDays"] = 8),
    ],
    "a mail address that is none": [
      "dev",
      "certificates.email",
      /mail/,
      (raw) => (raw["certificates"]!["email"] = "platform"),
    ],
    "a production that pages nobody [B6.3]": [
      "production",
      "monitoring.alerts.paging",
      /production pages/,
      (raw) => ((raw["monitoring"]!["alerts"] as Record<string, unknown>)["paging"] = false),
    ],
    "a staging that pages [B6.2]": [
      "staging",
      "monitoring.alerts.paging",
      /nobody is paged for staging/,
      (raw) => ((raw["monitoring"]!["alerts"] as Record<string, unknown>)["paging"] = true),
    ],
    "a staging without mail [B6.2]": [
      "staging",
      "monitoring.alerts.mail",
      /mail beside Slack/,
      (raw) => delete (raw["monitoring"]!["alerts"] as Record<string, unknown>)["mail"],
    ],
    "an inexact chart version [A21.5]": [
      "dev",
      "charts.karpenter",
      /exact/,
      (raw) => (raw["charts"] = { karpenter: "latest" }),
    ],
    "a chart the platform does not install": [
      "dev",
      "charts.nginx",
      /name of a chart/,
      (raw) => (raw["charts"] = { nginx: "1.2.3" }),
    ],
    "a limit below the budget [B5.2]": [
      "dev",
      "budget.limit",
      /not below the budget/,
      (raw) => (raw["budget"]!["limit"] = 499),
    ],
    "a negative budget [B5.1]": ["dev", "budget.compute", /./, (raw) => (raw["budget"]!["compute"] = -1)],
  };
  for (const [title, [environment, key, rule, change]] of Object.entries(table)) {
    it(`refuses ${title}, naming key, rule and fix`, () => {
      const mistake = mistakesAfter(environment, change).find((one) => one.key === key);
      expect(mistake, JSON.stringify(mistakesAfter(environment, change))).to.not.equal(undefined);
      expect(mistake?.rule).to.match(rule);
      expect(mistake?.fix).to.not.equal("");
    });
  }
  it("refuses an unknown key and suggests the one that was meant", () => {
    const [top] = mistakesAfter("dev", (raw) => (raw["domian"] = "x" as never));
    expect(top).to.deep.include({ key: "domian", fix: "did you mean domain?" });
    const [nested] = mistakesAfter("dev", (raw) => (raw["network"]!["natGateway"] = "single"));
    expect(nested).to.deep.include({ key: "network.natGateway", fix: "did you mean natGateways?" });
  });
  it("reports every mistake at once", () => {
    const found = mistakesAfter("production", (raw) => {
      raw["network"]!["cidr"] = "10.10.0.0/16";
      raw["network"]!["natGateways"] = "single";
      raw["backup"]!["schedule"] = "daily";
    });
    expect(found.map(({ key }) => key)).to.deep.equal(["network.cidr", "network.natGateways", "backup.schedule"]);
  });
  it("reports mistakes between keys together with malformed ones, and judges nothing by a malformed key", () => {
    const found = mistakesAfter("production", (raw) => {
      raw["network"]!["natGateways"] = "double";
      raw["backup"]!["schedule"] = "daily";
    });
    expect(found.map(({ key, fix }) => [key, fix])).to.deep.equal([
      ["network.natGateways", "use one of single, per-zone"],
      ["backup.schedule", "set hourly"],
    ]);
  });
  it("lets production alone be open to the world [B3.1]", () => {
    expect(configOf("production").entryPoint.allow).to.deep.equal(["0.0.0.0/0"]);
  });
  it("keeps as text what is meant as text, whatever it looks like", () => {
    expect(fromText("costCentre", "4711")).to.equal("4711");
    expect(fromText("owner", "true")).to.equal("true");
    expect(fromText("highAvailability", "true")).to.equal(true);
    expect(fromText("network", '{"vlan":10}')).to.deep.equal({ vlan: 10 });
  });
  it("fills in the defaults", () => {
    const raw = structuredClone(rawConfig("dev")) as Record<string, Record<string, unknown>>;
    delete raw["networkPolicy"];
    delete raw["cluster"]!["version"];
    expect(parseConfig(raw, "dev")).to.deep.include({ networkPolicy: { plugin: "vpc-cni" } });
    expect(parseConfig(raw, "dev").cluster.version).to.equal("1.36");
  });
});
