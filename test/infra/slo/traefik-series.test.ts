import { expect } from "chai";
import { TRAEFIK_BUCKETS, traefikRelabelings } from "../../../infra/slo/traefik-series";

type Labels = Readonly<Record<string, string>>;
interface Rule {
  sourceLabels: string[];
  regex: string;
  action: string;
  targetLabel?: string;
  replacement?: string;
}

/** What Prometheus makes of a series: rules in order, expressions anchored at both ends; undefined when it is dropped. */
function relabelled(given: Labels): Labels | undefined {
  const labels = { ...given };
  for (const { sourceLabels, regex, action, targetLabel = "", replacement = "" } of traefikRelabelings as Rule[]) {
    const value = sourceLabels.map((name) => labels[name] ?? "").join(";");
    const found = new RegExp(`^(?:${regex})$`).exec(value);
    if (action === "keep" && found === null) return undefined;
    if (action === "replace" && found !== null)
      labels[targetLabel] = replacement.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? "");
  }
  return labels;
}

describe("Traefik's series", () => {
  const service = "production-app-80@kubernetesgateway";
  it("are told as requests of a service in its namespace, by class of answer [A19.1]", () => {
    const told = relabelled({ __name__: "traefik_service_requests_total", service, code: "503", method: "GET" });
    expect(told).to.deep.equal({
      __name__: "envoy_cluster_upstream_rq_xx",
      namespace: "production",
      service: "app",
      code: "503",
      method: "GET",
      envoy_response_code_class: "5",
    });
  });
  it("have their bounds in milliseconds, as the objective is, whichever way Prometheus writes them", () => {
    const bound = (le: string) =>
      relabelled({ __name__: "traefik_service_request_duration_seconds_bucket", service, le })?.["le"];
    expect(["0.005", "0.5", "1", "1.0", "10.0"].map(bound)).to.deep.equal(["5", "500", "1000", "1000", "10000"]);
    expect(bound("+Inf")).to.equal("+Inf");
    expect(TRAEFIK_BUCKETS).to.include("0.5");
    const count = relabelled({ __name__: "traefik_service_request_duration_seconds_count", service });
    expect(count?.["__name__"]).to.equal("envoy_cluster_upstream_rq_time_count");
  });
  it("keep names with dashes whole, in either way that its versions write the port", () => {
    const told = (one: string) => {
      const labels = relabelled({ __name__: "traefik_service_requests_total", service: one });
      return labels && `${labels["namespace"]}/${labels["service"]}`;
    };
    expect(told("demo-demo-svc-80@kubernetesgateway")).to.equal("demo/demo-svc");
    expect(told("staging-app-canary-http-80@kubernetesgateway")).to.equal("staging/app-canary");
  });
  it("leave out what is no route's: its own pages, and the sums over several backends", () => {
    for (const one of ["prometheus@internal", "production-app-public-websecure-0-wrr@kubernetesgateway"])
      expect(relabelled({ __name__: "traefik_service_requests_total", service: one })).to.equal(undefined);
  });
});
