import { execFileSync } from "node:child_process";
import type { V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import type { CheckContext } from "../../../orchestrator/checks/check";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { traceFound } from "../../../orchestrator/checks/traces";

describe("the span of a probe", () => {
  let command = "";
  before(async () => {
    const view = {
      list: () => Promise.resolve([]),
      get: () => Promise.resolve({}),
      create: (object: unknown) => {
        const pod = object as V1Pod;
        if (pod.kind === "Pod") command = pod.spec?.containers[0]?.command?.[2] ?? "";
        return Promise.resolve(object);
      },
      remove: () => Promise.resolve(),
    } as unknown as ClusterView;
    const place = (name: string, port: number) => ({ namespace: name, name, port });
    const context = {
      outputs: { traces: { collector: place("collector", 4318), store: place("tempo", 3200) } },
      clients: { services: { get: () => Promise.resolve({ status: 200, body: "{}" }) } },
      waitUntil: ({ attempt }: { attempt: () => unknown }) => attempt(),
    } as unknown as CheckContext;
    expect((await traceFound(context, view)).verdict).to.equal("passed");
  });

  it("[A9.6] is OTLP in JSON once the pod's shell has put in its time, posted to the collector's HTTP port", () => {
    const [, post = ""] = /now=\$\(date \+%s\); (.*); sleep 5; done$/.exec(command) ?? [];
    const wget =
      'wget() { for one; do last=$one; [ "$before" = --post-data ] && printf "%s\\n" "$one"; before=$one; done; echo "$last"; }';
    const [sent = "", url] = execFileSync("sh", ["-c", `${wget}; now=5; ${post}`], { encoding: "utf8" }).split("\n");
    expect(url).to.equal("http://collector.collector.svc.cluster.local:4318/v1/traces");
    const { resourceSpans } = JSON.parse(sent) as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const [span] = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
    expect(span).to.include({ startTimeUnixNano: "5000000000", endTimeUnixNano: "5000000000", kind: 1 });
    expect(span?.["traceId"]).to.match(/^[0-9a-f]{32}$/);
    expect(span?.["spanId"]).to.match(/^[0-9a-f]{16}$/);
  });
});
