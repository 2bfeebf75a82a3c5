import { charts } from "../charts";

/** Namespaces of Kubernetes itself and of the charts. */
export function isOfPlatform(name: string): boolean {
  return /^kube-|^default$/.test(name) || Object.values(charts).some(({ namespace }) => namespace === name);
}
