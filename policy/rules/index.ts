import type { Rule } from "../rule";
import { accessIsShortLived } from "./access-is-short-lived";
import { adminPortsAreClosed } from "./admin-ports-are-closed";
import { administratorsAreNotAttached } from "./administrators-are-not-attached";
import { alertsAreComplete } from "./alerts-are-complete";
import { apiVersionsAreServed } from "./api-versions-are-served";
import { apparmorProfilesAreKept } from "./apparmor-profiles-are-kept";
import { backupsAreKept } from "./backups-are-kept";
import { bindingsNameTheirSubjects } from "./bindings-name-their-subjects";
import { bucketsAreEncrypted } from "./buckets-are-encrypted";
import { bucketsBlockPublicAccess } from "./buckets-block-public-access";
import { bucketsKeepVersions } from "./buckets-keep-versions";
import { budgetsAllowEvictions } from "./budgets-allow-evictions";
import { chaosHasAScope } from "./chaos-has-a-scope";
import { chartsArePinned } from "./charts-are-pinned";
import { classesExist } from "./classes-exist";
import { clusterAdminIsNotGranted } from "./cluster-admin-is-not-granted";
import { clusterEndpointIsPrivate } from "./cluster-endpoint-is-private";
import { clusterLogsAreComplete } from "./cluster-logs-are-complete";
import { clusterSecretsAreEncrypted } from "./cluster-secrets-are-encrypted";
import { clusterVersionsAreSupported } from "./cluster-versions-are-supported";
import { configMapsHoldNoSecrets } from "./config-maps-hold-no-secrets";
import { containersAddOnlySafeCapabilities } from "./containers-add-only-safe-capabilities";
import { containersAreUnprivileged } from "./containers-are-unprivileged";
import { containersDoNotEscalate } from "./containers-do-not-escalate";
import { containersDropCapabilities } from "./containers-drop-capabilities";
import { containersHaveProbes } from "./containers-have-probes";
import { containersHaveResources } from "./containers-have-resources";
import { containersKeepProcMasked } from "./containers-keep-proc-masked";
import { containersRunAsNonRoot } from "./containers-run-as-non-root";
import { containersUseSeccomp } from "./containers-use-seccomp";
import { dataIsProtectedFromDeletion } from "./data-is-protected-from-deletion";
import { databasesAreBackedUp } from "./databases-are-backed-up";
import { databasesArePrivate } from "./databases-are-private";
import { databasesStayInternal } from "./databases-stay-internal";
import { disruptionsAreBudgeted } from "./disruptions-are-budgeted";
import { environmentHoldsNoSecrets } from "./environment-holds-no-secrets";
import { environmentsAreBehindALogin } from "./environments-are-behind-a-login";
import { environmentsStayApart } from "./environments-stay-apart";
import { europeanDataStaysInEurope } from "./european-data-stays-in-europe";
import { hostsAreNamed } from "./hosts-are-named";
import { iamPoliciesNameWhatTheyAllow } from "./iam-policies-name-what-they-allow";
import { imagesArePinnedByDigest } from "./images-are-pinned-by-digest";
import { imagesAreReleased } from "./images-are-released";
import { imagesComeFromKnownRegistries } from "./images-come-from-known-registries";
import { imagesNameAVersion } from "./images-name-a-version";
import { instancesRequireImdsv2 } from "./instances-require-imdsv2";
import { issuersFitTheEnvironment } from "./issuers-fit-the-environment";
import { keysRotate } from "./keys-rotate";
import { listenersUseTls } from "./listeners-use-tls";
import { logGroupsHaveRetention } from "./log-groups-have-retention";
import { logGroupsUseAKey } from "./log-groups-use-a-key";
import { messagesAreEncrypted } from "./messages-are-encrypted";
import { namespacesDenyByDefault } from "./namespaces-deny-by-default";
import { namespacesEnforcePodSecurity } from "./namespaces-enforce-pod-security";
import { namespacesHaveLimitRanges } from "./namespaces-have-limit-ranges";
import { namespacesHaveQuotas } from "./namespaces-have-quotas";
import { networksDoNotOverlap } from "./networks-do-not-overlap";
import { networksSpanZones } from "./networks-span-zones";
import { nodesArePrivate } from "./nodes-are-private";
import { nodesLimitTheirPods } from "./nodes-limit-their-pods";
import { nodesRunSupportedImages } from "./nodes-run-supported-images";
import { podsHaveAController } from "./pods-have-a-controller";
import { podsSpreadOverZones } from "./pods-spread-over-zones";
import { podsStayOffTheHost } from "./pods-stay-off-the-host";
import { podsStayWithinSize } from "./pods-stay-within-size";
import { portsStayOffTheHost } from "./ports-stay-off-the-host";
import { probesStayInThePod } from "./probes-stay-in-the-pod";
import { refreshesAnonymise } from "./refreshes-anonymise";
import { regulatedDataStaysAlone } from "./regulated-data-stays-alone";
import { repositoriesAreImmutable } from "./repositories-are-immutable";
import { resourcePoliciesNamePrincipals } from "./resource-policies-name-principals";
import { resourcesCarryTags } from "./resources-carry-tags";
import { retiredPartsAreReplaced } from "./retired-parts-are-replaced";
import { rolesCannotEscalate } from "./roles-cannot-escalate";
import { rolesDoNotReadAllSecrets } from "./roles-do-not-read-all-secrets";
import { rolesGrantNoExec } from "./roles-grant-no-exec";
import { rolesNameWhatTheyAllow } from "./roles-name-what-they-allow";
import { rolesTrustNamedPrincipals } from "./roles-trust-named-principals";
import { rootFileSystemsAreReadOnly } from "./root-file-systems-are-read-only";
import { routesAttachToTls } from "./routes-attach-to-tls";
import { routesUseTls } from "./routes-use-tls";
import { secretsStayOutOfManifests } from "./secrets-stay-out-of-manifests";
import { securityGroupsNameTheirSources } from "./security-groups-name-their-sources";
import { selinuxOptionsAreSafe } from "./selinux-options-are-safe";
import { serviceAccountTokensAreOff } from "./service-account-tokens-are-off";
import { servicesStayInternal } from "./services-stay-internal";
import { spotWorkloadsAreReady } from "./spot-workloads-are-ready";
import { stableEnvironmentsAreDelivered } from "./stable-environments-are-delivered";
import { statefulNamespacesAreBackedUp } from "./stateful-namespaces-are-backed-up";
import { sysctlsAreSafe } from "./sysctls-are-safe";
import { tablesRecoverToAPointInTime } from "./tables-recover-to-a-point-in-time";
import { updatesLoseNoCapacity } from "./updates-lose-no-capacity";
import { volumesAreEncrypted } from "./volumes-are-encrypted";
import { volumesAreOfSafeTypes } from "./volumes-are-of-safe-types";
import { volumesStayOffTheHost } from "./volumes-stay-off-the-host";
import { workloadsAreBehindNetworkPolicies } from "./workloads-are-behind-network-policies";
import { workloadsAreReplicated } from "./workloads-are-replicated";
import { waiversAreInOrder } from "./waivers-are-in-order";

/** Every rule of the pack, in the order of the alphabet; the one about waivers judges what the others used. Levels per environment are in ../config. */
export const rules: readonly Rule[] = [
  accessIsShortLived,
  adminPortsAreClosed,
  administratorsAreNotAttached,
  alertsAreComplete,
  apiVersionsAreServed,
  apparmorProfilesAreKept,
  backupsAreKept,
  bindingsNameTheirSubjects,
  bucketsAreEncrypted,
  bucketsBlockPublicAccess,
  bucketsKeepVersions,
  budgetsAllowEvictions,
  chaosHasAScope,
  chartsArePinned,
  classesExist,
  clusterAdminIsNotGranted,
  clusterEndpointIsPrivate,
  clusterLogsAreComplete,
  clusterSecretsAreEncrypted,
  clusterVersionsAreSupported,
  configMapsHoldNoSecrets,
  containersAddOnlySafeCapabilities,
  containersAreUnprivileged,
  containersDoNotEscalate,
  containersDropCapabilities,
  containersHaveProbes,
  containersHaveResources,
  containersKeepProcMasked,
  containersRunAsNonRoot,
  containersUseSeccomp,
  dataIsProtectedFromDeletion,
  databasesAreBackedUp,
  databasesArePrivate,
  databasesStayInternal,
  disruptionsAreBudgeted,
  environmentHoldsNoSecrets,
  environmentsAreBehindALogin,
  environmentsStayApart,
  europeanDataStaysInEurope,
  hostsAreNamed,
  iamPoliciesNameWhatTheyAllow,
  imagesArePinnedByDigest,
  imagesAreReleased,
  imagesComeFromKnownRegistries,
  imagesNameAVersion,
  instancesRequireImdsv2,
  issuersFitTheEnvironment,
  keysRotate,
  listenersUseTls,
  logGroupsHaveRetention,
  logGroupsUseAKey,
  messagesAreEncrypted,
  namespacesDenyByDefault,
  namespacesEnforcePodSecurity,
  namespacesHaveLimitRanges,
  namespacesHaveQuotas,
  networksDoNotOverlap,
  networksSpanZones,
  nodesArePrivate,
  nodesLimitTheirPods,
  nodesRunSupportedImages,
  podsHaveAController,
  podsSpreadOverZones,
  podsStayOffTheHost,
  podsStayWithinSize,
  portsStayOffTheHost,
  probesStayInThePod,
  refreshesAnonymise,
  regulatedDataStaysAlone,
  repositoriesAreImmutable,
  resourcePoliciesNamePrincipals,
  resourcesCarryTags,
  retiredPartsAreReplaced,
  rolesCannotEscalate,
  rolesDoNotReadAllSecrets,
  rolesGrantNoExec,
  rolesNameWhatTheyAllow,
  rolesTrustNamedPrincipals,
  rootFileSystemsAreReadOnly,
  routesAttachToTls,
  routesUseTls,
  secretsStayOutOfManifests,
  securityGroupsNameTheirSources,
  selinuxOptionsAreSafe,
  serviceAccountTokensAreOff,
  servicesStayInternal,
  spotWorkloadsAreReady,
  stableEnvironmentsAreDelivered,
  statefulNamespacesAreBackedUp,
  sysctlsAreSafe,
  tablesRecoverToAPointInTime,
  updatesLoseNoCapacity,
  volumesAreEncrypted,
  volumesAreOfSafeTypes,
  volumesStayOffTheHost,
  workloadsAreBehindNetworkPolicies,
  workloadsAreReplicated,
  waiversAreInOrder,
];
