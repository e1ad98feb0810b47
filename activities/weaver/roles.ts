/** What Weaver can be (`weaver.config.WeaverConfiguration`; letters of either case are the same to it). */
export const WITHOUT_PROVIDERS = ['ADES', 'DEFAULT'];
export const ROLES = ['HYBRID', 'EMS', ...WITHOUT_PROVIDERS];

/** What to do. */
export const ROLE = 'set WEAVER_CONFIG to HYBRID or EMS';
