import { describe, expect, it } from 'vitest';
import { serviceNames } from '../../../../activities/stack/service-names.js';

describe('activities/stack/service-names', () => {
  it('finds services of all files, and by what else they are known', () => {
    const texts = [
      'x-logging: &logging {driver: json-file}\nservices:\n  finch:\n    <<: *logging\n    container_name: ${FINCH:-finch-1}\n',
      'services:\n  raven: {container_name: $RAVEN, hostname: raven.local, networks: {default: {aliases: [r1, r2]}, b: }}\n  finch: !reset null\n',
      '',
    ];
    expect(serviceNames(texts, { RAVEN: 'bird' })).toEqual([
      'finch',
      'finch-1',
      'raven',
      'bird',
      'raven.local',
      'r1',
      'r2',
    ]);
  });

  it.each(['include: [more.yml]\nservices: {}\n', 'services: [', 'services: {a: *gone}\n'])(
    'does not know of %j',
    (text) => {
      expect(serviceNames(['services: {web: {}}\n', text], {})).toBeUndefined();
    },
  );

  it('takes what is no map of services for none', () => {
    expect(serviceNames(['services: [a]\n', '- a\n', 'services: {web: , api: 3}\n'], {})).toEqual(['web', 'api']);
  });
});
