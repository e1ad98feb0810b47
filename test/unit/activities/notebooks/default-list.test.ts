import { describe, expect, it } from 'vitest';
import { defaultList } from '../../../../activities/notebooks/default-list.js';
import { select } from '../../../../activities/notebooks/select.js';

/** What lies in the repositories, a file for each rule of upstream's order. */
const REPOSITORIES: Readonly<Record<string, readonly string[]>> = {
  raven: ['docs/source/notebooks/Region.ipynb', 'docs/source/notebooks/paper/no.ipynb', 'docs/source/notebooks/no.nc'],
  RavenPy: ['docs/notebooks/01.ipynb', 'docs/notebooks/Region.ipynb', 'docs/notebooks/paper/study.ipynb'],
  xhydro: ['docs/notebooks/no.ipynb', 'docs/notebooks/pavics_notebooks/pmp.ipynb'],
  'PAVICS-landing': ['content/notebooks/climate_indicators/i.ipynb', 'content/notebooks/climate_indicators/i.html'],
  'pavics-sdi': [
    'docs/source/notebooks/WMS_example.ipynb',
    'docs/source/notebooks/no.geojson',
    'docs/source/notebooks/PAVICS-training/data/x.csv',
    'docs/source/notebooks/PAVICS-training/t.ipynb',
  ],
  finch: ['docs/source/notebooks/WMS_example.ipynb', 'docs/source/notebooks/finch-usage.ipynb'],
  'PAVICS-e2e-workflow-tests': ['notebooks/hummingbird.ipynb', 'notebooks/output-sanitize.cfg'],
};

function treeOf(variables: Record<string, string>): Record<string, string> {
  const made = defaultList(variables).maps.flatMap((map) =>
    select(REPOSITORIES[map.source] ?? [], map).map(({ to }) => [to, map.source] as const),
  );
  return Object.fromEntries(made);
}
const TREE = {
  'hydro/Region.ipynb': 'RavenPy',
  'hydro/01.ipynb': 'RavenPy',
  'hydro/pmp.ipynb': 'xhydro',
  'hydro/paper/study.ipynb': 'RavenPy',
  'WMS_example.ipynb': 'finch',
  'PAVICS-training/data/x.csv': 'pavics-sdi',
  'PAVICS-training/t.ipynb': 'pavics-sdi',
  'finch-usage.ipynb': 'finch',
  'hummingbird.ipynb': 'PAVICS-e2e-workflow-tests',
};
const branches = (variables: Record<string, string>) =>
  Object.fromEntries(
    defaultList(variables).sources.map(({ name, ...source }) => [name, 'branch' in source && source.branch]),
  );

describe('activities/notebooks/default-list', () => {
  it("makes upstream's tree, the later one of two files for one place", () => {
    expect(treeOf({})).toEqual(TREE);
  });

  it('brings the notebooks of the home page when asked for', () => {
    expect(treeOf({ DEPLOY_PAVICS_LANDING_NB: '1' })).toEqual({ ...TREE, 'pavics-homepage/i.ipynb': 'PAVICS-landing' });
    expect(treeOf({ DEPLOY_PAVICS_LANDING_NB: '' })).toEqual(TREE);
  });

  it('honours the branches of the stack', () => {
    expect(branches({ PAVICS_SDI_BRANCH: 'next', FINCH_BRANCH: '', WORKFLOW_TESTS_BRANCH: 'try' })).toEqual({
      raven: 'main',
      RavenPy: 'main',
      xhydro: 'main',
      'pavics-sdi': 'next',
      finch: 'main',
      'PAVICS-e2e-workflow-tests': 'try',
    });
    expect(branches({ DEPLOY_PAVICS_LANDING_NB: '1', PAVICS_LANDING_BRANCH: 'x' })).toMatchObject({
      'PAVICS-landing': 'x',
    });
  });

  it('each source has a map and each map a source', () => {
    const { sources, maps } = defaultList({ DEPLOY_PAVICS_LANDING_NB: '1' });
    expect([...new Set(maps.map(({ source }) => source))].sort()).toEqual(sources.map(({ name }) => name).sort());
  });
});
