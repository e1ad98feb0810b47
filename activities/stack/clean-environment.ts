/** The same on every machine and from every terminal, so that reading a stack is reproducible. */
const CLEAN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LANG: 'C.UTF-8',
};

/** What the worker passes explicitly, on top of the least that programs need. */
export const cleanEnvironment = (passed: Readonly<Record<string, string>>): Record<string, string> => ({
  ...CLEAN_ENVIRONMENT,
  ...passed,
});
