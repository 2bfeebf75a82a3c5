import { expect } from "chai";
import { parseConfig } from "../../../infra/config";
import { crossCheck } from "../../../infra/config/rules";
import { configOf, rawConfig } from "../../support/pulumi";

describe("rules of what an environment may choose", () => {
  const keysOf = (environment: string, changed: object) =>
    crossCheck({ ...configOf(environment), ...changed }).map(({ key }) => key);

  it("[A13] KEDA is no client of Kafka where it is not there", () => {
    const { stateful } = configOf("production");
    const listed = { stateful: { ...stateful, kafka: { ...stateful.kafka, clients: ["keda"] } } };
    expect(keysOf("production", listed)).to.deep.equal(["stateful.kafka.clients"]);
    expect(keysOf("production", { ...listed, autoscaling: { eventDriven: "keda" } })).to.deep.equal([]);
  });
  it("[A9.2] logs go to networks, never to the world", () => {
    const { monitoring } = configOf("dev");
    const to = (cidrs: string[]) => {
      const destination = { kind: "splunk", host: "logs.corp.example", port: 8088, cidrs };
      const logs = { ...monitoring.logs, shipping: { agent: "vector", destination } };
      return keysOf("dev", { monitoring: { ...monitoring, logs } });
    };
    expect(to(["192.0.2.0/28", "0.0.0.0/0"])).to.deep.equal(["monitoring.logs.shipping.destination.cidrs[1]"]);
    expect(to(["192.0.2.0/28"])).to.deep.equal([]);
  });
  it("[A9.2] each destination has its own port, and names nothing that it does not read", () => {
    const raw = rawConfig("dev");
    const monitoring = raw["monitoring"] as { logs: object };
    const parsed = (destination: object) => {
      const shipping = { agent: "fluent-bit", destination };
      return parseConfig({ ...raw, monitoring: { ...monitoring, logs: { ...monitoring.logs, shipping } } }, "dev")
        .monitoring.logs.shipping?.destination.port;
    };
    const there = { host: "logs.corp.example", cidrs: ["192.0.2.0/28"] };
    expect(parsed({ kind: "splunk", ...there })).to.equal(8088);
    expect(parsed({ kind: "elasticsearch", username: "slipway", ...there })).to.equal(9200);
    expect(() => parsed({ kind: "splunk", token: "secret", ...there })).to.throw(/token/);
    expect(() => parsed({ kind: "logstash", ...there })).to.throw(/username/);
  });
  it("[A6.1] Traefik is not chosen together with what only Envoy Gateway does, and the pair is named", () => {
    const { entryPoint, mesh } = configOf("dev");
    const traefik = { entryPoint: { ...entryPoint, controller: "traefik" as const } };
    const rulesOf = (environment: string, changed: object) =>
      crossCheck({ ...configOf(environment), ...changed }).map(({ key, rule }) => `${key}: ${rule.split(":")[0]}`);
    const alone = { ...traefik, application: undefined, previews: undefined };
    expect(rulesOf("dev", traefik)).to.deep.equal([
      "entryPoint.controller: not together with application.login",
      "entryPoint.controller: not together with previews",
    ]);
    expect(rulesOf("dev", alone)).to.deep.equal([]);
    expect(rulesOf("dev", { ...alone, mesh: { ...mesh, kind: "istio-ambient", demands: ["mutual-tls"] } })).to.include(
      "entryPoint.controller: not together with mesh.kind",
    );
    const production = { entryPoint: { ...configOf("production").entryPoint, controller: "traefik" } };
    expect(rulesOf("production", production)).to.deep.equal([]);
  });
  it("[A4.4] [A10.1] Cilium's rules about HTTP are not chosen together with a mesh, and the pair is named", () => {
    const network = (layer7: boolean) => ({
      networkPolicy: {
        plugin: "cilium-eni" as const,
        cilium: { kubeProxyReplacement: true, layer7, hubble: "nodes" as const },
      },
    });
    const judged = (kind: "linkerd" | "istio-ambient" | "none", layer7: boolean) =>
      crossCheck({ ...configOf("dev"), ...network(layer7), mesh: { kind, namespaces: [], demands: [] } }).map(
        ({ key, rule }) => `${key}: ${rule.split(": what")[0]}`,
      );
    expect(judged("linkerd", true)).to.deep.equal([
      "networkPolicy.cilium.layer7: not together with mesh.kind: linkerd",
    ]);
    expect(judged("istio-ambient", false)).to.deep.equal([]);
    expect(judged("none", true)).to.deep.equal([]);
  });
});
