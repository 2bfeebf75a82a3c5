import * as https from "node:https";
import type { ServiceRequest, ServiceResponse, Services } from "./check";

/** Seconds to wait for one answer: a query over a day of logs takes a while. */
const ANSWER_TIMEOUT_SECONDS = 30;

/** Services through the API server's own proxy: nothing is exposed, and the kubeconfig's rights decide. */
export function proxiedServices(kubeconfig: string | undefined): Services {
  return {
    async get(request) {
      if (kubeconfig === undefined) throw new Error("there is no cluster before the control plane is built");
      const { KubeConfig } = await import("@kubernetes/client-node");
      const config = new KubeConfig();
      config.loadFromString(kubeconfig);
      const server = config.getCurrentCluster()?.server;
      if (server === undefined) throw new Error("the kubeconfig names no cluster");
      const options: https.RequestOptions = { timeout: ANSWER_TIMEOUT_SECONDS * 1000 };
      await config.applyToHTTPSOptions(options);
      return fetch(`${server}${pathOf(request)}`, options);
    },
  };
}

function pathOf({ namespace, service, port, path }: ServiceRequest): string {
  return `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${path}`;
}

function fetch(url: string, options: https.RequestOptions): Promise<ServiceResponse> {
  return new Promise((resolve, reject) => {
    const request = https.get(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      );
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`${url} had no answer in ${ANSWER_TIMEOUT_SECONDS} s`)));
    request.on("error", reject);
  });
}
