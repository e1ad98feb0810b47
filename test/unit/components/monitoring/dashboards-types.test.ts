import { describe, expect, it } from 'vitest';
import { readDashboards } from '../../../support/monitoring/dashboards/model.js';
import { typeCheck } from '../../../support/monitoring/dashboards/type-check.js';

const texts = await readDashboards();
const sound = texts['docker-and-system-monitoring.json'] ?? '';

/** Each with a mistake of its own: what → the text that is put in another's place, and what is said of it. */
const CORRUPTED: Record<string, [from: string, to: string, says: RegExp]> = {
  'a key that Grafana does not know': ['"graphTooltip": 1', '"graphTooltips": 1', /graphTooltips/],
  'a word that is no choice': ['"displayMode": "table"', '"displayMode": "tables"', /"tables"/],
  'a number that is no choice': ['"graphTooltip": 1', '"graphTooltip": 3', /Type '3'/],
  'an option of another kind of panel': ['"graphMode": "area"', '"showThresholdMarkers": true', /showThresholdMarkers/],
  'an unknown key of a graph': ['"fillOpacity": 30', '"fillOpacities": 30', /fillOpacities/],
  'an unknown key of a query': ['"legendFormat": "load"', '"legend": "load"', /legend/],
  'an Angular panel': ['"type": "timeseries"', '"type": "graph"', /"graph"/],
  'a text for a number': ['"decimals": 1', '"decimals": "1"', /string/],
  'no JSON': ['"schemaVersion": 42', '"schemaVersion" 42', /expected/],
};

const checked = typeCheck({
  ...texts,
  ...Object.fromEntries(Object.entries(CORRUPTED).map(([what, [from, to]]) => [what, sound.replace(from, to)])),
});

describe('components/monitoring/dashboards', () => {
  it.each(Object.keys(texts))('%s is what Grafana publishes as the types of a dashboard', (name) => {
    expect(checked[name]).toEqual([]);
  });

  it.each(Object.entries(CORRUPTED))('a copy with %s is refused', (what, [from, , says]) => {
    expect(sound).toContain(from);
    expect(checked[what]?.join('\n')).toMatch(says);
  });
});
