/** Findings, one line each. Pure. */
import type { DoctorAnswer, Finding } from '../schemas.js';
import { oneLine } from '../text.js';

const WORDS: Readonly<Record<Finding['result'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

export function renderDoctor({ findings }: DoctorAnswer): string[] {
  const count = (result: Finding['result']) => findings.filter((finding) => finding.result === result).length;
  const [failed, warned] = [count('fail'), count('warn')];
  return [
    ...findings.map(findingLine),
    failed === 0 && warned === 0
      ? `all ${findings.length} are well`
      : `${failed} failed, ${warned} warned, ${count('ok')} are well`,
  ];
}

function findingLine({ what, result, finding, remedy }: Finding): string {
  const sentence = oneLine(finding).replace(/[.:]$/, '');
  return `${WORDS[result]}  ${oneLine(what)}: ${sentence}.${remedy === undefined ? '' : ` ${oneLine(remedy)}`}`;
}
