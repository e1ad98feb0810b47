/** Settings of Weaver that cannot work, in the story of a deployment told in this process on the real parts of a world. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STACK_FOLDER } from '../../support/world/index.js';
import { LONG, QUICK, RulesWorld } from './rules-world.js';

const rules = new RulesWorld([QUICK]);
beforeAll(() => rules.begin({ name: 'birds' }), LONG);
afterAll(() => rules.end());

/** As the platform's own components are: without `component.yml`. */
const files = {
  [`${STACK_FOLDER}/components/weaver/default.env`]: "export WEAVER_WPS_PROVIDERS='finch raven'\n",
  [`${STACK_FOLDER}/components/magpie/default.env`]: '\n',
};
const LISTED = 'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/weaver ./components/magpie"';

describe('activities/index', () => {
  it(
    'a role without providers, two birds on one address and a Magpie without credentials end it before anything is touched',
    async () => {
      const before = await rules.world.checkedOut();
      await rules.world.push('platform', files, 'Weaver');
      await rules.pushSettings(
        LISTED,
        'export WEAVER_URL=http://weaver:4001/weaver WEAVER_PROVIDERS_URL_TEMPLATE=http://birds:5000/wps',
        'export WEAVER_CONFIG=ADES',
      );
      const refused = await rules.deploy({ trigger: 'first' });
      expect(refused).toMatchObject({ phase: 'validate' });
      expect(refused.outcome).not.toBe('deployed');
      const lines = refused.message.split('\n');
      expect(refused.message).toMatch(/env\.local line \d+: WEAVER_CONFIG: ADES is a role without providers/);
      // The names are a default of the component, as it will be.
      expect(refused.message).toMatch(
        /components\/weaver\/default\.env line 1: WEAVER_WPS_PROVIDERS: finch and raven have one address/,
      );
      expect(refused.message).toContain('The stack has Magpie, and nobody can be signed in there');
      expect(lines.filter((line) => /WEAVER|MAGPIE/.test(line))).toHaveLength(3);
      expect(await rules.world.checkedOut()).toEqual(before);
      expect(await rules.containers()).toEqual([]);
    },
    LONG,
  );
});
