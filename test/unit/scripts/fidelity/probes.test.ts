import { describe, expect, it } from 'vitest';
import { probed } from '../../../../scripts/fidelity/probes.mjs';

const FILES = { variables: '/there/variables', list: '/there/list' };

describe('scripts/fidelity/probes', () => {
  it('variables are written down before the required ones are looked for, in either form', () => {
    for (const line of ['check_required_vars || exit $?', 'for i in ${VARS}']) {
      const text = probed(`read_configs\n${line}\nrest\n`, FILES) ?? '';
      expect(text.indexOf(`done > '/there/variables'`)).toBeLessThan(text.indexOf(line));
      expect(text).toMatch(/^read_configs\n/);
      expect(text).toMatch(/\nrest\n$/);
    }
  });

  it('the list of compose files is written down before hooks change it, where there is a function for it', () => {
    const script = 'check_required_vars\ncreate_compose_conf_list # sets it\n. hooks\n';
    expect(probed(script, FILES)).toMatch(/sets it\nprintf '%s' "\$COMPOSE_CONF_LIST" > '\/there\/list'\n\. hooks\n$/);
    expect(probed('check_required_vars\n', FILES)).not.toContain('/there/list');
  });

  it('another script gets none', () => {
    expect(probed('echo hello\n', FILES)).toBeUndefined();
  });
});
