import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Report } from "../../orchestrator/report/report";
import { isUp } from "../../orchestrator/sandbox/control-plane/control-plane";
import { ControlPlanes } from "../../orchestrator/sandbox/control-plane/control-planes";
import type { ClusterHost } from "../../orchestrator/sandbox/cluster/host";
import { EmbeddedClusters } from "../../orchestrator/sandbox/cluster/embedded";
import { KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { cli } from "../orchestrator/cli/command-line";
import { useFolder } from "../support/folder";
import { project } from "../support/project";
import { lost, objectsOn } from "./objects";
import { needsBinaries, until } from "./plane";

const CLUSTER = "slipway-dev";
type Kind = "embedded" | "control-plane";

describe("a rehearsal on a real control plane", function () {
  this.timeout(1_200_000);
  needsBinaries();
  const folder = useFolder();
  const state = (kind: Kind) => path.join(folder(), kind);
  const clusters = (kind: Kind) => path.join(state(kind), "rehearsal", "dev", "world", "clusters");

  const slipway = (kind: Kind, ...args: string[]) => at(state(kind), kind, ...args);
  const at = (place: string, kind: Kind, ...args: string[]) =>
    cli(folder(), ...args, ...["--cluster", kind, "--engine", "builtin", "--environment", "dev", "--state-dir", place]);

  /** Every object that somebody wrote on purpose, once nothing is on its way out any more. */
  async function objectsOf(host: ClusterHost): Promise<Map<string, KubeObject>> {
    const api = new KubeApi(await host.ensure(CLUSTER, "1.36"));
    try {
      // A real control plane ends a namespace in its own time, also after the run that asked for it.
      await until(async () => {
        const { items } = await api.list("v1", "Namespace");
        return items.every(({ metadata }) => metadata.deletionTimestamp === undefined);
      });
      return await objectsOn(api);
    } finally {
      api.close();
    }
  }

  it("finds the same as on the embedded API, proven by the real thing, with the same objects in the cluster", async () => {
    project(folder());
    const reports: Report[] = [];
    const objects: Map<string, KubeObject>[] = [];
    for (const kind of ["embedded", "control-plane"] as const) {
      const { exit, out, err } = await slipway(kind, "bootstrap", "--json");
      expect(exit, err).to.equal(0);
      reports.push(JSON.parse(out) as Report);
      const host: ClusterHost & { resume(): Promise<void> } =
        kind === "embedded"
          ? new EmbeddedClusters(clusters(kind))
          : new ControlPlanes({ directory: clusters(kind), variables: process.env });
      await host.resume();
      try {
        objects.push(await objectsOf(host));
      } finally {
        await host.close();
      }
    }
    const [findings, real] = reports.map((report) =>
      report.environments.flatMap(({ steps }) =>
        steps.flatMap((step) =>
          (step.findings ?? []).map(({ requirement, title, verdict }) => `${requirement} ${title}: ${verdict}`),
        ),
      ),
    );
    expect(real).to.deep.equal(findings);
    const [embedded = new Map<string, KubeObject>(), genuine = new Map<string, KubeObject>()] = objects;
    expect(genuine.size, "objects of all twenty phases").to.be.greaterThan(500);
    expect([...genuine.keys()].filter((one) => !embedded.has(one))).to.deep.equal([]);
    expect([...embedded.keys()].filter((one) => !genuine.has(one))).to.deep.equal([]);
    const differing = [...embedded].flatMap(([key, object]) =>
      lost(object, genuine.get(key) as KubeObject).map((what) => `${key} ${what}`),
    );
    expect(differing, "what one says of an object, the other does too").to.deep.equal([]);
    expect(reports[1]?.cluster).to.equal("real control plane");
    const proofs = reports[1]?.environments.flatMap(({ steps }) => steps.map(({ proof }) => proof));
    expect(proofs).to.include("real control plane").and.include("stand-in");
    expect(
      readdirSync(clusters("control-plane")).filter((name) => isUp(path.join(clusters("control-plane"), name))),
      "nothing runs on",
    ).to.deep.equal([]);

    const other = await at(state("control-plane"), "embedded", "verify");
    expect(other.exit, "what is in one cluster is not in the other").to.equal(2);
    expect(other.err).to.include("cluster-kind-differs");

    const gone = await slipway("control-plane", "destroy", "--yes", "--destroy-protected");
    expect(gone.exit, gone.out).to.equal(0);
    expect(existsSync(path.join(clusters("control-plane"), CLUSTER))).to.equal(false);
  });
});
