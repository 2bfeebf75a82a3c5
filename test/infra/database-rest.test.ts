import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { cronJobs, cronOf } from "../../infra/database-rest";
import { useFolder } from "../support/folder";
import { configOf, type Registered } from "../support/pulumi";
import { recorded } from "../support/recorded";

const config = configOf("dev");
const hours = config.cost.workingHours;
if (hours === undefined) throw new Error("dev has working hours");
const jobs = cronJobs(config, hours);

describe("databases outside working hours [H4.3]", () => {
  const folder = useFolder();

  /** Runs a script with a `curl` that writes down what it is asked and answers as EKS would; waits cost nothing. */
  function run(which: keyof typeof jobs, tags: readonly (object | undefined)[]) {
    const bin = path.join(folder(), "bin");
    fs.mkdirSync(bin, { recursive: true });
    tags.forEach((given, index) =>
      fs.writeFileSync(
        path.join(folder(), `cluster-${index}`),
        given === undefined ? "" : JSON.stringify({ cluster: { tags: given } }),
      ),
    );
    const curl = `#!/bin/bash
IN="$(cat)"; URL="\${@: -1}"
printf '%s\\n' "$*" >> "${folder()}/asked"
case "$URL" in
  http://agent) printf '{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T"}';;
  https://eks.*) N="$(cat "${folder()}/turn" 2>/dev/null || echo 0)"; echo $((N + 1)) > "${folder()}/turn"
    [[ "$IN" == *'user = "A:S"'* && "$IN" == *'x-amz-security-token: T'* ]] || exit 22
    [ -s "${folder()}/cluster-$N" ] || exit 22; cat "${folder()}/cluster-$N";;
esac
`;
    fs.writeFileSync(path.join(bin, "curl"), curl, { mode: 0o700 });
    fs.writeFileSync(path.join(bin, "sleep"), `#!/bin/bash\necho "$1" >> "${folder()}/slept"\n`, { mode: 0o700 });
    fs.writeFileSync(path.join(folder(), "token"), "agent-token");
    const [container] = jobs[which].jobTemplate.spec.template.spec.containers;
    const { status } = spawnSync("/bin/bash", ["-c", container?.command[2] ?? ""], {
      env: {
        PATH: `${bin}:/usr/bin:/bin`,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://agent",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: path.join(folder(), "token"),
        ...Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value])),
      },
    });
    const read = (name: string) => {
      const file = path.join(folder(), name);
      return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    };
    return { status, patched: read("asked").filter((line) => line.includes("PATCH")), slept: read("slept") };
  }

  it("hibernate in the evening: one annotation of one Cluster", () => {
    const { status, patched } = run("database-evening", [{ environment: "dev" }]);
    expect(status).to.equal(0);
    expect(patched).to.have.length(1);
    expect(patched[0]).to.include('{"metadata":{"annotations":{"cnpg.io/hibernation":"on"}}}');
    expect(patched[0]).to.match(/\/apis\/postgresql\.cnpg\.io\/v1\/namespaces\/checkout-database\/clusters\/checkout$/);
  });
  it("stay awake while a release or a test holds the environment, and hibernate when that ends", () => {
    const held = { "slipway-hold-until": "2999-01-01T00:00:00Z" };
    const { status, patched, slept } = run("database-evening", [
      held,
      held,
      { "slipway-hold-until": "2001-01-01T00:00:00Z" },
    ]);
    expect(status).to.equal(0);
    expect(slept).to.deep.equal(["60", "60"]);
    expect(patched).to.have.length(1);
  });
  it("are not held by a text that is no time", () =>
    expect(run("database-evening", [{ "slipway-hold-until": "until Friday" }]).patched).to.have.length(1));
  it("stay awake where nobody can say whether there is a hold, and the Job fails", () => {
    const { status, patched } = run("database-evening", [undefined]);
    expect(status).to.not.equal(0);
    expect(patched).to.deep.equal([]);
  });
  it("are brought back in the morning, whoever holds what", () => {
    const { status, patched } = run("database-morning", []);
    expect(status).to.equal(0);
    expect(patched[0]).to.include('"cnpg.io/hibernation":"off"');
  });
  it("keep to the wall clock of the zone, and end before the next morning", () => {
    expect(cronOf(["sunday", "friday"], "18:45")).to.equal("45 18 * * 0,5");
    expect(jobs["database-evening"]).to.include({ schedule: "0 20 * * 1,2,3,4,5", timeZone: "Europe/Berlin" });
    expect(jobs["database-morning"]).to.include({ schedule: "0 7 * * 1,2,3,4,5", timeZone: "Europe/Berlin" });
    expect(jobs["database-evening"].jobTemplate.spec.activeDeadlineSeconds).to.equal(10 * 3600);
  });

  describe("as declared", () => {
    let seen: Registered[];
    before(async () => {
      seen = (await recorded("dev", config)).seen;
    });
    const inputsOf = (type: string, name: string) =>
      seen.find((one) => one.type.endsWith(type) && one.name === name)?.inputs;

    it("may read and change one Cluster, and ask EKS for one cluster", () => {
      expect(inputsOf("v1:Role", "cost-database-rest")?.["rules"]).to.deep.equal([
        {
          apiGroups: ["postgresql.cnpg.io"],
          resources: ["clusters"],
          resourceNames: ["checkout"],
          verbs: ["get", "patch"],
        },
      ]);
      const policy = JSON.parse(String(inputsOf("RolePolicy", "cost-database-rest-role")?.["policy"])) as {
        Statement: { Action: string[]; Resource: string[] }[];
      };
      expect(policy.Statement.flatMap(({ Action }) => Action)).to.deep.equal(["eks:DescribeCluster"]);
      expect(policy.Statement[0]?.Resource[0]).to.match(/:cluster\/slipway-dev$/);
    });
    it("are given time before their nodes go", () => {
      const machine = JSON.parse(String(inputsOf("StateMachine", "cost-evening")?.["definition"])) as {
        States: Record<string, { Default?: string; Next?: string; Seconds?: number }>;
      };
      expect(machine.States["Held"]?.Default).to.equal("Databases");
      expect(machine.States["Databases"]).to.include({ Seconds: 300, Next: "Rest system" });
    });
    it("never hibernate in production, nor where AWS runs them", async () => {
      const names = (all: readonly Registered[]) =>
        all.filter(({ name }) => /database-(rest|evening|morning)/.test(name));
      expect(names(seen)).to.not.have.length(0);
      const production = await recorded("production");
      expect(names(production.seen)).to.deep.equal([]);
      const postgres = { ...config.stateful.postgres, engine: "rds" as const, diskGib: 100 };
      const managed = await recorded("dev", { ...config, stateful: { ...config.stateful, postgres } });
      expect(names(managed.seen)).to.deep.equal([]);
    });
  });
});
