import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { panelsOf, parseDashboard, readDashboards } from '../../../support/monitoring/dashboards/model.js';
import { startOwnWorld, type OwnWorld } from '../../../support/monitoring/dashboards/own-world.js';
import { runEveryQuery, type QueryRun } from '../../../support/monitoring/dashboards/run-every-query.js';
import { metricNames } from '../../../support/monitoring/query.js';

const RANGES = ['5m', '1h', '24h'];
const dashboards = Object.values(await readDashboards()).map(parseDashboard);
const expressions = JSON.stringify(dashboards);

describe('components/monitoring/dashboards', () => {
  let world: OwnWorld;
  let runs: QueryRun[] = [];

  beforeAll(async () => {
    world = await startOwnWorld(new Set(metricNames(expressions)));

    runs = await runEveryQuery(world.url, dashboards, RANGES);
  });

  afterAll(() => world?.stop());

  it.each(RANGES)('every query of every panel answers with finite numbers over %s', (range) => {
    const wrong = runs.filter((run) => run.range === range && run.wrong !== undefined);
    expect(wrong.map(({ panel, refId, expression, wrong: why }) => `${panel} ${refId}: ${why}: ${expression}`)).toEqual(
      [],
    );
    const targets = dashboards.flatMap((dashboard) => panelsOf(dashboard).flatMap((panel) => panel.targets ?? []));
    const annotations = dashboards.flatMap(({ annotations: { list } }) => list);
    expect(runs.filter((run) => run.range === range)).toHaveLength(targets.length + annotations.length);
  });
});
