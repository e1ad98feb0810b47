/**
 * What is deployed when nothing is named: the repositories and the order that birdhouse-deploy's notebook script takes from
 * the network, as a list of ours (facts of Ouranosinc/PAVICS-e2e-workflow-tests, June 2026). Pure.
 *
 * Where two have a file of one name the later one is taken, as there. Its archive of the test notebooks is always of master;
 * WORKFLOW_TESTS_BRANCH, which there chooses the scripts that are run, chooses the notebooks here.
 */
import { DEFAULT_LIMITS, expand, type GitSource, type NotebookList, type NotebookMap } from './list.js';

const github = (repository: string, branch: string): GitSource => ({
  name: repository.replace(/^.*\//, ''),
  git: `https://github.com/${repository}.git`,
  branch,
});

const SOURCES: readonly GitSource[] = [
  github('Ouranosinc/raven', '${RAVEN_BRANCH:-main}'),
  github('CSHS-CWRA/RavenPy', '${RAVENPY_BRANCH:-main}'),
  github('hydrologie/xhydro', '${XHYDRO_BRANCH:-main}'),
  github('Ouranosinc/pavics-sdi', '${PAVICS_SDI_BRANCH:-master}'),
  github('bird-house/finch', '${FINCH_BRANCH:-main}'),
  github('Ouranosinc/PAVICS-e2e-workflow-tests', '${WORKFLOW_TESTS_BRANCH:-master}'),
];

const MAPS: readonly NotebookMap[] = [
  { source: 'raven', from: 'docs/source/notebooks/*.ipynb', to: 'hydro' },
  { source: 'RavenPy', from: 'docs/notebooks/*.ipynb', to: 'hydro' },
  { source: 'xhydro', from: 'docs/notebooks/pavics_notebooks/*.ipynb', to: 'hydro' },
  { source: 'RavenPy', from: 'docs/notebooks/paper/*.ipynb', to: 'hydro/paper' },
  { source: 'pavics-sdi', from: 'docs/source/notebooks/*.ipynb', to: '.' },
  { source: 'pavics-sdi', from: 'docs/source/notebooks/PAVICS-training', to: 'PAVICS-training' },
  { source: 'finch', from: 'docs/source/notebooks/*.ipynb', to: '.' },
  { source: 'PAVICS-e2e-workflow-tests', from: 'notebooks/*.ipynb', to: '.' },
];

/** Other jobs bring these; there, too, only when asked for. */
const LANDING = {
  source: github('Ouranosinc/PAVICS-landing', '${PAVICS_LANDING_BRANCH:-master}'),
  map: {
    source: 'PAVICS-landing',
    from: 'content/notebooks/climate_indicators',
    to: 'pavics-homepage',
    exclude: ['*.html'],
  },
} as const;

/** Variables of the stack: `…_BRANCH`, and DEPLOY_PAVICS_LANDING_NB, which brings the notebooks of the home page too. */
export function defaultList(variables: Readonly<Record<string, string>>): NotebookList {
  const withLanding = (variables['DEPLOY_PAVICS_LANDING_NB'] ?? '') !== '';
  return {
    sources: (withLanding ? [...SOURCES, LANDING.source] : SOURCES).map((source) => ({
      ...source,
      branch: expand(source.branch ?? '', variables),
    })),
    // Before those of the SDI, as there.
    maps: withLanding ? [...MAPS.slice(0, 4), LANDING.map, ...MAPS.slice(4)] : MAPS,
    limits: DEFAULT_LIMITS,
  };
}
