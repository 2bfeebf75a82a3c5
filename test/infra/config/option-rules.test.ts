import { expect } from "chai";
import { crossCheck } from "../../../infra/config/rules";
import { configOf } from "../../support/pulumi";

describe("rules of what an environment may choose", () => {
  const keysOf = (environment: string, changed: object) =>
    crossCheck({ ...configOf(environment), ...changed }).map(({ key }) => key);

  it("[A13] KEDA is no client of Kafka where it is not there", () => {
    const { stateful } = configOf("production");
    const listed = { stateful: { ...stateful, kafka: { ...stateful.kafka, clients: ["keda"] } } };
    expect(keysOf("production", listed)).to.deep.equal(["stateful.kafka.clients"]);
    expect(keysOf("production", { ...listed, autoscaling: { eventDriven: "keda" } })).to.deep.equal([]);
  });
});
