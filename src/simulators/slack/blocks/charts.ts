import { isObject } from '../args.ts';
import type { Json } from '../types.ts';
import { type Context, list, number, object, report, type Shape, string, variant } from './check.ts';
import { LIMITS } from './limits.ts';

const label = string(LIMITS.chartLabel);
const point = object({ fields: { label, value: number(-1e15, 1e15, false) }, required: ['label', 'value'] });

const seriesShape: Shape = {
  fields: {
    series: list(
      object({ fields: { name: label, data: list(point, LIMITS.chartPoints) }, required: ['name', 'data'] }),
      LIMITS.chartSegments,
    ),
    axis_config: object({
      fields: {
        categories: list(label, LIMITS.chartPoints),
        x_label: string(LIMITS.chartAxisLabel),
        y_label: string(LIMITS.chartAxisLabel),
      },
    }),
  },
  required: ['series'],
  also: (value, at, context) => uniqueNames(value, at, context),
};

const uniqueNames = (chart: Json, at: string, context: Context): void => {
  const series = Array.isArray(chart['series']) ? chart['series'].filter(isObject) : [];
  const names = series.map((one) => one['name']);
  if (new Set(names).size < names.length) report(context, `${at}/series`, 'names of series must be unique');
};

/** The `data_visualization` block (facts/slack §3): a pie, or series as bars, lines or areas; messages only. */
export const DATA_VISUALIZATION: Shape = {
  fields: {
    title: string(LIMITS.chartTitle),
    chart: variant({
      pie: {
        fields: {
          segments: list(
            object({
              fields: { label, value: number(Number.MIN_VALUE, 1e15, false) },
              required: ['label', 'value'],
            }),
            LIMITS.chartSegments,
          ),
        },
        required: ['segments'],
      },
      bar: seriesShape,
      line: seriesShape,
      area: seriesShape,
    }),
  },
  required: ['title', 'chart'],
};
