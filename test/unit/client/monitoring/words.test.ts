import { describe, expect, it } from 'vitest';
import type { Monitoring } from '../../../../client/monitoring/schema.js';
import { describeMonitoring, monitoringTodo } from '../../../../client/monitoring/words.js';

const now = new Date('2026-11-24T12:00:00Z');
const WELL: Monitoring = { url: 'http://127.0.0.1:9090', down: [], firing: [], undelivered: [] };
const alert = (name: string, severity = 'warning', summary = `${name} is bad`): Monitoring['firing'][number] => ({
  alert: name,
  severity,
  summary,
  since: '2026-11-24T11:30:00Z',
});

describe('client/monitoring/words', () => {
  it('says that nothing is wrong', () => {
    expect(describeMonitoring(WELL, now)).toBe('no alert fires, every target is scraped');
    expect(monitoringTodo(WELL)).toEqual([]);
  });

  it('names what fires, since when, and no more than a line holds', () => {
    const firing = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((name) => alert(name));
    expect(describeMonitoring({ ...WELL, firing }, now)).toBe(
      '7 firing: A (warning, 30 min), B (warning, 30 min), C (warning, 30 min), D (warning, 30 min), E (warning, 30 min) and 2 more',
    );
  });

  it('an alert cannot write lines of its own', () => {
    expect(describeMonitoring({ ...WELL, firing: [alert('A\nstack fine', 'x\r\n')] }, now)).not.toMatch(/[\r\n]/);
  });

  it('asks for something when it is critical, cannot be scraped or is not delivered', () => {
    const wrong: Monitoring = {
      ...WELL,
      firing: [alert('Full', 'critical'), alert('Warm')],
      down: [{ job: 'cadvisor', target: 'http://cadvisor:8080/metrics', why: 'connection refused' }],
      undelivered: [
        { by: 'email', count: 3 },
        { by: 'Alertmanager', count: 1 },
      ],
    };
    expect(describeMonitoring(wrong, now)).toMatch(
      /; cannot be scraped: cadvisor; not delivered by email, Alertmanager$/,
    );
    expect(monitoringTodo(wrong)).toEqual([
      'Full: Full is bad',
      'Prometheus cannot scrape cadvisor (connection refused): see http://127.0.0.1:9090/targets',
      'Alertmanager could not deliver by email, 3 times within 15 min: see its log (docker compose logs alertmanager)',
      'Prometheus could not hand 1 alert to Alertmanager: see its log (docker compose logs prometheus alertmanager)',
    ]);
  });
});
