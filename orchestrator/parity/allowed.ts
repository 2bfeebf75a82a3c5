/** A difference between staging and production that is meant, and why. */
export interface Allowance {
  /** Over `type name`. */
  readonly resource: RegExp;
  /** Over the dotted path of the input; of a resource that only one side has, the empty path. */
  readonly path: RegExp;
  readonly reason: string;
}

/** The allow list of B8.3 and B8.4. What is not on it blocks; what nothing needs any more is to be taken off. */
export const allowed: readonly Allowance[] = [
  {
    resource: /./,
    path: /(^|\.)(tags|tagsAll|defaultTags|extraVolumeTags)\.(vlan|cost-centre)$/,
    reason: "who pays and the VLAN number are the environment's own (B2.3, B3.1)",
  },
  {
    resource: /^aws:ec2\/(vpc|subnet):/,
    path: /^cidrBlock$/,
    reason: "networks of environments never overlap (B3.2)",
  },
  {
    resource: /^kubernetes:networking\.k8s\.io\/v1:NetworkPolicy /,
    path: /\.ipBlock\.cidr$/,
    reason: "networks of environments never overlap (B3.2)",
  },
  { resource: /^aws:cloudwatch\/logGroup:/, path: /^retentionInDays$/, reason: "retention per environment (B6.1)" },
  {
    resource: / metrics-kube-prometheus-stack$/,
    path: /\.prometheusSpec\.(retention|retentionSize|externalLabels\.|storageSpec\.|resources\.)/,
    reason: "retention per environment, and the disk and memory it takes (B6.1, B8.3)",
  },
  {
    resource: / logs-traces-tempo$/,
    path: /\.tempo\.retention$/,
    reason: "retention per environment (B6.1)",
  },
  {
    resource: / logs-loki$/,
    path: /\.limits_config\.retention_period$/,
    reason: "retention per environment (B6.1)",
  },
  {
    resource: /^aws:budgets\/budget:/,
    path: /^limitAmount$|subscriberEmailAddresses/,
    reason: "budgets and whom they write to, per environment (B5)",
  },
  {
    resource: /^aws:backup\/plan:/,
    path: /^rules\.0\.(ruleName|schedule|lifecycle\.deleteAfter)$/,
    reason: "daily in staging, hourly in production (B4.1, B4.2)",
  },
  {
    resource: /^aws:eks\/nodeGroup:|^aws:ec2\/launchTemplate:/,
    path: /^(instanceTypes|scalingConfig|blockDeviceMappings)\./,
    reason: "number, size and disk of nodes (B8.3)",
  },
  {
    resource: /^kubernetes:karpenter/,
    path: /^spec\.(limits|blockDeviceMappings|template\.spec\.requirements)\.|^spec\.detailedMonitoring$/,
    reason: "size, disk, monitoring and ceiling of nodes (B8.3, B2.4)",
  },
  {
    resource: / node-pools-gpu/,
    path: /^$/,
    reason: "GPU nodes cost more than what they prove in staging (B8.3)",
  },
  {
    resource: / entry-point-proxy$/,
    path: /loadBalancerSourceRanges\./,
    reason: "staging is an allow list, production is open to its users (B3.1)",
  },
  {
    resource: / entry-point-(gateway|application-certificate)$/,
    path: /^spec\.(listeners\.\d+\.hostname|dnsNames\.\d+)$/,
    reason: "the application's host is staging.<domain> and api.<domain> (C4.3, C5.3, B8.3)",
  },
  {
    resource: / entry-point-external-dns$/,
    path: /^values\.policy$/,
    reason: "records of production are removed by a person (A6.5)",
  },
  {
    resource: / backup-(bucket|velero|daily)$/,
    path: /(noncurrentDays|defaultBackupTTL|spec\.template\.ttl)$/,
    reason: "copies are kept as long as each environment is configured to (B4.1, B4.2)",
  },
  { resource: / backup-hourly$/, path: /^$/, reason: "hourly copies in production only (B4.1, B4.2)" },
  {
    resource: / gitops-root$/,
    path: /^spec\.source\.targetRevision$/,
    reason: "staging follows the branch, production a released version (A7.1)",
  },
  {
    resource: /PrometheusRule slos-(alerts|indicators)$/,
    path: /^spec\.groups\./,
    reason:
      "severity, thresholds and escalation per environment, the budget told over what is kept (B6.1, B6.3, B6.5, B6.6)",
  },
  {
    resource: / slos-(routing|receivers)$/,
    path: /./,
    reason: "staging tells Slack and mail, production PagerDuty too, with escalation (B6.2, B6.3)",
  },
  {
    resource: / slos-dashboard-(sla|business|capacity|incidents)$/,
    path: /^$/,
    reason: "what is looked at once there are users (B6.8)",
  },
  {
    resource: / cost-(off-hours|off-hours-scheduler|evening|morning)$/,
    path: /^$/,
    reason: "nodes of staging rest outside working hours, those of production never do (H4.3)",
  },
  {
    resource: / cost-(off-hours-(?!scheduler).+|database-(rest(-.+)?|evening|morning))$/,
    path: /^$/,
    reason: "the database of staging hibernates outside working hours, that of production never does (H4.3)",
  },
  {
    resource: / slos-dashboard-namespaces$/,
    path: /\.templating\.list\.0\.(query|options|current)/,
    reason: "names of environments are choices in it; the text is the same (B6.9)",
  },
  {
    resource: / slipway-issuers-fit-the-environment$/,
    path: /^(metadata\.annotations\.slipway\.dev\/(remediation|url)|spec\.validations\.\d\.message)$/,
    reason: "the rule speaks of both environments; the text is the same (A5.4)",
  },
  {
    resource: / stateful-(kafka-brokers|postgres)$/,
    path: /(^|\.)(storage\.volumes\.0\.size|storage\.size)$/,
    reason: "room for as much data as each environment keeps (B8.3)",
  },
  {
    resource: / stateful-postgres-(archive|store)$/,
    path: /(noncurrentDays|retentionPolicy)$/,
    reason: "copies are kept as long as each environment is configured to (B4.1, B4.2)",
  },
  { resource: / stateful-postgres-checkout-hourly$/, path: /^$/, reason: "hourly copies in production only (B4.2)" },
  {
    resource: /PrometheusRule stateful-(kafka|postgres)-rules$/,
    path: /^spec\.groups\.0\.rules\.\d+\.(labels\.severity|annotations\.runbook_url)$/,
    reason: "nobody is woken by staging; runbooks are where each environment says (B6.2, B6.3)",
  },
  {
    resource: / application-deployment-app$/,
    path: /\.annotations\.slipway\.dev\/settings$/,
    reason: "a digest of the settings, which are compared by themselves",
  },
  {
    resource: / application-horizontalpodautoscaler-app$/,
    path: /^spec\.maxReplicas$/,
    reason: "the ceiling of the autoscaler (B8.3, C4.2, C5.1)",
  },
  {
    resource: / application-httproute-app$/,
    path: /^spec\.hostnames\.0$/,
    reason: "the application's host is staging.<domain> and api.<domain> (C4.3, C5.3, B8.3)",
  },
  {
    resource: / application-prometheusrule-app$/,
    path: /^spec\.groups\.0\.rules\.\d+\.(labels\.severity|annotations\.runbook_url)$/,
    reason: "nobody is woken by staging; runbooks are where each environment says (B6.2, B6.3)",
  },
  {
    resource: / application-delivery$/,
    path: /^spec\.source\.targetRevision$/,
    reason: "staging follows the branch, production a released version (A7.1)",
  },
  {
    resource: / day-two-dashboard$/,
    path: /^data\.maintenance\.json\.panels\.\d+\.options\.content$/,
    reason: "each environment has a maintenance window of its own, and says so (H1.4)",
  },
];

/** What differs besides where both have the sizes of C1.7 and C1.8, each environment larger than the one before it. */
export const graded: readonly Allowance[] = [
  {
    resource: /^kubernetes:core\/v1:(ResourceQuota|LimitRange) gitops-environment-/,
    path: /^spec\./,
    reason: "application.profile is graded: production is larger than staging, which proves less (C1.7, C1.8)",
  },
  {
    resource: / application-(deployment|rollout|job|horizontalpodautoscaler|poddisruptionbudget|configmap)-|-delivery$/,
    path: /^$|\.resources\.|^spec\.(replicas|minAvailable|ignoreDifferences\.)|^data\.LOG_LEVEL$/,
    reason: "application.profile is graded: production is larger than staging, which proves less (C1.7, C1.8)",
  },
];
