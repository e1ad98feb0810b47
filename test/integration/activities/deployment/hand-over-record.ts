/** A worker that is to be replaced, as `apply` writes it down. */
import type { HandOverRecord } from '../../../../activities/deployment/records.js';

/** What it takes to make the former container again. */
export const COPY = { name: 'scheduler', imageId: 'sha256:1', config: {}, hostConfig: {}, networks: {}, unnamed: [] };

export const RECORD: HandOverRecord = {
  service: 'scheduler',
  reason: 'image 1 → 2',
  wantedImageId: 'sha256:2',
  former: { id: 'former', imageId: 'sha256:1', environment: { BIRDKEEPER_HOST: 'alpha' }, networkMode: 'host' },
  pins: {},
};
