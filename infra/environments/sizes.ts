/** The four kinds of application environment (C1.1). A preview lives as long as its pull request, the others stay. */
export const kinds = ["preview", "qa", "staging", "production"] as const;
export type Kind = (typeof kinds)[number];

/** The stable environment of a cluster (B7). */
export const stableKind = {
  dev: "qa",
  staging: "staging",
  production: "production",
} as const satisfies Readonly<Record<string, Exclude<Kind, "preview">>>;

/** CPU and memory as Kubernetes writes them. */
export interface Quantity {
  readonly cpu: string;
  readonly memory: string;
}
export interface Resources {
  readonly requests: Quantity;
  readonly limits: Quantity;
}
/** How a job ends: tries after the first, time it may take in all, and how long it is kept afterwards, seconds. */
export interface JobLimits {
  readonly retries: number;
  readonly deadlineSeconds: number;
  readonly keptSeconds: number;
}

/** Everything in which kinds of environment differ by number. */
export interface Size {
  /** Copies without an autoscaler; with one, its minimum (C1.10). */
  readonly replicas: number;
  readonly resources: Resources;
  readonly autoscaler?: { readonly maximum: number; readonly cpuPercent: number; readonly memoryPercent?: number };
  /** Copies that a drained node leaves standing. */
  readonly disruptionMinimum?: number;
  /** Of all pods of the namespace together. */
  readonly quota: Readonly<Record<string, string>>;
  /** What a container gets that says nothing. */
  readonly containerDefault: Quantity;
  readonly logLevel: "debug" | "info" | "warn";
  readonly migration: JobLimits;
  /** How long a rollout may take, seconds. */
  readonly rolloutSeconds: number;
  /** Pause between rollout and smoke test, seconds. */
  readonly settleSeconds: number;
}

/** C4.1, C5.1: staging and production are the same size; what differs is on the list of B8.3. */
const RELEASED = {
  replicas: 3,
  resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1000m", memory: "512Mi" } },
  disruptionMinimum: 2, // C4.2, C5.2
  // For 20 copies twice, since a canary that takes all traffic stands beside the old version, with migration and load
  // test (C5.1, D5.1); equal in both by B8.1, larger than any other (C1.2).
  quota: {
    "requests.cpu": "12",
    "requests.memory": "12Gi",
    "limits.cpu": "48",
    "limits.memory": "24Gi",
    pods: "60",
  },
  containerDefault: { cpu: "500m", memory: "512Mi" },
  logLevel: "info", // C4.1; the same in production by B8.6
  migration: { retries: 0, deadlineSeconds: 600, keptSeconds: 3600 }, // D3.8
  rolloutSeconds: 600, // D4.2
  settleSeconds: 10, // D4.2
} as const satisfies Size;

/** The numbers of C2 to C5, in one place: the default, because staging proves what production runs (C1.8, B8.2). */
export const sizes: Readonly<Record<Kind, Size>> = {
  preview: {
    replicas: 1, // C2.3
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } }, // C2.3
    quota: {
      "requests.cpu": "500m",
      "requests.memory": "512Mi",
      "limits.cpu": "1",
      "limits.memory": "1Gi",
      pods: "10",
    }, // C2.3
    containerDefault: { cpu: "100m", memory: "128Mi" },
    logLevel: "debug", // C1.7
    migration: { retries: 3, deadlineSeconds: 300, keptSeconds: 300 }, // D3.7
    rolloutSeconds: 180, // C2.6
    settleSeconds: 0,
  },
  qa: {
    replicas: 2, // C3.3
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } }, // C3.3
    // Two copies, one more during a rollout, and the migration.
    quota: { "requests.cpu": "1", "requests.memory": "1Gi", "limits.cpu": "3", "limits.memory": "2Gi", pods: "20" },
    containerDefault: { cpu: "250m", memory: "256Mi" },
    logLevel: "debug", // C3.3
    migration: { retries: 3, deadlineSeconds: 300, keptSeconds: 300 }, // C3.5, D3.7
    rolloutSeconds: 300, // C3.5
    settleSeconds: 15, // C3.5
  },
  staging: { ...RELEASED, autoscaler: { maximum: 8, cpuPercent: 70, memoryPercent: 80 } }, // C4.2
  production: { ...RELEASED, autoscaler: { maximum: 20, cpuPercent: 70, memoryPercent: 80 } }, // C5.1
};

/**
 * Which table of numbers the stable environments have. `equal`: C3 to C5. `graded`: C1.7 and C1.8, each environment larger
 * than the one before it; staging then proves less, and its differences are on the allow list of parity.
 */
export const profiles = ["equal", "graded"] as const;
export type Profile = (typeof profiles)[number];

const { autoscaler: _none, ...UNSCALED } = sizes.staging;
const GRADED: Readonly<Record<Exclude<Kind, "preview">, Size>> = {
  qa: {
    ...sizes.qa,
    replicas: 1, // C1.7
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } }, // C1.7
  },
  staging: {
    ...UNSCALED,
    replicas: 2, // C1.7
    resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "2000m", memory: "2Gi" } }, // C1.7
    disruptionMinimum: 1,
    quota: { "requests.cpu": "4", "requests.memory": "4Gi", "limits.cpu": "12", "limits.memory": "12Gi", pods: "30" },
  },
  production: {
    ...sizes.production,
    replicas: 5, // C1.8
    resources: { requests: { cpu: "1000m", memory: "1Gi" }, limits: { cpu: "4000m", memory: "4Gi" } }, // C1.8
    autoscaler: { maximum: 20, cpuPercent: 70 }, // C1.8
    quota: {
      "requests.cpu": "48",
      "requests.memory": "48Gi",
      "limits.cpu": "192",
      "limits.memory": "192Gi",
      pods: "60",
    },
    logLevel: "warn", // C1.8
  },
};

/** Numbers of an environment. A preview has those of C2.3 in every profile. */
export function sizeOf({ kind, profile }: { readonly kind: Kind; readonly profile?: Profile }): Size {
  return kind === "preview" || profile !== "graded" ? sizes[kind] : GRADED[kind];
}

/** Test data of a preview: one try, two minutes (C2.5). */
export const SEED: JobLimits = { retries: 0, deadlineSeconds: 120, keptSeconds: 300 };

/** Init steps and jobs; small, so that all of a preview fits into its quota (C2.3). */
export const SMALL: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "100m", memory: "128Mi" },
};

/** The database of a preview (C2.4). */
export const PREVIEW_DATABASE: Resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "300m", memory: "384Mi" },
};

/** The longest that the removal of a preview's namespace may take, seconds (C2.8). */
export const REMOVAL_SECONDS = 120;
