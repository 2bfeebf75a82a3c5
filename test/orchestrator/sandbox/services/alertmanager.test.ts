import { expect } from "chai";
import { parse } from "yaml";
import type { AlertmanagerConfiguration } from "../../../../orchestrator/checks/alert-routing";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import type { Objects } from "../../../../orchestrator/sandbox/cluster/probes";
import { alertmanager, notificationsOf } from "../../../../orchestrator/sandbox/services/alertmanager";
import { reachesOutside } from "../../../../orchestrator/sandbox/services/outside";
import { prometheus } from "../../../../orchestrator/sandbox/services/prometheus";
import { firingAlerts, ruleGroups } from "../../../../orchestrator/sandbox/services/prometheus-rules";
import { targetsOf } from "../../../../orchestrator/sandbox/services/prometheus-targets";

const OPERATOR = "monitoring.coreos.com";
const object = (apiVersion: string, kind: string, name: string, namespace: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
});
const pod = (name: string, app: string, namespace = "watch", port = 9093): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace,
    labels: { "app.kubernetes.io/name": app, "operator.prometheus.io/name": "main" },
  },
  spec: { containers: [{ name: app, ports: [{ name: "web", containerPort: port }] }] },
  status: { podIP: "100.64.0.1", phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});
const self = pod("alertmanager-0", "alertmanager");
const base: readonly KubeObject[] = [
  self,
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "watch" } },
  object(`${OPERATOR}/v1`, "Prometheus", "main", "watch", { spec: { externalLabels: { cluster: "c" } } }),
  object(`${OPERATOR}/v1`, "Alertmanager", "main", "watch", {
    spec: { alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" } },
  }),
];
const routing = (name: string, namespace: string, way: object): KubeObject =>
  object(`${OPERATOR}/v1alpha1`, "AlertmanagerConfig", name, namespace, {
    spec: {
      route: { receiver: "team", routes: [{ matchers: [{ name: "severity", value: "none" }], receiver: "nobody" }] },
      receivers: [{ name: "nobody" }, { name: "team", ...way }],
    },
  });
const slack = { slackConfigs: [{ apiURL: { name: "addresses", key: "slack" }, channel: "#a" }] };
const mail = { emailConfigs: [{ to: "a@example.com" }] };
const secret = object("v1", "Secret", "addresses", "watch", { data: { slack: "eA==" } });
const rule = (expr: string, labels: object): KubeObject =>
  object(`${OPERATOR}/v1`, "PrometheusRule", "rules", "watch", {
    spec: {
      groups: [
        {
          name: "g",
          rules: [
            { alert: "A", expr, labels },
            { record: "a:b", expr: "up" },
          ],
        },
      ],
    },
  });
const closed = (egress: object[] = []): KubeObject =>
  object("networking.k8s.io/v1", "NetworkPolicy", "closed", "watch", {
    spec: { podSelector: {}, policyTypes: ["Egress"], egress },
  });

describe("the Alertmanager of a rehearsal", () => {
  const world = (...more: KubeObject[]): Objects => {
    const all = [...base, ...more];
    const kind: Objects["kind"] = (_api, wanted, place) =>
      all.filter((one) => one.kind === wanted && (place === undefined || one.metadata.namespace === place));
    return {
      kind,
      find: (api, wanted, name, place) => kind(api, wanted, place).find((one) => one.metadata.name === name),
    };
  };
  const ask = (objects: Objects, path: string) => {
    const { status, body } = alertmanager({ objects, pod: self, url: new URL(path, "http://localhost") });
    return { status, answer: JSON.parse(body) as unknown };
  };
  const loaded = (objects: Objects) => {
    const { answer } = ask(objects, "/api/v2/status");
    return parse((answer as { config: { original: string } }).config.original) as AlertmanagerConfiguration;
  };

  it("has the chart's own configuration where there is no other: nobody hears", () => {
    expect(loaded(world()).receivers).to.deep.equal([{ name: "null" }]);
    expect(notificationsOf(world(rule("vector(1)", {})), "watch")).to.deep.equal([]);
  });
  it("puts an AlertmanagerConfig of its own namespace first, for alerts of all, and goes on to the next", () => {
    const [first, last] = loaded(world(routing("ours", "watch", slack), secret)).route.routes ?? [];
    expect(first).to.deep.equal({
      receiver: "watch/ours/team",
      routes: [{ receiver: "watch/ours/nobody", matchers: ['severity="none"'] }],
      matchers: [],
      continue: true,
    });
    expect(last?.receiver).to.equal("null");
  });
  it("binds one of another namespace to the alerts of that namespace", () => {
    const [first] = loaded(world(routing("theirs", "shop", mail))).route.routes ?? [];
    expect(first?.matchers).to.deep.equal(['namespace="shop"']);
  });
  it("leaves out one whose address is not there, and shows the address of none", () => {
    expect(loaded(world(routing("ours", "watch", slack))).receivers).to.have.length(1);
    expect(JSON.stringify(loaded(world(routing("ours", "watch", slack), secret)))).to.not.include("eA==");
  });
  it("holds the alerts that fire, with what Prometheus adds, and whom they reach", () => {
    const objects = world(routing("ours", "watch", slack), secret, rule("vector(1)", { probe: "x" }));
    const { answer } = ask(objects, `/api/v2/alerts?${new URLSearchParams({ filter: 'probe="x"' }).toString()}`);
    expect(answer).to.have.nested.property("[0].labels.cluster", "c");
    expect(answer).to.have.deep.nested.property("[0].receivers", [{ name: "watch/ours/team" }]);
    expect(ask(objects, "/api/v2/alerts?filter=probe%3D%22y%22").answer).to.deep.equal([]);
    expect(firingAlerts(world(rule("up == 0", {})), "watch")).to.deep.equal([]);
  });
  it("notifies when a policy lets it out, by the port of each way", () => {
    const both = routing("ours", "watch", { ...slack, ...mail });
    const told = (...more: KubeObject[]) =>
      notificationsOf(world(both, secret, rule("vector(1)", {}), ...more), "watch").map(
        ({ integration, taken }) => `${integration} ${taken}`,
      );
    expect(told()).to.deep.equal(["slack true", "email true"]);
    expect(told(closed())).to.deep.equal(["slack false", "email false"]);
    const https = [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 443 }] }];
    expect(told(closed(https))).to.deep.equal(["slack true", "email false"]);
    expect(reachesOutside(world(closed(https)), self, 443)).to.equal(true);
  });
  it("is counted by Prometheus: what was sent, and what nobody took", () => {
    const objects = world(routing("ours", "watch", slack), secret, rule("vector(1)", {}), closed());
    const value = (metric: string) => {
      const url = new URL(`/api/v1/query?query=${metric}`, "http://localhost");
      return (JSON.parse(prometheus({ objects, pod: self, url }).body) as { data: { result: { value: string[] }[] } })
        .data.result[0]?.value[1];
    };
    expect(value("alertmanager_notifications_total")).to.equal("1");
    expect(value("alertmanager_notifications_failed_total")).to.equal("1");
  });
  it("says what it does not know", () => {
    expect(ask(world(), "/api/v2/silences").status).to.equal(404);
  });
});

describe("rules and pod monitors of a rehearsal's Prometheus", () => {
  const objects = (more: KubeObject[]): Objects => {
    const all = [...base, ...more];
    const kind: Objects["kind"] = (_api, wanted) => all.filter((one) => one.kind === wanted);
    return { kind, find: () => undefined };
  };
  it("are told as loaded, alerts and records apart", () => {
    const all = objects([rule("vector(1)", { severity: "info" })]);
    expect(ruleGroups(all, null)[0]?.rules).to.have.length(2);
    const [alert, ...rest] = ruleGroups(all, "alert")[0]?.rules ?? [];
    expect(rest).to.deep.equal([]);
    expect(alert).to.deep.include({ name: "A", state: "firing", health: "ok", labels: { severity: "info" } });
  });
  it("scrape the pods of a PodMonitor under its own job, on the port it names", () => {
    const monitor = (port: string) =>
      object(`${OPERATOR}/v1`, "PodMonitor", "pods", "watch", {
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/name": "web" } },
          namespaceSelector: { any: true },
          podMetricsEndpoints: [{ port, path: "/stats" }],
        },
      });
    const web = pod("web-0", "web", "shop", 8080);
    const found = targetsOf({ objects: objects([web, monitor("web")]), pod: self });
    expect(found.map(({ labels, scrapeUrl, up }) => [labels["job"], labels["namespace"], scrapeUrl, up])).to.deep.equal(
      [["watch/pods", "shop", "http://100.64.0.1:8080/stats", true]],
    );
    expect(targetsOf({ objects: objects([web, monitor("none")]), pod: self })).to.deep.equal([]);
  });
});
