/** What was sick before anything was touched: reported, and no reason to roll back as long as it is left alone. Pure. */
import type { ServiceHealth } from '../../workflows/model.js';
import { type SeenContainer, isSick, serviceHealth } from './words.js';

/** Sick services among those that are recorded, before `apply`. */
export function sickServices(recorded: readonly string[], containers: readonly SeenContainer[]): ServiceHealth[] {
  return recorded.map((service) => serviceHealth(service, containers)).filter(isSick);
}

/**
 * What was well when the deployment began and has ended since, as when the engine dies and does not bring it back. That is
 * put right, and not taken for sick before.
 */
export function lostServices(wellBefore: readonly string[], containers: readonly SeenContainer[]): string[] {
  return wellBefore.filter((service) => serviceHealth(service, containers).health === 'exited');
}

/**
 * Which services have to settle. Forward: whatever was touched, and dependents that were well. Back: the former release
 * need not be better than it was, so whatever was sick before is left out even when it is touched.
 */
export function servicesToWatch(input: {
  touched: readonly string[];
  dependents: readonly string[];
  sickBefore: readonly string[];
  direction: 'forward' | 'back';
}): string[] {
  const { touched, dependents, sickBefore, direction } = input;
  const well = (service: string) => !sickBefore.includes(service);
  return [...new Set([...(direction === 'back' ? touched.filter(well) : touched), ...dependents.filter(well)])].sort();
}
