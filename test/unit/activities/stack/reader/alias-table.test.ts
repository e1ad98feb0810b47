import { describe, expect, it } from 'vitest';
import { ALIASES, ALIASES_OF_COMPONENTS } from '../../../../../activities/stack/reader/alias-table.js';
import { copiedAs, extended, fillNew, fillOld } from '../../../../../activities/stack/reader/aliases.js';

/** Written out once more, in the order that counts. */
const PAIRS = `
PAVICS_FQDN                       BIRDHOUSE_FQDN
PAVICS_FQDN_PUBLIC                BIRDHOUSE_FQDN_PUBLIC
POSTGRES_PAVICS_USERNAME          BIRDHOUSE_POSTGRES_USERNAME
POSTGRES_PAVICS_PASSWORD          BIRDHOUSE_POSTGRES_PASSWORD
OWNER_PAVICS_CHECKOUT             BIRDHOUSE_REPO_CHECKOUT_OWNER
PAVICS_LOG_DIR                    BIRDHOUSE_LOG_DIR
PAVICS_FRONTEND_IP                BIRDHOUSE_FRONTEND_IP
PAVICS_FRONTEND_PORT              BIRDHOUSE_FRONTEND_PORT
PAVICS_FRONTEND_PROTO             BIRDHOUSE_FRONTEND_PROTO
PAVICS_HOST_URL                   BIRDHOUSE_HOST_URL
PROXY_ROOT_LOCATION               BIRDHOUSE_PROXY_ROOT_LOCATION
DATA_PERSIST_ROOT                 BIRDHOUSE_DATA_PERSIST_ROOT
DATA_PERSIST_SHARED_ROOT          BIRDHOUSE_DATA_PERSIST_SHARED_ROOT
SSL_CERTIFICATE                   BIRDHOUSE_SSL_CERTIFICATE
DOC_URL                           BIRDHOUSE_DOC_URL
SUPPORT_EMAIL                     BIRDHOUSE_SUPPORT_EMAIL
EXTRA_CONF_DIRS                   BIRDHOUSE_EXTRA_CONF_DIRS
DEFAULT_CONF_DIRS                 BIRDHOUSE_DEFAULT_CONF_DIRS
AUTODEPLOY_EXTRA_REPOS            BIRDHOUSE_AUTODEPLOY_EXTRA_REPOS
AUTODEPLOY_DEPLOY_KEY_ROOT_DIR    BIRDHOUSE_AUTODEPLOY_DEPLOY_KEY_ROOT_DIR
AUTODEPLOY_PLATFORM_FREQUENCY     BIRDHOUSE_AUTODEPLOY_PLATFORM_FREQUENCY
AUTODEPLOY_NOTEBOOK_FREQUENCY     BIRDHOUSE_AUTODEPLOY_NOTEBOOK_FREQUENCY
AUTODEPLOY_EXTRA_SCHEDULER_JOBS   BIRDHOUSE_AUTODEPLOY_EXTRA_SCHEDULER_JOBS
AUTODEPLOY_CODE_OWNERSHIP         BIRDHOUSE_AUTODEPLOY_CODE_OWNERSHIP
LOGROTATE_DATA_DIR                BIRDHOUSE_LOGROTATE_DATA_DIR
ALLOW_UNSECURE_HTTP               BIRDHOUSE_ALLOW_UNSECURE_HTTP
DOCKER_NOTEBOOK_IMAGES            JUPYTERHUB_DOCKER_NOTEBOOK_IMAGES
ENABLE_JUPYTERHUB_MULTI_NOTEBOOKS JUPYTERHUB_ENABLE_MULTI_NOTEBOOKS
MOUNT_IMAGE_SPECIFIC_NOTEBOOKS    JUPYTERHUB_MOUNT_IMAGE_SPECIFIC_NOTEBOOKS
EXTRA_PYWPS_CONFIG                BIRDHOUSE_EXTRA_PYWPS_CONFIG
GITHUB_CLIENT_ID                  MAGPIE_GITHUB_CLIENT_ID
GITHUB_CLIENT_SECRET              MAGPIE_GITHUB_CLIENT_SECRET
VERIFY_SSL                        BIRDHOUSE_VERIFY_SSL
SMTP_SERVER                       ALERTMANAGER_SMTP_SERVER
COMPOSE_UP_EXTRA_OPTS             BIRDHOUSE_COMPOSE_UP_EXTRA_OPTS
WPS_OUTPUTS_DIR                   BIRDHOUSE_WPS_OUTPUTS_DIR
SERVER_NAME                       BIRDHOUSE_NAME
SERVER_DESCRIPTION                BIRDHOUSE_DESCRIPTION
SERVER_INSTITUTION                BIRDHOUSE_INSTITUTION
SERVER_SUBJECT                    BIRDHOUSE_SUBJECT
SERVER_TAGS                       BIRDHOUSE_TAGS
SERVER_DOCUMENTATION_URL          BIRDHOUSE_DOCUMENTATION_URL
SERVER_RELEASE_NOTES_URL          BIRDHOUSE_RELEASE_NOTES_URL
SERVER_SUPPORT_URL                BIRDHOUSE_SUPPORT_URL
SERVER_LICENSE_URL                BIRDHOUSE_LICENSE_URL`
  .trim()
  .split('\n')
  .map((line) => line.split(/ +/) as [string, string]);
const text = copiedAs('text');

describe('activities/stack/reader/alias-table', () => {
  it('is the table, in its order', () => {
    expect(ALIASES).toEqual(PAIRS);
  });

  it.each(PAIRS)('%s gives its value to %s, and takes it', (old, replacement) => {
    const given = new Map([[old, 'of old']]);
    expect(fillNew(ALIASES, given, text)).toEqual([{ to: replacement, from: old }]);
    expect(given.get(replacement)).toBe('of old');
    const taken = new Map([[replacement, 'of new']]);
    expect(fillOld(ALIASES, taken, text)).toEqual([{ to: old, from: replacement }]);
    expect(taken.get(old)).toBe('of new');
    expect(extended(ALIASES, `$${replacement}`, '$')).toEqual([`$${old}`]);
  });

  it('names each deprecated name once, and no replacement that is deprecated itself', () => {
    const old = PAIRS.map(([name]) => name);
    expect(new Set(old).size).toBe(old.length);
    expect(PAIRS.filter(([, replacement]) => old.includes(replacement))).toEqual([]);
  });

  it('knows which ones decide about components', () => {
    expect(PAIRS.map(([old]) => old).filter((old) => ALIASES_OF_COMPONENTS.includes(old))).toEqual(
      ALIASES_OF_COMPONENTS,
    );
  });
});
