import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import type { buildPlatform } from "../../../infra/platform";
import { valueOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const environments = ["dev", "staging", "production"] as const;

describe("phase 19: service levels and alerts", () => {
  const built: Record<string, Registered[]> = {};
  const shown: Record<string, Registered["inputs"][]> = {};
  let outputs: ReturnType<typeof buildPlatform>;
  before(async () => {
    for (const environment of environments) {
      const { seen, result } = await recorded(environment);
      built[environment] = seen.filter(({ name }) => name.startsWith("slos-"));
      shown[environment] = seen
        .filter(
          ({ type, inputs }) => type.endsWith(":ConfigMap") && JSON.stringify(inputs).includes('"grafana_dashboard"'),
        )
        .map(({ inputs }) => inputs);
      outputs = result;
    }
  });
  const inputsOf = (name: string, environment = "production", type = "") =>
    built[environment]?.find((one) => one.name === name && one.type.includes(type))?.inputs ?? {};

  it("[A12.3] keeps addresses in the central store, read by an ExternalSecret and never written down", () => {
    expect(inputsOf("slos-receivers", "production", "secret:Secret")).to.include({
      name: "slipway/production/alert-receivers",
    });
    const { spec } = inputsOf("slos-receivers", "production", "ExternalSecret") as {
      spec: { data: { secretKey: string; remoteRef: { key: string } }[] };
    };
    expect(spec.data.map(({ secretKey }) => secretKey)).to.include.members(["slack-url", "pagerduty-on-call"]);
    expect(spec.data[0]?.remoteRef.key).to.equal("slipway/production/alert-receivers");
    const written = (built["production"] ?? []).filter(({ type }) =>
      /PrometheusRule|AlertmanagerConfig|ConfigMap/.test(type),
    );
    expect(JSON.stringify(written)).to.not.match(/hooks\.slack\.com/);
  });
  it("[B1.2] lets a secret that was deleted by mistake be had back, except in dev", () => {
    const days = environments.map(
      (environment) => inputsOf("slos-receivers", environment, "secret:Secret")["recoveryWindowInDays"],
    );
    expect(days).to.deep.equal([0, 30, 30]);
  });
  it("[B6.7] [B6.8] gives Grafana's sidecar each dashboard in a ConfigMap of its own, small enough to be applied", () => {
    for (const environment of environments) {
      const maps = (built[environment] ?? []).filter(({ type }) => type.endsWith(":ConfigMap"));
      expect(maps).to.have.length({ dev: 3, staging: 5, production: 9 }[environment]);
      for (const { inputs } of maps) {
        expect(inputs).to.have.nested.property("metadata.labels.grafana_dashboard", "1");
        expect(JSON.stringify(inputs["data"]).length).to.be.below(250_000);
      }
    }
  });
  it("gives every dashboard of the platform a name, a file and a uid that no other has", () => {
    for (const environment of environments) {
      const boards = (shown[environment] ?? []).map((inputs) => {
        const [[file, text] = ["", "{}"]] = Object.entries(inputs["data"] as Record<string, string>);
        const { name } = inputs["metadata"] as { name: string };
        return { name, file, uid: (JSON.parse(text) as { uid: string }).uid };
      });
      for (const key of ["name", "file", "uid"] as const)
        expect(new Set(boards.map((board) => board[key])).size, key).to.equal(boards.length);
    }
  });
  it("draws nothing that is no PromQL, whichever phase draws it", () => {
    let looked = 0;
    const wrong = (shown["production"] ?? []).flatMap((inputs) => {
      const told = Object.values(inputs["data"] as Record<string, string>).join();
      const queries = [...told.matchAll(/"expr": ?("(?:[^"\\]|\\.)*")/g)].map(
        ([, text = '""']) => JSON.parse(text) as string,
      );
      looked += queries.length;
      return queries.filter((query) => {
        let broken = false;
        parser.parse(query).iterate({ enter: ({ type }) => void (broken ||= type.isError) });
        return broken;
      });
    });
    expect(wrong).to.deep.equal([]);
    expect(looked).to.be.above(50);
  });
  it("[A19.1] tells later steps what is promised and which alerts there are", async () => {
    expect(await valueOf(outputs.slos)).to.deep.include({
      objectives: [
        { name: "availability", target: 0.999 },
        { name: "latency", target: 0.99 },
      ],
      rules: ["slipway-indicators", "slipway-alerts"],
      addresses: { secret: "alert-receivers", path: "slipway/production/alert-receivers" },
    });
    expect((await valueOf(outputs.slos)).receivers).to.include("monitoring/slipway/on-call");
  });
});
