import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { unwatched } from "../../../orchestrator/checks/stateful-watch";
import { statefulAlerts } from "../../../infra/stateful/alerts";
import { configOf } from "../../support/pulumi";

const system = { kind: "Kafka", namespace: "kafka", name: "events", rules: "kafka" } as const;
const viewOf = (monitors: object[], rules: object | undefined) =>
  ({ list: () => Promise.resolve(monitors), get: () => Promise.resolve(rules) }) as unknown as ClusterView;
const monitor = { spec: { selector: { matchLabels: { "strimzi.io/cluster": "events" } } } };
const group = (rules: readonly object[]) => ({ spec: { groups: [{ rules }] } });

describe("what watches data systems, as the check sees it", () => {
  it("[A11.4] [A11.8] is content with the platform's own rules", async () => {
    const { kafka, postgres } = statefulAlerts(configOf("dev"));
    expect((await unwatched(viewOf([monitor], group(kafka)), [system])).wrong).to.deep.equal([]);
    const database = { kind: "Cluster", namespace: "data", name: "events", rules: "postgres" } as const;
    expect((await unwatched(viewOf([monitor], group(postgres)), [database])).wrong).to.deep.equal([]);
  });
  it("[A11.4] names each thing that nothing watches; a recording rule watches nothing", async () => {
    const recorded = group([{ record: "x", expr: "jvm_memory_used_bytes" }]);
    const reasons = (await unwatched(viewOf([], recorded), [system])).wrong.map(({ reason }) => reason);
    expect(reasons).to.deep.equal([
      "no PodMonitor scrapes it",
      "no alert on heap",
      "no alert on garbage collection",
      "no alert on volume latency",
    ]);
    expect((await unwatched(viewOf([monitor], undefined), [system])).wrong).to.have.length(3);
  });
});
