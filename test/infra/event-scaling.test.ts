import { expect } from "chai";
import { kedaValues } from "../../infra/event-scaling";
import { untestedPairs } from "../../infra/skew";
import { configOf } from "../support/pulumi";
import { builtWith, inputsOf, violationsOf } from "../support/option";

const keda = { autoscaling: { eventDriven: "keda" as const } };

describe("scaling by events", () => {
  it("[A13.1] is off in every environment, and then nothing of it is there", async () => {
    for (const environment of ["dev", "staging", "production"])
      expect(configOf(environment).autoscaling.eventDriven, environment).to.equal("none");
    expect((await builtWith("dev", {})).filter(({ name }) => name.includes("keda"))).to.deep.equal([]);
  });
  it("[A13.1] makes KEDA, a namespace and the way to Prometheus, and breaks no rule of production", async () => {
    const seen = await builtWith("production", keda);
    const names = seen.map(({ name }) => name);
    expect(names).to.include.members(["autoscaling-keda", "autoscaling-keda-prometheus"]);
    expect(inputsOf(seen, "autoscaling-keda-prometheus")["spec"]).to.have.nested.property(
      "ingress[0].ports[0].port",
      9090,
    );
    expect(violationsOf("production", seen, /keda/)).to.deep.equal([]);
  });
  it("reaches Kafka only where Kafka names it a client", async () => {
    const { stateful } = configOf("production");
    const reached = async (clients: string[]) => {
      const seen = await builtWith("production", {
        ...keda,
        stateful: { ...stateful, kafka: { ...stateful.kafka, clients } },
      });
      const policy = seen.find(({ name }) => name === "autoscaling-keda-allow-namespaces")?.inputs["spec"];
      return JSON.stringify(policy).includes('"kafka"');
    };
    expect(await reached(["keda"])).to.equal(true);
    expect(await reached([])).to.equal(false);
  });
  it("[B2.4] runs everything twice with budgets where availability counts, and once in dev", () => {
    const [production, dev] = ["production", "dev"].map((environment) => kedaValues(configOf(environment)));
    for (const part of ["operator", "metricsServer", "webhooks"] as const) {
      expect(production?.[part].replicaCount, part).to.equal(2);
      expect(dev?.[part].replicaCount, part).to.equal(1);
    }
    expect(production?.podDisruptionBudget.metricServer).to.deep.equal({ maxUnavailable: 1 });
    expect(dev?.podDisruptionBudget.operator).to.deep.equal({});
  });
  it("[A2.1] is warned of on a Kubernetes that KEDA does not test, and only where it is chosen", () => {
    const told = (change: object) => untestedPairs({ ...configOf("dev"), ...change }).join("\n");
    expect(told(keda)).to.include("keda 2.20.2 × Kubernetes 1.36: its project tests 1.33, 1.34, 1.35");
    expect(told({})).to.not.include("keda");
  });
});
