/** A dashboard in the types that Grafana publishes, with the options of each kind of panel: what the JSON must satisfy. */
import type * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type {
  Dashboard,
  FieldConfig,
  FieldConfigSource,
  Panel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type * as gauge from '@grafana/grafana-foundation-sdk/gauge';
import type * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as text from '@grafana/grafana-foundation-sdk/text';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

/** Kinds of panels that our dashboards may have. Another one that Grafana has can be added; Angular ones are gone. */
interface Kinds {
  bargauge: { options: bargauge.Options };
  gauge: { options: gauge.Options };
  stat: { options: stat.Options };
  statetimeline: { options: statetimeline.Options; custom: statetimeline.FieldConfig };
  table: { options: table.Options; custom: table.FieldConfig };
  text: { options: text.Options };
  timeseries: { options: timeseries.Options; custom: timeseries.FieldConfig };
}

type CustomOf<K extends keyof Kinds> = Kinds[K] extends { custom: infer C } ? C : Record<string, never>;

interface PanelOf<K extends keyof Kinds> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: K;
  options: Kinds[K]['options'];
  fieldConfig: Omit<FieldConfigSource, 'defaults'> & {
    defaults: Omit<FieldConfig, 'custom'> & { custom?: CustomOf<K> };
  };
  targets?: prometheus.Dataquery[];
}

type AnyPanel = { [K in keyof Kinds]: PanelOf<K> }[keyof Kinds];

interface WholeDashboard extends Omit<Dashboard, 'panels'> {
  panels: (AnyPanel | RowPanel)[];
}

/** What JSON can say of T: the values of enumerations, no functions. */
type Json<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends number
      ? `${T}` extends `${infer N extends number}`
        ? N
        : never
      : T extends boolean | null | undefined
        ? T
        : T extends readonly (infer Item)[]
          ? Json<Item>[]
          : { [K in keyof T as T[K] extends (...args: never[]) => unknown ? never : K]: Json<T[K]> };

export type PublishedDashboard = Json<WholeDashboard>;
