import { SlipwayError } from "../../../errors";
import type { ProviderLocator } from "../model";

/**
 * Finds providers that are attached by `PULUMI_DEBUG_PROVIDERS="aws:38537,kubernetes:42269"`: package name and port on
 * the loopback interface (pulumi.md 6.4). The built-in engine starts no plugins: it rehearses, so every provider is one.
 */
export function attachedProviders(variable: string | undefined): ProviderLocator {
  const ports = new Map<string, number>();
  for (const entry of (variable ?? "").split(",").filter((part) => part.trim() !== "")) {
    const [name = "", port = "", ...rest] = entry.trim().split(":");
    const number = Number(port);
    if (name === "" || rest.length > 0 || !Number.isInteger(number) || number < 1 || number > 65535) {
      throw new SlipwayError(
        "bad-debug-providers",
        `PULUMI_DEBUG_PROVIDERS: "${entry}" is not of the form name:port`,
        "write each provider as its package name and port, separated by commas",
        "usage",
      );
    }
    ports.set(name, number);
  }
  return {
    locate(pkg) {
      const port = ports.get(pkg);
      if (port !== undefined) return Promise.resolve(`127.0.0.1:${port}`);
      const known = ports.size === 0 ? "none is attached" : `attached are ${[...ports.keys()].join(", ")}`;
      return Promise.reject(
        new SlipwayError(
          "provider-missing",
          `no provider for package ${pkg}: the built-in engine only uses attached providers, and ${known}`,
          `attach one with PULUMI_DEBUG_PROVIDERS=${pkg}:PORT, or use an installed Pulumi CLI (--engine pulumi)`,
          "engine",
        ),
      );
    },
  };
}
