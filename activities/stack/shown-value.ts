/** Values of settings as messages repeat them. Pure. */

/** The beginning of a value, quoted, without what steers a terminal or turns a line around. */
export const shownValue = (text: string): string =>
  JSON.stringify([...withoutPaths(text.toWellFormed().replace(UNSHOWN, ' '))].slice(0, MOST_SHOWN).join(''));
/** An address in the wrong variable may be that of a webhook, or hold a password that is not written as it should be. */
const withoutPaths = (text: string): string =>
  text.replace(/([a-z][a-z0-9+.-]*:\/\/)(\S*)/gi, (_, scheme: string, rest: string) =>
    rest.includes('@') ? `${scheme}…` : `${scheme}${rest.replace(/[/?#\\].+$/, '/…')}`,
  );
const MOST_SHOWN = 80;
/** Line ends and tabs are shown as JSON has them. */
const UNSHOWN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
