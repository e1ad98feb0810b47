export {
  openLiveView,
  openStagedView,
  readConfiguration,
  watchedSettings,
  type StackPlace,
  type ViewDeps,
} from './open-view.js';
export { applyRendered, planRendered, restoreRendered, writeRendered, type RenderedChange } from './rendered-files.js';
export { type Probe } from './probes.js';
export { type StackSettings } from './settings.js';
export { SETTINGS, SETTING_KEYS, type SettingKey, type SettingRow } from './settings-table.js';
export { type Staged, type StagedBind, type StagedCheckout } from './staged-paths.js';
export { type Checkout, type RenderedFile, type StagedView, type StackView } from './view.js';
