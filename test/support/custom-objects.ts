import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import type { Registered } from "./pulumi";

/** A type token of an object with a group: `kubernetes:cert-manager.io/v1:Certificate`. */
const TOKEN = /^kubernetes:([a-z0-9.-]+\.[a-z0-9.-]+)\/(v[0-9a-z]+):(\w+)$/;
/** Groups below k8s.io that Kubernetes itself serves. */
const BUILT_IN =
  /^(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage)\.k8s\.io$/;

export interface CustomObject {
  readonly group: string;
  readonly version: string;
  readonly object: KubeObject;
}

/** The custom resources among what a program registered. */
export function customObjects(seen: readonly Registered[]): CustomObject[] {
  return seen.flatMap(({ type, name, inputs }) => {
    const [, group = "", version = "", kind = ""] = TOKEN.exec(type) ?? [];
    if (kind === "" || group.endsWith("helm.sh") || BUILT_IN.test(group)) return [];
    const { metadata = {}, ...rest } = inputs as { metadata?: Record<string, unknown> };
    const given = { namespace: undefined, name: name.toLowerCase(), ...metadata } as KubeObject["metadata"];
    const object = { ...rest, apiVersion: `${group}/${version}`, kind, metadata: given } as KubeObject;
    return [{ group, version, object }];
  });
}
