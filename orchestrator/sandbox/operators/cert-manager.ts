import { parse } from "yaml";
import { at, conditionOf, listAt, refOf, type Condition, type KubeObject } from "../kubernetes/object";
import { prove } from "./acme";
import { issue, namesIn, rehearsalAuthority, type Issued, type Order, type Signer } from "./authority";
import { namespaceOf, type Operator, type OperatorContext } from "./operator";
import { GATEWAY_API, listenersOf } from "./routing";
import { withConditions } from "./world";

const API = "cert-manager.io/v1";
const ACME_API = "acme.cert-manager.io/v1";
const MANAGER = "cert-manager";
/** 90 days, cert-manager's default. */
const DEFAULT_SECONDS = 90 * 86_400;

/** cert-manager: issuers, certificates for whoever asks, and the Gateways that ask by annotation. */
export const certManager: Operator = {
  name: "cert-manager",
  deployment: { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" },
  kinds: [
    { apiVersion: API, kind: "ClusterIssuer" },
    { apiVersion: API, kind: "Issuer" },
    { apiVersion: API, kind: "Certificate" },
    { apiVersion: API, kind: "CertificateRequest" },
    { apiVersion: ACME_API, kind: "Order" },
    { apiVersion: ACME_API, kind: "Challenge" },
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "v1", kind: "ConfigMap" },
    // Only with gateway support switched on, and then it is there first: the controller ends itself otherwise.
    { apiVersion: GATEWAY_API, kind: "Gateway" },
  ],
  async reconcile(context) {
    const { world } = context;
    if (!world.knows({ apiVersion: API, kind: "Certificate" }) || !world.knows({ apiVersion: "v1", kind: "Secret" }))
      return true;
    for (const issuer of [...world.list(API, "ClusterIssuer"), ...world.list(API, "Issuer")])
      await register(context, issuer);
    if (gatewaysEnabled(context))
      for (const gateway of world.list(GATEWAY_API, "Gateway")) await shim(context, gateway);
    let blocked = false;
    for (const certificate of world.list(API, "Certificate"))
      if (certificate.metadata.deletionTimestamp === undefined)
        blocked = !(await serve(context, certificate)) || blocked;
    return blocked;
  },
};

function gatewaysEnabled({ world, self }: OperatorContext): boolean {
  const settings = world.get({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: self.metadata.name,
    namespace: self.metadata.namespace,
  });
  const text = at(settings, "data", "config.yaml");
  return typeof text === "string" && at(parse(text), "enableGatewayAPI") === true;
}

const ready = (status: "True" | "False", reason: string, message: string): Condition => ({
  type: "Ready",
  status,
  reason,
  message,
});

/** Secrets of cluster-wide issuers live beside cert-manager, those of the others in their own namespace. */
const secretNamespace = (context: OperatorContext, issuer: KubeObject): string =>
  issuer.metadata.namespace ?? namespaceOf(context.self);

async function register(context: OperatorContext, issuer: KubeObject): Promise<void> {
  const { world, now } = context;
  const acme = at(issuer, "spec", "acme");
  if (acme !== undefined) {
    const email = at(acme, "email");
    const name = String(at(acme, "privateKeySecretRef", "name"));
    const namespace = secretNamespace(context, issuer);
    if (world.get({ apiVersion: "v1", kind: "Secret", name, namespace }) === undefined) {
      const account = await issue({
        ...orderFor(issuer, new Date(now())),
        commonName: "account",
        algorithm: "ECDSA",
        size: 256,
      });
      await world.ensure(
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name, namespace },
          type: "Opaque",
          data: { "tls.key": base64(account.key) },
        },
        MANAGER,
      );
    }
    await world.status(issuer, {
      acme: {
        uri: `${String(at(acme, "server")).replace(/\/directory$/, "")}/acme/acct/1`,
        ...(typeof email === "string" && { lastRegisteredEmail: email }),
      },
      conditions: withConditions(
        issuer["status"],
        [ready("True", "ACMEAccountRegistered", "The ACME account was registered with the ACME server")],
        now,
      ),
    });
    return;
  }
  await world.status(issuer, { conditions: withConditions(issuer["status"], [standing(context, issuer)], now) });
}

function standing(context: OperatorContext, issuer: KubeObject): Condition {
  if (at(issuer, "spec", "selfSigned") !== undefined) return ready("True", "IsReady", "");
  const name = at(issuer, "spec", "ca", "secretName");
  if (typeof name !== "string")
    return ready("False", "NotSupported", "the rehearsal plays acme, ca and selfSigned issuers");
  const namespace = secretNamespace(context, issuer);
  const secret = context.world.get({ apiVersion: "v1", kind: "Secret", name, namespace });
  if (secret === undefined)
    return ready("False", "ErrGetKeyPair", `Error getting keypair for CA issuer: secrets "${name}" not found`);
  if (signerIn(secret) === undefined)
    return ready(
      "False",
      "ErrInvalidKeyPair",
      `Error getting keypair for CA issuer: secret "${name}" holds no certificate`,
    );
  return ready("True", "KeyPairVerified", "Signing CA verified");
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const decoded = (value: unknown): string => (typeof value === "string" ? Buffer.from(value, "base64").toString() : "");

function signerIn(secret: KubeObject | undefined): Signer | undefined {
  const [chain, key] = [decoded(at(secret, "data", "tls.crt")), decoded(at(secret, "data", "tls.key"))];
  return chain === "" || key === "" ? undefined : { chain, key };
}

/** A certificate for each listener of a Gateway that says by annotation who issues. */
async function shim({ world }: OperatorContext, gateway: KubeObject): Promise<void> {
  const annotations = gateway.metadata.annotations ?? {};
  const cluster = annotations["cert-manager.io/cluster-issuer"];
  const name = cluster ?? annotations["cert-manager.io/issuer"];
  if (name === undefined || gateway.metadata.deletionTimestamp !== undefined) return;
  const hosts = new Map<string, string[]>();
  for (const { hostname, tls } of listenersOf(gateway)) {
    if (hostname === undefined || tls === undefined || tls.mode === "Passthrough") continue;
    for (const { name: secret } of tls.certificateRefs ?? [])
      hosts.set(secret, [...(hosts.get(secret) ?? []), hostname]);
  }
  for (const [secretName, dnsNames] of hosts) {
    const { apiVersion, kind, metadata } = gateway;
    await world.ensure(
      {
        apiVersion: API,
        kind: "Certificate",
        metadata: {
          name: secretName,
          namespace: metadata.namespace ?? "",
          ownerReferences: [
            {
              apiVersion,
              kind,
              name: metadata.name,
              uid: metadata.uid ?? "",
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          secretName,
          dnsNames,
          issuerRef: { group: "cert-manager.io", kind: cluster === undefined ? "Issuer" : "ClusterIssuer", name },
          usages: ["digital signature", "key encipherment"],
        },
      },
      MANAGER,
    );
  }
}

/** Sees to it that a certificate's secret holds what it asks for; false while it cannot. */
async function serve(context: OperatorContext, certificate: KubeObject): Promise<boolean> {
  const { world, now } = context;
  const namespace = certificate.metadata.namespace ?? "";
  const reference = at(certificate, "spec", "issuerRef") as { kind?: string; name: string };
  const secretName = String(at(certificate, "spec", "secretName"));
  const secret = world.get({ apiVersion: "v1", kind: "Secret", name: secretName, namespace });
  const held = secret === undefined ? undefined : namesIn(decoded(at(secret, "data", "tls.crt")));
  const wanted = orderFor(certificate, new Date(now()));
  const matches =
    held !== undefined &&
    wanted.dnsNames.every((name) => held.names.includes(name)) &&
    secret?.metadata.annotations?.["cert-manager.io/issuer-name"] === reference.name;
  const [reason, waiting] =
    secret === undefined
      ? ["DoesNotExist", "Issuing certificate as Secret does not exist"]
      : !matches
        ? ["IncorrectCertificate", "Issuing certificate as Secret does not hold what is asked for"]
        : lasting(held) !== wanted.lifetime
          ? ["RequestChanged", "Fields on existing CertificateRequest resource not up to date: [spec.duration]"]
          : renewalOf(certificate, held) <= new Date(now())
            ? [
                "Renewing",
                `Renewing certificate as renewal was scheduled at ${renewalOf(certificate, held).toISOString()}`,
              ]
            : ["", ""];
  if (held !== undefined && reason === "") {
    await finish(context, certificate, held, revisionOf(certificate));
    return true;
  }
  const issuing: Condition = { type: "Issuing", status: "True", reason, message: waiting };
  const pending = await world.status(certificate, {
    conditions: withConditions(certificate["status"], [ready("False", reason, waiting), issuing], now),
  });
  const answer = await request(context, pending, wanted, reference);
  if (answer === undefined) return false;
  await store(context, pending, secretName, reference, answer);
  await finish(
    context,
    world.get(refOf(certificate)) ?? pending,
    {
      notBefore: wanted.notBefore,
      notAfter: new Date(wanted.notBefore.getTime() + wanted.lifetime * 1000),
    },
    revisionOf(pending) + 1,
  );
  return true;
}

interface Life {
  readonly notBefore: Date;
  readonly notAfter: Date;
}
/** Seconds that a certificate is good for. */
const lasting = ({ notBefore, notAfter }: Life): number =>
  Math.round((notAfter.getTime() - notBefore.getTime()) / 1000);
/** How often it was issued. */
const revisionOf = (certificate: KubeObject): number => Number(at(certificate, "status", "revision") ?? 0);

/** When it is issued again: `renewBefore` its end, or a third of its life before, cert-manager's default. */
function renewalOf(certificate: KubeObject, life: Life): Date {
  const before = seconds(at(certificate, "spec", "renewBefore"));
  const long = lasting(life);
  return new Date(life.notAfter.getTime() - (before !== undefined && before < long ? before : long / 3) * 1000);
}

function orderFor(certificate: KubeObject, notBefore: Date): Order {
  const spec = certificate["spec"];
  const dnsNames = listAt<string>(spec, "dnsNames");
  const algorithm = (at(spec, "privateKey", "algorithm") ?? "RSA") as Order["algorithm"];
  const size = Number(at(spec, "privateKey", "size") ?? (algorithm === "RSA" ? 2048 : 256));
  const common = at(spec, "commonName");
  return {
    commonName: typeof common === "string" ? common : (dnsNames[0] ?? ""),
    dnsNames,
    isCa: at(spec, "isCA") === true,
    lifetime: seconds(at(spec, "duration")) ?? DEFAULT_SECONDS,
    algorithm,
    size,
    notBefore,
  };
}

/** Go's durations: `2160h`, `1h30m`. */
function seconds(duration: unknown): number | undefined {
  if (typeof duration !== "string") return undefined;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit as string] as number),
    0,
  );
}

/** The request with its answer; undefined while the issuer has none, with the reason on the request. */
async function request(
  context: OperatorContext,
  certificate: KubeObject,
  order: Order,
  reference: { kind?: string; name: string },
): Promise<Issued | undefined> {
  const { world, now } = context;
  const { name, namespace = "", uid = "" } = certificate.metadata;
  const kind = reference.kind ?? "Issuer";
  const revision = revisionOf(certificate) + 1;
  const asked = await world.ensure(
    {
      apiVersion: API,
      kind: "CertificateRequest",
      metadata: {
        name: `${name}-${revision}`,
        namespace,
        annotations: {
          "cert-manager.io/certificate-name": name,
          "cert-manager.io/certificate-revision": String(revision),
        },
        ownerReferences: [
          { apiVersion: API, kind: "Certificate", name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: {
        issuerRef: { group: "cert-manager.io", kind, name: reference.name },
        duration: `${order.lifetime}s`,
        ...(order.isCa && { isCA: true }),
      },
    },
    MANAGER,
  );
  const say = (status: "True" | "False", reason: string, message: string) =>
    world.status(asked, {
      conditions: withConditions(
        asked["status"],
        [
          {
            type: "Approved",
            status: "True",
            reason: "cert-manager.io",
            message: "Certificate request has been approved by cert-manager.io",
          },
          ready(status, reason, message),
        ],
        now,
      ),
    });

  const issuer = world.get({ apiVersion: API, kind, name: reference.name, ...(kind === "Issuer" && { namespace }) });
  if (issuer === undefined) {
    await say(
      "False",
      "Pending",
      `Referenced "${kind}" not found: ${kind.toLowerCase()}.cert-manager.io "${reference.name}" not found`,
    );
    return undefined;
  }
  if (conditionOf(issuer, "Ready")?.status !== "True") {
    await say("False", "Pending", "Referenced issuer does not have a Ready status condition");
    return undefined;
  }
  if (at(issuer, "spec", "acme") !== undefined) {
    const proven = await prove(context, asked, issuer, order.dnsNames);
    if (proven !== true) {
      await say("False", proven.failed ? "Failed" : "Pending", proven.message);
      return undefined;
    }
  }
  const answer = await signed(context, issuer, order);
  await say("True", "Issued", "Certificate fetched from issuer successfully");
  return answer;
}

async function signed(context: OperatorContext, issuer: KubeObject, order: Order): Promise<Issued> {
  if (at(issuer, "spec", "selfSigned") !== undefined) return issue(order);
  if (at(issuer, "spec", "acme") !== undefined) {
    const { chain, key } = await rehearsalAuthority(order.notBefore);
    return issue(order, { chain, key });
  }
  const name = String(at(issuer, "spec", "ca", "secretName"));
  const signer = signerIn(
    context.world.get({ apiVersion: "v1", kind: "Secret", name, namespace: secretNamespace(context, issuer) }),
  );
  return issue(order, signer);
}

async function store(
  { world }: OperatorContext,
  certificate: KubeObject,
  secretName: string,
  reference: { kind?: string; name: string },
  { chain, key, root }: Issued,
): Promise<void> {
  await world.ensure(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: secretName,
        namespace: certificate.metadata.namespace ?? "",
        labels: { "controller.cert-manager.io/fao": "true" },
        annotations: {
          "cert-manager.io/certificate-name": certificate.metadata.name,
          "cert-manager.io/issuer-name": reference.name,
          "cert-manager.io/issuer-kind": reference.kind ?? "Issuer",
          "cert-manager.io/alt-names": listAt<string>(certificate, "spec", "dnsNames").join(","),
        },
      },
      type: "kubernetes.io/tls",
      data: { "tls.crt": base64(chain), "tls.key": base64(key), "ca.crt": base64(root) },
    },
    MANAGER,
  );
}

async function finish(
  { world, now }: OperatorContext,
  certificate: KubeObject,
  life: Life,
  revision: number,
): Promise<void> {
  const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");
  const done = ready("True", "Ready", "Certificate is up to date and has not expired");
  const conditions = withConditions(certificate["status"], [done], now).filter(({ type }) => type !== "Issuing");
  await world.status(certificate, {
    conditions,
    notBefore: time(life.notBefore),
    notAfter: time(life.notAfter),
    renewalTime: time(renewalOf(certificate, life)),
    revision,
  });
}
