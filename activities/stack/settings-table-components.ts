/** Settings of what follows a deployment for the components Weaver and Cowbird; see settings-table.ts. */
import type { SettingRow } from './settings-table.js';

export const COMPONENT_SETTINGS = {
  verifyTls: {
    names: ['BIRDKEEPER_VERIFY_TLS', 'VERIFY_SSL'],
    default: 'true',
    meaning: 'false: certificates of the platform are not checked when Weaver, Cowbird, Magpie and birds are asked',
  },
  weaverPolicy: {
    names: ['BIRDKEEPER_WEAVER_POLICY'],
    default: '',
    meaning:
      'What a deployment does whose birds could not be registered: warn | fail | roll-back; unset: as component.yml says (warn)',
  },
  weaverFrequency: {
    names: ['BIRDKEEPER_WEAVER_FREQUENCY'],
    default: '@hourly',
    meaning: 'How often it is looked, besides deployments, whether every bird is registered; empty: never by itself',
    emptyCounts: true,
  },
  weaverLookSeconds: {
    names: ['BIRDKEEPER_WEAVER_LOOK_SECONDS'],
    default: '20',
    meaning: 'Between the three looks at a provider that nobody wants, before it is unregistered',
  },
  cowbirdPolicy: {
    names: ['BIRDKEEPER_COWBIRD_POLICY'],
    default: '',
    meaning:
      'What a deployment does after which Cowbird is not in step: warn | fail | roll-back; unset: as component.yml says (warn)',
  },
  cowbirdSeconds: {
    names: ['BIRDKEEPER_COWBIRD_SECONDS'],
    default: '120',
    meaning: 'Longest time that Cowbird and its worker are waited for, which may only be starting',
  },
  cowbirdFrequency: {
    names: ['BIRDKEEPER_COWBIRD_FREQUENCY'],
    default: '@daily',
    meaning: 'How often Cowbird is verified besides deployments; empty: never by itself',
    emptyCounts: true,
  },
} as const satisfies Record<string, SettingRow>;
