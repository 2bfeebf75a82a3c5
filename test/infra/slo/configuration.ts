import { alertmanagerConfig, RECEIVERS_SECRET, secretKeys } from "../../../infra/slo/routing";
import type { Environment } from "../../../infra/slo/severity";
import type { AlertmanagerConfiguration } from "../../../orchestrator/checks/alert-routing";
import type { KubeObject } from "../../../orchestrator/sandbox/cluster/object";
import { loadedConfiguration } from "../../../orchestrator/sandbox/services/alertmanager-config";
import { configOf } from "../../support/pulumi";

/** The configuration Alertmanager gets of an environment. */
export function configurationOf(environment: Environment): AlertmanagerConfiguration {
  const metadata = (name: string) => ({ name, namespace: "monitoring" });
  const data = Object.fromEntries(secretKeys[environment].map((key) => [key, "eA=="]));
  const objects: KubeObject[] = [
    { apiVersion: "v1", kind: "Secret", metadata: metadata(RECEIVERS_SECRET), data },
    {
      apiVersion: "monitoring.coreos.com/v1alpha1",
      kind: "AlertmanagerConfig",
      metadata: metadata("slipway"),
      spec: alertmanagerConfig(configOf(environment)),
    },
  ];
  const kind = (_api: string, wanted: string) => objects.filter((one) => one.kind === wanted);
  const find = (_api: string, wanted: string, name: string) =>
    objects.find((one) => one.kind === wanted && one.metadata.name === name);
  return loadedConfiguration(
    { kind, find },
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Alertmanager",
      metadata: metadata("main"),
      spec: { alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" } },
    },
  ).configuration;
}
