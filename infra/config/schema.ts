import { z } from "zod";
import { parseCidr } from "../cidr";
import { profiles } from "../environments/sizes";
import { usualGroups } from "../personas";

/**
 * The shape of `Pulumi.<environment>.yaml` under the namespace `slipway`. Strict everywhere: a key nobody reads is a
 * mistake, not a comment. Defaults stand here and nowhere else; rules that span keys are in `rules.ts`.
 */
const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, "a network like 10.10.0.0/16, its host bits zero");
const email = z.string().regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, "a mail address");
const domain = z
  .string()
  .regex(/^(?=.{4,200}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "a lower-case domain name");
/** Every name in the program is of the partition aws; China, GovCloud and sovereign clouds have others. */
const arn = z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "an IAM role ARN");
/** Value of a tag, which nearly everything in AWS carries (AWS, Tag naming limits and requirements). */
const tag = z
  .string()
  .regex(
    /^(?=.*\S)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u,
    "up to 256 letters, digits, spaces and _ . : / = + - @, as a tag takes them",
  );
const count = (least: number, most: number) => z.int().min(least).max(most);
const dollars = z.number().min(0).max(1_000_000);

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day like 07:30");
/** A zone with its rules, never an offset: an offset is wrong half of the year. */
const timeZone = z.string().refine((name) => {
  try {
    return /^[A-Z]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}, "a time zone like Europe/Berlin");
/** Hours of a week in a time zone; an end at or before its start is on the day after. */
const weekly = z.strictObject({ timeZone, days: z.array(z.enum(weekdays)).min(1), start: clockTime, end: clockTime });

const instanceType = z.string().regex(/^[a-z]+\d+[a-z-]*\.[a-z0-9-]+$/, "an instance type like m7g.xlarge");

const pool = z.strictObject({
  /** Nodes that are always there, spread over the zones (B2.1). */
  minimum: count(0, 100).default(0),
  instanceTypes: z.array(instanceType).min(1),
  /** Root volume, GiB, encrypted gp3. */
  diskGib: count(20, 16_384),
  /** Karpenter stops adding nodes at this many vCPU. */
  cpuLimit: count(1, 10_000),
});

/** A group as tokens carry it; `system:` is Kubernetes' own, and access entries refuse it. */
const group = z
  .string()
  .regex(/^(?!system:)[A-Za-z0-9][\w:.@/-]{0,62}$/, "a group's name that does not begin with system:");

const dataSystem = z.strictObject({
  enabled: z.boolean(),
  /** Volume of each member, GiB, encrypted gp3; it can grow and never shrink. */
  diskGib: count(10, 16_384),
  /** Namespaces whose pods may reach it; nobody else may (A11.8). */
  clients: z.array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "the name of a namespace")),
});

/** Where logs go besides the platform's own store: its name, its networks, and the one port of them that is open. */
const logDestination = <Kind extends string>(kind: Kind, port: number) =>
  z.strictObject({
    kind: z.literal(kind),
    host: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "the name of a host"),
    port: count(1, 65_535).default(port),
    cidrs: z.array(cidr).min(1),
  });
/** Whose password the token is. */
const username = z.string().regex(/^[\w.@-]{1,64}$/, "a user's name");

/** What Cilium does beyond enforcing policy (A4.4). */
export const ciliumSettings = z.strictObject({
  /** Services by eBPF; the add-on kube-proxy is left out. */
  kubeProxyReplacement: z.boolean().default(false),
  /** Rules about HTTP paths and DNS names, by a proxy on each node. */
  layer7: z.boolean().default(false),
  /** Flows seen on each node, or with `relay` those of all nodes in one place. */
  hubble: z.enum(["off", "nodes", "relay"]).default("nodes"),
  /** Services shared with other clusters; the number is each cluster's own. */
  clusterMesh: z.strictObject({ id: count(1, 255) }).optional(),
});

/** Managed add-ons of phases 02, 13 and 15. */
const addons = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "coredns",
  "aws-ebs-csi-driver",
  "metrics-server",
  "snapshot-controller",
] as const;
export type AddonName = (typeof addons)[number];

export const schema = z.strictObject({
  environment: z.enum(["dev", "staging", "production"]),
  region: z
    .string()
    .regex(
      /^(?!cn-|us-gov-|us-iso|eu-isoe|eusc-)[a-z]{2}(-[a-z]+)+-\d$/,
      "a region of the partition aws, like eu-central-1",
    ),
  /** Team or person who answers for the cluster (A0.4). */
  owner: tag,
  costCentre: tag,
  /** Where the cluster's runbook is (A0.4). */
  runbook: z.url(),
  domain,
  network: z.strictObject({
    cidr,
    zones: z.array(z.string()).min(3).max(3),
    /** VLAN number of the corporate plan, kept as a tag (B3.1). */
    vlan: count(1, 4094),
    /** One in total is a stated saving of dev; elsewhere a lost zone must not take the way out along (A1.2). */
    natGateways: z.enum(["single", "per-zone"]).default("per-zone"),
    /** Networks reachable from this one; they must not overlap it (B3.2). */
    peers: z.array(cidr).default([]),
  }),
  cluster: z.strictObject({
    version: z.string().default("1.36"),
    /** Of the managed nodes, while an upgrade has only reached the control plane (H1.5); without it the same. */
    nodeVersion: z.string().optional(),
    /** Roles that get cluster-admin through an access entry; the creator gets none (A2.2). */
    adminRoleArns: z.array(arn).min(1),
    publicAccess: z
      .strictObject({ enabled: z.boolean().default(false), cidrs: z.array(cidr).default([]) })
      .prefault({}),
    /** Add-on → version; without one, the newest that EKS offers for the cluster's version. */
    addonVersions: z
      .partialRecord(z.enum(addons), z.string().regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "like v1.2.3-eksbuild.1"))
      .default({}),
    /** How people reach a private endpoint (A2.4). */
    accessPath: z.enum(["vpn", "ssm"]).default("ssm"),
    /** The small managed group for add-ons and Karpenter itself: one node per zone. */
    system: z
      .strictObject({ instanceType: instanceType.default("m7g.large"), count: count(3, 9).default(3) })
      .prefault({}),
  }),
  nodePools: z.strictObject({
    general: pool,
    spot: pool.optional(),
    storage: pool.optional(),
    gpu: pool.optional(),
    /** Cap of dev: pods per node (B2.2). */
    maxPodsPerNode: count(10, 250).default(110),
  }),
  networkPolicy: z
    .strictObject({
      plugin: z.enum(["vpc-cni", "cilium-chaining", "cilium-eni", "calico"]).default("vpc-cni"),
      cilium: ciliumSettings.optional(),
    })
    .prefault({}),
  certificates: z.strictObject({
    /** Contact of the ACME account (A5.2). */
    email,
    issuer: z.enum(["letsencrypt-staging", "letsencrypt-production", "internal-ca"]),
  }),
  entryPoint: z.strictObject({
    /** What serves the Gateway API: Envoy Gateway, or Traefik where it is known and no login stands before anything (A6.1). */
    controller: z.enum(["envoy-gateway", "traefik"]).default("envoy-gateway"),
    /** An existing public hosted zone; without it the platform makes one for the domain. */
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{5,31}$/, "a hosted zone id")
      .optional(),
    /** Networks that may reach the load balancer; production is open to all (B3.1). */
    allow: z.array(cidr).min(1),
    /** Whether records of removed hosts are deleted (A6.5). */
    deleteRecords: z.boolean().default(true),
  }),
  gitops: z.strictObject({
    /** Argo CD for its view and its rights for tenants at about 50 people; Flux where fewer controllers count (A7.5). */
    engine: z.enum(["argo-cd", "flux"]).default("argo-cd"),
    /** Where applications are declared, over HTTPS. */
    repository: z.url({ protocol: /^https$/ }),
    /** Branch, tag or commit; production pins (A7.2). */
    revision: z.string().regex(/^[A-Za-z0-9][\w./-]{0,199}$/, "a branch, a tag or a commit"),
  }),
  /** The application's stable environment on this cluster: QA in dev, else its own; without it there is none (C1). */
  application: z
    .strictObject({
      /** Of the application; credentials come from the secret store only (C1.9, C3.2). */
      database: z.strictObject({
        host: z.string().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "the name of a host"),
        /** Networks it answers from: the only ones its pods may reach (E3.6). */
        cidrs: z.array(cidr).min(1),
      }),
      /** Which table of numbers its environment has: that of C3 to C5, or that of C1.7 and C1.8. */
      profile: z.enum(profiles).default("equal"),
      /** How a new version replaces the old one: pod by pod, or by canary (D5). */
      rollout: z
        .discriminatedUnion("by", [
          z.strictObject({ by: z.literal("rolling") }),
          /** Phase 7 then installs Argo Rollouts too. */
          z.strictObject({ by: z.literal("argo-rollouts") }),
          /**
           * Phase 7 then installs Flagger. D5.3 pairs it with Flux; an application's environment is delivered by Argo CD
           * alone (`gitops.engine`), and Flagger asks not who delivers. Its load tester is whose environment it is to install.
           */
          z.strictObject({
            by: z.literal("flagger"),
            /** Address of the load tester in the cluster, like `http://loadtester.flagger/`. */
            loadTester: z.url({ protocol: /^http$/, hostname: /^[a-z0-9-]+\.[a-z0-9-]+(\.svc(\.cluster\.local)?)?$/ }),
          }),
        ])
        .default({ by: "rolling" }),
      /** OIDC login in front of QA, which is never public (C3.4). */
      login: z
        .strictObject({
          issuer: z.url({ protocol: /^https$/ }),
          clientId: z.string().min(1),
          /** Path in the central store; its property `login-client` is the client's secret. */
          clientSecret: z.string().min(1),
        })
        .optional(),
      /** Data of production for staging, anonymised, every week (C4.4, C4.5). */
      refresh: z
        .strictObject({
          /** With slipway, pg_dump and psql. */
          image: z.string().regex(/^[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}$/, "an image by its digest"),
          /** A restored snapshot, never production itself. */
          snapshot: z.strictObject({ host: z.string().min(1), cidrs: z.array(cidr).min(1) }),
          secretPath: z.string().min(1),
          tables: z.record(
            z.string(),
            z.record(z.string(), z.enum(["keep", "mail", "name", "phone", "address", "text", "null"])),
          ),
        })
        .optional(),
    })
    .optional(),
  /** Environments for pull requests on this cluster; without it there are none (C2). */
  previews: z
    .strictObject({
      /** Where the pipeline pushes the application's images. */
      repository: z.string().regex(/^[a-z0-9][a-z0-9.:/_-]*$/, "a repository of images, without tag or digest"),
      /** At a time; each takes its quota of the cluster (C2.3, C2.9). */
      maximum: count(1, 100),
      /** Removed this long after the last push (C2.8). */
      idleHours: count(1, 720).default(72),
      /** Removed at this age, however busy (C2.8). */
      lifetimeHours: count(1, 2_160).default(336),
    })
    .optional(),
  /** Two or more replicas of every add-on, with a disruption budget (B2.4). */
  highAvailability: z.boolean(),
  security: z
    .strictObject({
      /** What groups of people are called in tokens (C6); who is in them is the identity provider's to say. */
      groups: z
        .strictObject({
          developers: group.default(usualGroups.developers),
          qaEngineers: group.default(usualGroups.qaEngineers),
          viewers: group.default(usualGroups.viewers),
        })
        .prefault({}),
      /** Roles that the identity provider lets people assume, by group: who holds one is in the group (C6.6). */
      members: z.partialRecord(z.enum(["developers", "qaEngineers", "viewers"]), z.array(arn)).prefault({}),
      /** What a cluster does with objects that break a rule of the policy pack (A14.2). */
      admission: z
        .strictObject({
          /** `audit` warns and leaves a note; `deny` refuses what the environment's rules forbid (E1.3). */
          action: z.enum(["audit", "deny"]).default("audit"),
          /** Rules that stay in audit, under `deny` too, while they have open findings (A14.4). */
          audit: z.array(z.string()).default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  backup: z.strictObject({
    enabled: z.boolean(),
    schedule: z.enum(["daily", "hourly"]).default("daily"),
    retentionDays: count(1, 365).default(35),
  }),
  monitoring: z.strictObject({
    /** One-minute instance metrics. */
    detailed: z.boolean().default(false),
    /** Control plane and flow logs in CloudWatch; the values CloudWatch accepts (B6.1). */
    logRetentionDays: z.union([
      z.literal(7),
      z.literal(14),
      z.literal(30),
      z.literal(60),
      z.literal(90),
      z.literal(365),
    ]),
    metrics: z.strictObject({
      /** Days that Prometheus keeps by itself (B6.1). */
      retentionDays: count(1, 90),
      /** Volume of each Prometheus, GiB, encrypted gp3. */
      diskGib: count(10, 2_000),
      /** A managed store for the figures that are looked at for longer (B6.1, A8.4). */
      longTerm: z.boolean(),
    }),
    logs: z.strictObject({
      /** Days that logs can be searched (B6.1). */
      retentionDays: count(1, 365),
      /** What one namespace may write in a day before somebody looks at it, GiB (A9.5). */
      gibPerNamespaceAndDay: z.number().positive().max(10_000),
      /** A second agent that ships every line to another store too, over TLS (A9.2); without it there is none. */
      shipping: z
        .strictObject({
          agent: z.enum(["fluent-bit", "vector"]),
          destination: z.discriminatedUnion("kind", [
            // The ports are each project's own default: Splunk's HTTP Event Collector, Elasticsearch, Logstash's http input.
            logDestination("splunk", 8088),
            logDestination("elasticsearch", 9200).extend({ username }),
            logDestination("logstash", 8080).extend({ username }),
          ]),
        })
        .optional(),
    }),
    /** Who hears of alerts (B6.2, B6.3); addresses that are secret stay in the central store. */
    alerts: z.strictObject({
      slackChannel: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,79}$/, "a channel's name without #"),
      mail: z
        .strictObject({
          /** Host and port of a server that takes mail over TLS. */
          smarthost: z.string().regex(/^[a-z0-9.-]+:587$/, "HOST:587"),
          username: z.string().min(1),
          from: email,
          to: z.array(email).min(1),
        })
        .optional(),
      /** PagerDuty for critical alerts, with escalation. */
      paging: z.boolean(),
    }),
  }),
  /** USD a month (B5). */
  budget: z.strictObject({
    compute: dollars,
    storage: dollars,
    network: dollars,
    monitoring: dollars,
    recovery: dollars.default(0),
    /** A preview that is estimated above this fails (B5.2). */
    limit: dollars,
    contacts: z.array(email).min(1),
  }),
  cost: z
    .strictObject({
      /** Teams with a namespace of their own, `team-NAME`, and the quota of A17.2. */
      teams: z.array(z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "a lower-case name")).default([]),
      /** Nodes are there in these hours only (H4.3); without them around the clock. */
      workingHours: weekly.optional(),
    })
    .prefault({}),
  secrets: z
    .strictObject({
      /** Secrets as files in pods, straight out of the central store (A12.2). */
      files: z.enum(["none", "csi-driver"]).default("none"),
      /** A Vault in the cluster for applications' secrets, beside the central store; its server is BUSL-1.1 (A12.1). */
      vault: z.enum(["none", "vault"]).default("none"),
    })
    .prefault({}),
  autoscaling: z
    .strictObject({
      /** What scales workloads by events, from nothing on (A13); a cluster has one server of external metrics. */
      eventDriven: z.enum(["none", "keda"]).default("none"),
    })
    .prefault({}),
  /** Faults on purpose (A16); without a tool there are none, and a tool needs a scope (A16.3, E6.5). */
  chaos: z
    .strictObject({
      tool: z.enum(["none", "chaos-mesh", "fault-injection-service"]).default("none"),
      /** Namespaces of applications in which faults may be brought about; nowhere else. */
      scope: z.array(z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "a namespace")).default([]),
    })
    .prefault({}),
  /** Encrypted and authenticated traffic between services (A10.1); off unless there is a reason (A10.3). */
  mesh: z
    .strictObject({
      kind: z.enum(["none", "istio-ambient", "linkerd"]).default("none"),
      /** Namespaces of applications in the order in which they join, one in a step (A10.2, A10.6). */
      namespaces: z.array(z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "a namespace")).default([]),
      /** What the organisation demands that only a mesh brings: a reason for one, whatever the size (A10.3). */
      demands: z.array(z.enum(["mutual-tls", "zero-trust"])).default([]),
    })
    .prefault({}),
  maintenance: z
    .strictObject({
      /** When staging and production may be changed without an override (H1.4). */
      windows: z.array(weekly).default([]),
    })
    .prefault({}),
  /** Data that operators keep inside the cluster (A11.1); each system is a choice of the environment. */
  stateful: z.strictObject({
    /** Strimzi with one broker per zone, or a single one without high availability. */
    kafka: dataSystem,
    /** CloudNativePG with the reference database: one member per zone, or a single one without high availability. */
    postgres: dataSystem.extend({
      /** An operator in the cluster, or RDS: managed, outside of it, for whoever runs no databases (A11.1). */
      engine: z.enum(["cloudnative-pg", "rds"]).default("cloudnative-pg"),
      /** Of RDS. */
      instanceClass: z
        .string()
        .regex(/^db\.[a-z]+\d+[a-z]*\.[a-z0-9]+$/, "an instance class like db.m7g.large")
        .default("db.t4g.medium"),
    }),
  }),
  /** Chart name → version, over the table in charts.ts. */
  charts: z.record(z.string(), z.string().regex(/^v?\d+\.\d+\.\d+$/, "an exact version")).default({}),
});

/** Configuration as the platform uses it: checked, complete, plain values. */
export type PlatformConfig = z.infer<typeof schema>;
export type PoolConfig = z.infer<typeof pool>;
export type WeeklyHours = z.infer<typeof weekly>;
export type Weekday = (typeof weekdays)[number];
