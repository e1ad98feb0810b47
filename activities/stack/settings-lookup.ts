/** Which variable decides a setting, and what it says. Pure. */
import { SETTINGS, type SettingKey, type SettingRow } from './settings-table.js';

/** The deciding name and its text. Set and not blank beats set and blank beats the default. */
export function lookUp(key: SettingKey, variables: Readonly<Record<string, string>>): { name: string; text: string } {
  const row: SettingRow = SETTINGS[key];
  const set = row.names.filter((name) => variables[name] !== undefined);
  const name = set.find((candidate) => (variables[candidate] ?? '').trim() !== '') ?? set[0] ?? row.names[0];
  const text = (variables[name] ?? '').trim();
  const usesDefault = text === '' && !(row.emptyCounts && set.length > 0);
  return { name, text: usesDefault ? defaultText(key, row, variables) : text };
}

function defaultText(key: SettingKey, row: SettingRow, variables: Readonly<Record<string, string>>): string {
  if (key === 'notebookFrequency') {
    const isSet = (['notebookSource', 'notebookList'] as const).some((source) => lookUp(source, variables).text !== '');
    return isSet ? '@hourly' : '';
  }
  if (key === 'logrotateFrequency' && lookUp('nginxLogs', variables).text !== '') return '*/10 * * * *';
  if (key === 'verifyFrequency') return lookUp('backupFrequency', variables).text === '' ? '' : '@weekly';
  let complete = true;
  const text = row.default.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name] ?? '';
    complete &&= value !== '';
    return value;
  });
  return complete ? text : '';
}
