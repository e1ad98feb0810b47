/** Every metric of ours: what docs/metrics.md lists, a test compares the two. */
export interface Family {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Upper bounds, of a histogram. */
  buckets?: readonly number[];
}

export const TASKS = [
  'deployment',
  'check',
  'notebooks',
  'data',
  'backup',
  'verify',
  'logrotate',
  'weaver',
  'cowbird',
  'job',
] as const;
export type Task = (typeof TASKS)[number];

export const RESULTS = ['success', 'failure', 'skipped', 'cancelled'] as const;
export type Result = (typeof RESULTS)[number];

/** Seconds. A deployment takes minutes, a check seconds. */
export const DURATION_BUCKETS = [5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600] as const;

const STACK = ['stack'] as const;
const RUN = ['stack', 'task', 'name'] as const;
const CHECKOUT = ['stack', 'checkout'] as const;
const BIRD = ['stack', 'bird'] as const;

const gauge = (labels: readonly string[], help: string): Family => ({ type: 'gauge', help, labels });
const counter = (labels: readonly string[], help: string): Family => ({ type: 'counter', help, labels });

const families = {
  birdkeeper_build_info: gauge(['version', 'host'], 'What runs here; always 1.'),
  birdkeeper_server_reachable: gauge([], 'Whether the Temporal server answered at the newest look.'),
  birdkeeper_records_unreadable: gauge(STACK, 'Files of the state directory that could not be read just now.'),

  birdkeeper_runs_total: counter([...RUN, 'result', 'trigger'], 'Runs that ended, since the stack is kept.'),
  birdkeeper_run_duration_seconds: {
    type: 'histogram',
    help: 'How long runs took, from their start to their end.',
    labels: [...RUN, 'result'],
    buckets: DURATION_BUCKETS,
  },
  birdkeeper_last_run_timestamp_seconds: gauge(
    [...RUN, 'result'],
    'When the newest run of that result ended; 0: never.',
  ),
  birdkeeper_last_success_timestamp_seconds: gauge(RUN, 'When the newest successful run ended; 0: never.'),
  birdkeeper_run_in_progress: gauge(RUN, 'Whether a run is in progress.'),
  birdkeeper_run_started_timestamp_seconds: gauge(RUN, 'When the run in progress began; 0: none is.'),
  birdkeeper_queued_requests: gauge(STACK, 'Deployments and other work that wait for their turn at the keeper.'),

  birdkeeper_schedule_interval_seconds: gauge(RUN, 'The longest time between two due runs of the schedule.'),
  birdkeeper_schedule_next_run_timestamp_seconds: gauge(RUN, 'When the schedule is due next; 0: never, or paused.'),
  birdkeeper_schedule_lag_seconds: gauge(RUN, 'How long a run is overdue that has not been started; 0: none is.'),
  birdkeeper_schedule_paused: gauge(RUN, 'Whether the schedule is paused.'),

  birdkeeper_checkout_behind_commits: gauge(CHECKOUT, 'Commits that the upstream has and the checkout has not.'),
  birdkeeper_checkout_info: gauge([...CHECKOUT, 'branch', 'commit'], 'What is checked out; always 1.'),
  birdkeeper_checkout_state: gauge([...CHECKOUT, 'state'], 'Whether the checkout is in that state.'),
  birdkeeper_checkout_last_fetch_timestamp_seconds: gauge(CHECKOUT, 'When its remote answered last; 0: never.'),
  birdkeeper_checkout_fetch_errors_total: counter(CHECKOUT, 'Times that its remote could not be asked.'),

  birdkeeper_stack_state: gauge([...STACK, 'state'], 'Whether the stack is in that state.'),
  birdkeeper_stack_paused: gauge(STACK, 'Whether a person holds back deployments.'),
  birdkeeper_stack_waiting: gauge(STACK, 'Whether a release waits for a yes or a window.'),

  birdkeeper_phase_failures_total: counter([...STACK, 'phase'], 'Deployments that failed in that phase.'),
  birdkeeper_last_deployment_phase_duration_seconds: gauge(
    [...STACK, 'phase'],
    'How long that phase of the newest deployment took; 0: it did not come to it.',
  ),
  birdkeeper_rollbacks_total: counter(
    [...STACK, 'outcome'],
    'Deployments that had to be put back, by what came of it.',
  ),
  birdkeeper_quarantined_releases: gauge(STACK, 'Releases that are not deployed because they were found bad.'),
  birdkeeper_last_deployment_info: gauge([...STACK, 'number', 'outcome', 'phase'], 'The newest deployment; always 1.'),
  birdkeeper_last_failed_deployment_number: gauge(
    [...STACK, 'outcome', 'phase'],
    'Number of the newest deployment that ended badly in that way; absent: none has.',
  ),
  birdkeeper_last_successful_deployment_number: gauge(
    STACK,
    'Number of the newest deployment that succeeded; 0: none.',
  ),
  birdkeeper_release_info: gauge([...STACK, 'number'], 'The newest good release; always 1.'),
  birdkeeper_last_deployment_timestamp_seconds: gauge(STACK, 'When the newest deployment ended; 0: never.'),
  birdkeeper_last_deployment_duration_seconds: gauge(STACK, 'How long the newest deployment took.'),

  birdkeeper_service_expected: gauge([...STACK, 'project', 'service'], 'A service that should run; always 1.'),
  birdkeeper_service_health: gauge(
    [...STACK, 'service', 'health'],
    'Whether the service is in that health, as the engine says now; absent: the engine does not answer.',
  ),

  birdkeeper_backup_last_snapshot_timestamp_seconds: gauge(STACK, 'When the newest snapshot was made; 0: never.'),
  birdkeeper_backup_verified_timestamp_seconds: gauge(STACK, 'When a backup was last proven to restore; 0: never.'),
  birdkeeper_backup_verification_failed: gauge(STACK, 'Whether the newest verification of a backup failed.'),

  birdkeeper_configuration_valid: gauge(STACK, 'Whether the configuration could be read at the newest look.'),

  birdkeeper_weaver_birds: gauge([...STACK, 'state'], 'Birds that Weaver is to offer, by how far they have come.'),
  birdkeeper_weaver_bird_registered: gauge(BIRD, 'Whether the wanted bird is registered in Weaver.'),
  birdkeeper_weaver_bird_answering: gauge(BIRD, 'Whether the wanted bird is registered and Weaver can read it.'),
  birdkeeper_weaver_bird_processes: gauge(BIRD, 'Processes that Weaver reads of the wanted bird; 0: none.'),
  birdkeeper_weaver_other_providers: gauge(STACK, 'Providers that are registered in Weaver and not wanted.'),
  birdkeeper_weaver_in_step: gauge(STACK, 'Whether the newest registration left everything in step.'),
  birdkeeper_weaver_worker_ready: gauge(
    STACK,
    'Whether the worker of Weaver takes jobs; absent: it was not looked at, or runs elsewhere.',
  ),
  birdkeeper_weaver_listing_answered: gauge(
    STACK,
    'Whether users get the list of all processes; absent: it was not asked for.',
  ),
  birdkeeper_weaver_last_registration_timestamp_seconds: gauge(STACK, 'When the newest registration ended.'),
  birdkeeper_weaver_last_in_step_timestamp_seconds: gauge(
    STACK,
    'When the newest registration ended that left everything in step; 0: never.',
  ),

  birdkeeper_cowbird_in_step: gauge(STACK, 'Whether the newest look saw Cowbird in step with the platform.'),
  birdkeeper_cowbird_finding: gauge([...STACK, 'what'], 'Something of Cowbird that is not as it should be; always 1.'),
  birdkeeper_cowbird_worker_version_equal: gauge(
    STACK,
    'Whether the worker of Cowbird tells the same version as its API; 0 also when one tells none.',
  ),
  birdkeeper_cowbird_users_without_workspace: gauge(STACK, 'People that Magpie knows and that have no workspace.'),
  birdkeeper_cowbird_last_verification_timestamp_seconds: gauge(STACK, 'When Cowbird was looked at last.'),
  birdkeeper_cowbird_last_in_step_timestamp_seconds: gauge(STACK, 'When Cowbird was seen in step last; 0: never.'),
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const FAMILIES: Readonly<Record<FamilyName, Family>> = families;
