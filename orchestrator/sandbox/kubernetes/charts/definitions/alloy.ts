import { definition } from "../schema";

/** Kinds of Alloy v1.18.1; the platform writes none of them. */
export const alloyDefinitions = [
  definition({ group: "monitoring.grafana.com", kind: "PodLogs", plural: "podlogs", versions: ["v1alpha2"] }),
];
