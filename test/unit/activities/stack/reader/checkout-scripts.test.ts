import { describe, expect, it } from 'vitest';
import { readCheckoutScripts } from '../../../../../activities/stack/reader/checkout-scripts.js';
import { eraCalled, scriptsOf } from '../../../../support/era-stack.js';

const read = (files: Record<string, string>, era?: string) =>
  readCheckoutScripts(
    '/the stack',
    (path) => Promise.resolve(files[path.replace('/the stack/', '')] ?? ''),
    era === undefined ? undefined : eraCalled(era),
  );
const LISTS = { required: '\n  $A\n  ${B}\n', optional: '\n  $C' };

describe('activities/stack/reader/checkout-scripts', () => {
  it('takes a directory without scripts for a plain one', async () => {
    expect(await read({})).toEqual({ era: eraCalled('plain'), lists: {} });
    expect((await read({ 'read-configs.include.sh': scriptsOf('2.26.0').reader })).era.name).toBe('plain');
  });

  it('takes the lists of the compose script as they stand there', async () => {
    const { composeScript } = scriptsOf('1.14', LISTS);
    expect(await read({ 'pavics-compose.sh': composeScript })).toEqual({ era: eraCalled('1.14'), lists: LISTS });
  });

  it('takes no list that is not there, is indented, or is not in single quotes', async () => {
    const found = await read({ 'pavics-compose.sh': "#!/bin/sh\n  VARS='$A'\nOPTIONAL_VARS=\"$B\"\nMY_VARS='$C'\n" });
    expect(found.lists).toEqual({});
    expect((await read({ 'pavics-compose.sh': "#!/bin/sh\nVARS='$A'\n" })).lists).toEqual({ required: '$A' });
  });

  it('leaves the lists to default.env since 2.18.3', async () => {
    const { composeScript } = scriptsOf('2.18.2', LISTS);
    expect((await read({ 'birdhouse-compose.sh': composeScript }, '2.18.3')).lists).toEqual({});
    expect((await read({ 'birdhouse-compose.sh': composeScript }, '2.18.2')).lists).toEqual(LISTS);
  });

  it('reads the script of the new name before the one of the old name, which calls it', async () => {
    const { composeScript, reader, services } = scriptsOf('2.4.0', LISTS);
    const found = await read({
      'birdhouse-compose.sh': composeScript,
      'pavics-compose.sh': '#!/bin/sh\n# calls the other\n',
      'read-configs.include.sh': reader,
      'scripts/get-services-json.include.sh': services,
    });
    expect(found).toEqual({ era: eraCalled('2.4.0'), lists: LISTS });
  });

  it('reads by the era that it is told, whatever there is', async () => {
    expect((await read({}, '2.26.0')).era.name).toBe('2.26.0');
    expect((await read({ 'pavics-compose.sh': scriptsOf('1.14').composeScript }, 'plain')).era.name).toBe('plain');
  });

  it('finds the reader within the compose script where it has no file of its own', async () => {
    const { composeScript } = scriptsOf('1.22.11');
    expect((await read({ 'pavics-compose.sh': composeScript })).era.name).toBe('1.22.11');
  });
});
