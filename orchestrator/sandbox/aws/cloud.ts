import type { Cloud } from "../cloud";
import { AwsError } from "./error";
import { allowedActions } from "./iam";
import { hostAddress, parseNetwork } from "./address";
import { text, type Surroundings } from "./kind";
import { bucketsFor } from "./s3";
import { readSecret } from "./secrets";
import { tagsOf } from "./provider";

const BALANCER = "slipway:elb/balancer";
const RECORD = "slipway:dns/record";
const INSTANCE = "slipway:ec2/instance";
/** Network Load Balancers per region (quota L-69A177A2). */
const BALANCER_QUOTA = 50;

/** The account as controllers inside the cluster use it, with AWS's own refusals. */
export function rehearsalCloud(surroundings: Surroundings): Cloud {
  const { account } = surroundings;
  const zoneOf = (name: string) =>
    account
      .all("aws:route53/zone:Zone")
      .find((zone) => name === zone.inputs["name"] || name.endsWith(`.${text(zone.inputs["name"])}`));
  return {
    region: account.region,
    podIdentityRole(cluster, namespace, serviceAccount) {
      const association = account
        .all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        .find(
          (one) =>
            one.inputs["clusterName"] === cluster &&
            one.inputs["namespace"] === namespace &&
            one.inputs["serviceAccount"] === serviceAccount,
        );
      if (association === undefined) return undefined;
      const roleArn = text(association.inputs["roleArn"]);
      return { roleArn, allowedActions: allowedActions(roleArn.slice(roleArn.lastIndexOf("/") + 1), { account }) };
    },
    ensureLoadBalancer({ name, scheme, tags, cluster }) {
      const known = account.all(BALANCER).find((one) => one.inputs["name"] === name);
      if (known !== undefined) return Promise.resolve({ arn: known.id, dnsName: text(known.outputs["dnsName"]) });
      const role = scheme === "internet-facing" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb";
      const subnets = account.all("aws:ec2/subnet:Subnet").filter((subnet) => tagsOf(subnet)[role] === "1");
      if (subnets.length === 0)
        return Promise.reject(
          new Error("unable to resolve at least one subnet (0 match VPC and tags: [" + role + "])"),
        );
      if (account.all(BALANCER).length >= BALANCER_QUOTA)
        return Promise.reject(
          new AwsError(
            "creating load balancer",
            "Elastic Load Balancing v2: CreateLoadBalancer",
            "TooManyLoadBalancers",
            "The maximum number of load balancers has been reached",
          ),
        );
      const suffix = account.hex(name, 16);
      const arn = account.arn("elasticloadbalancing", `loadbalancer/net/${name}/${suffix}`);
      const dnsName = `${name}-${suffix}.elb.${account.region}.amazonaws.com`;
      account.put({
        id: arn,
        type: BALANCER,
        urn: "",
        inputs: {
          name,
          scheme,
          tags: { ...tags, "elbv2.k8s.aws/cluster": cluster },
          vpcId: subnets[0]?.inputs["vpcId"] ?? "",
          subnetIds: subnets.map((subnet) => subnet.id),
        },
        outputs: { arn, dnsName },
      });
      return Promise.resolve({ arn, dnsName });
    },
    deleteLoadBalancer(name) {
      account
        .all(BALANCER)
        .filter((one) => one.inputs["name"] === name)
        .forEach((one) => account.drop(one));
      return Promise.resolve();
    },
    putRecord({ name, type, values: [...values] }) {
      const zone = zoneOf(name);
      if (zone === undefined)
        return Promise.reject(
          new AwsError(
            `changing record ${name}`,
            "Route 53: ChangeResourceRecordSets",
            "NoSuchHostedZone",
            `No hosted zone found for ${name}`,
            404,
          ),
        );
      account.put({
        id: `${name}/${type}`,
        type: RECORD,
        urn: "",
        inputs: { zoneId: zone.id, name, type, values: [...values] },
        outputs: {},
      });
      return Promise.resolve();
    },
    deleteRecord({ name, type }) {
      const record = account.get(`${name}/${type}`, RECORD);
      if (record !== undefined) account.drop(record);
      return Promise.resolve();
    },
    launchInstance({ cluster, pool, instanceType, zone, capacityType }) {
      const subnet = account
        .all("aws:ec2/subnet:Subnet")
        .find((one) => one.inputs["availabilityZone"] === zone && tagsOf(one)["karpenter.sh/discovery"] === cluster);
      const network = parseNetwork(text(subnet?.inputs["cidrBlock"]));
      if (network === undefined)
        return Promise.reject(
          new Error(`no subnets exist given constraints: zone ${zone}, karpenter.sh/discovery=${cluster}`),
        );
      const id = `i-0${account.hex(pool, 16)}`;
      // Above the ranges of managed groups.
      const privateIp = hostAddress(network, 8192 + account.all(INSTANCE).length);
      const privateDnsName = `ip-${privateIp.replaceAll(".", "-")}.${account.region}.compute.internal`;
      account.put({
        id,
        type: INSTANCE,
        urn: "",
        inputs: {
          cluster,
          pool,
          instanceType,
          zone,
          capacityType,
          tags: { [`kubernetes.io/cluster/${cluster}`]: "owned" },
        },
        outputs: { arn: account.arn("ec2", `instance/${id}`), privateIp, privateDnsName },
      });
      return Promise.resolve({ id, privateDnsName, privateIp, zone });
    },
    terminateInstance(id) {
      const instance = account.get(id, INSTANCE);
      if (instance !== undefined) account.drop(instance);
      return Promise.resolve();
    },
    buckets: (roleArn) => bucketsFor(surroundings, roleArn),
    readSecret: async (request) => readSecret(account, request),
  };
}
