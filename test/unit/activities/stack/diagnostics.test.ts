import { describe, expect, it } from 'vitest';
import {
  aliasDiagnostics,
  defaultDiagnostics,
  namesakeDiagnostics,
  requiredDiagnostics,
  sorted,
  undelayedDiagnostics,
  unlistedDiagnostics,
} from '../../../../activities/stack/diagnostics.js';

const lists = { required: ['HOST', 'PASSWORD'], optional: ['TITLE'] };
const nowhere = () => undefined;
const file = (text: string) => ({ path: '/s/nginx.conf', text: Buffer.from(text), mode: 0o644 });

describe('activities/stack/diagnostics', () => {
  it('a required name without a value is an error, blanks are none', () => {
    const found = requiredDiagnostics(lists, { HOST: ' \n', PASSWORD: 'x' }, { PASSWORD: 'x' }, nowhere);
    expect(found).toEqual([
      { severity: 'error', message: 'HOST is required (it is listed in VARS) and empty: set it in env.local.' },
    ]);
  });

  it('a required name that is not exported is a warning, with its place', () => {
    const origin = () => ({ file: '/s/env.local', line: 7 });
    const found = requiredDiagnostics(lists, { HOST: 'h', PASSWORD: 'x' }, { HOST: 'h' }, origin);
    expect(found).toMatchObject([{ severity: 'warning', file: '/s/env.local', line: 7 }]);
    expect(found[0]?.message).toContain('export PASSWORD');
  });

  it('a name that does nothing in this release is told, with the one that does', () => {
    const pairs = [['PAVICS_FQDN', 'BIRDHOUSE_FQDN']] as const;
    const of = (use: { known: boolean; allowed: boolean }, all: Record<string, string>) =>
      aliasDiagnostics({ pairs, ...use }, all, nowhere).map(({ message }) => message);
    const [old, today] = [{ PAVICS_FQDN: 'a' }, { BIRDHOUSE_FQDN: 'b' }];
    expect(of({ known: true, allowed: true }, { ...old, ...today })).toEqual([]);
    expect(of({ known: true, allowed: false }, { ...old, ...today })).toEqual([
      expect.stringMatching(/^PAVICS_FQDN has no effect: .*switched off.* Write BIRDHOUSE_FQDN\.$/) as string,
    ]);
    expect(of({ known: false, allowed: true }, today)).toEqual([
      expect.stringMatching(/^BIRDHOUSE_FQDN has no effect: .*not know that name yet\. Write PAVICS_FQDN\.$/) as string,
    ]);
    expect(of({ known: false, allowed: true }, { ...old, ...today })).toEqual([]);
    expect(of({ known: true, allowed: false }, { PAVICS_FQDN: 'b', ...today })).toEqual([]);
    expect(of({ known: false, allowed: false }, {})).toEqual([]);
  });

  it('a value that the example tells everybody is a warning where it is required, a note elsewhere', () => {
    const all = { PASSWORD: 'qwerty', __DEFAULT__PASSWORD: 'qwerty', TITLE: 'Birds', __DEFAULT__TITLE: 'Birds' };
    expect(defaultDiagnostics(lists, all).map(({ severity }) => severity)).toEqual(['warning', 'note']);
    expect(defaultDiagnostics(lists, { ...all, PASSWORD: 'own', TITLE: 'own' })).toEqual([]);
    expect(defaultDiagnostics(lists, { PASSWORD: '', __DEFAULT__PASSWORD: '' })).toEqual([]);
  });

  it('a reference that is left in a value is told when nobody evaluates it', () => {
    const variables = { ROOT: '/data', DIR: '${ROOT}/x', LATE: '${ROOT}/y', OTHER: '${NOBODY}', VARS: '${ROOT}' };
    const all = { ...variables, DELAYED_EVAL: '\n  LATE\n' };
    expect(undelayedDiagnostics(all, variables, nowhere).map(({ message }) => message)).toEqual([
      'DIR holds the text ${ROOT} and is not listed in DELAYED_EVAL: it stays as it is.',
    ]);
  });

  it('a name that a template uses and nobody lists is told when it is set', () => {
    const exported = { HOST: 'h', SECRET: 's', HOME: '/root' };
    const found = unlistedDiagnostics([file('$host $HOME ${SECRET} $UNSET $$SECRET')], exported, lists);
    expect(found).toMatchObject([{ severity: 'note', file: '/s/nginx.conf.template' }]);
    expect(found[0]?.message).toContain('uses SECRET,');
    expect(unlistedDiagnostics([file('$host $$SECRET')], exported, lists)).toEqual([]);
  });

  it('tells errors first and keeps the order otherwise', () => {
    const of = (severity: 'error' | 'warning' | 'note', message: string) => ({ severity, message });
    const mixed = [of('note', '1'), of('error', '2'), of('warning', '3'), of('error', '4')];
    expect(sorted(mixed).map(({ message }) => message)).toEqual(['2', '4', '3', '1']);
  });

  it('two components of one name are told, one that is listed twice is not', () => {
    const one = ['/s/components/web', '/s/components/monitoring', '/s/components/web'];
    expect(namesakeDiagnostics(one)).toEqual([]);
    const [found, ...more] = namesakeDiagnostics([...one, '/srv/birdkeeper/components/monitoring']);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'warning' });
    expect(found?.message).toContain('monitoring: /s/components/monitoring, /srv/birdkeeper/components/monitoring.');
  });
});
