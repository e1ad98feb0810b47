/** All rules, in the files that Prometheus reads. */
import type { Rule, RuleFile } from '../model.js';
import { containerHealthRules } from './container-health.js';
import { containerRules } from './containers.js';
import { deliveryRules } from './delivery.js';
import { deploymentBackupRules } from './deployment-backups.js';
import { deploymentFollowUpRules } from './deployment-follow-ups.js';
import { deploymentOutcomeRules } from './deployment-outcomes.js';
import { deploymentRunRules } from './deployment-runs.js';
import { deploymentStackRules } from './deployment-stacks.js';
import { hostDiskRules } from './host-disks.js';
import { hostHardwareRules } from './host-hardware.js';
import { hostHealthRules } from './host-health.js';
import { hostMemoryRules } from './host-memory.js';
import { hostNetworkErrorRules, hostThroughputRules } from './host-network.js';
import { prometheusRules } from './prometheus.js';

/** Those that operators know by their names. */
export const KNOWN: RuleFile = {
  name: 'prometheus',
  groups: [
    {
      name: 'NodeUsage',
      title: 'Host',
      rules: [
        ...hostMemoryRules,
        ...hostThroughputRules,
        ...hostDiskRules,
        ...hostHardwareRules,
        ...hostNetworkErrorRules,
      ],
    },
    { name: 'ContainerUsage', title: 'Containers', rules: containerRules },
  ],
};

export const RULE_FILES: readonly RuleFile[] = [
  KNOWN,
  {
    name: 'self-monitoring.on',
    variable: 'PROMETHEUS_SELF_MONITORING_RULES',
    groups: [{ name: 'SelfMonitoring', title: 'Monitoring itself', rules: [...prometheusRules, ...deliveryRules] }],
  },
  {
    name: 'container-health.on',
    variable: 'PROMETHEUS_CONTAINER_HEALTH_RULES',
    groups: [{ name: 'ContainerHealth', title: 'Health of containers', rules: containerHealthRules }],
  },
  {
    name: 'host-health.on',
    variable: 'PROMETHEUS_HOST_HEALTH_RULES',
    groups: [{ name: 'HostHealth', title: 'Health of the host', rules: hostHealthRules }],
  },
  {
    name: 'deployment.on',
    variable: 'PROMETHEUS_DEPLOYMENT_RULES',
    groups: [
      {
        name: 'Deployment',
        title: 'Deployments and jobs',
        rules: [
          ...deploymentRunRules,
          ...deploymentOutcomeRules,
          ...deploymentBackupRules,
          ...deploymentStackRules,
          ...deploymentFollowUpRules,
        ],
      },
    ],
  },
];

export const rulesOf = (file: RuleFile): Rule[] => file.groups.flatMap(({ rules }) => rules);
export const ALL_RULES: readonly Rule[] = RULE_FILES.flatMap(rulesOf);
