/** Rows held at once: the first batch, not compiled yet, takes some 5 ms to take over. */
const SIZE = 1_024;

/** Some rows of traffic side by side, as numbers. */
export interface RowBatch {
  /** Rows it holds. */
  size(): number;
  full(): boolean;
  /** What it holds stands at the indexes below `size`; whoever reads may overwrite it until `clear`. */
  readonly columns: RowColumns;
  add(
    first: number,
    second: number,
    service: number,
    kind: number,
    side: number,
    connections: number,
    bytes: number,
    at: number,
  ): void;
  clear(): void;
}

export interface RowColumns {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly service: Int32Array;
  readonly kind: Int32Array;
  readonly side: Int32Array;
  readonly connections: Float64Array;
  readonly bytes: Float64Array;
  /** Epoch ms. */
  readonly at: Float64Array;
}

/** An empty batch. */
export const rowBatch = (): RowBatch => {
  const columns = {
    first: new Int32Array(SIZE),
    second: new Int32Array(SIZE),
    service: new Int32Array(SIZE),
    kind: new Int32Array(SIZE),
    side: new Int32Array(SIZE),
    connections: new Float64Array(SIZE),
    bytes: new Float64Array(SIZE),
    at: new Float64Array(SIZE),
  };
  let size = 0;
  return {
    size: () => size,
    full: () => size === SIZE,
    columns,
    add(first, second, service, kind, side, connections, bytes, at) {
      columns.first[size] = first;
      columns.second[size] = second;
      columns.service[size] = service;
      columns.kind[size] = kind;
      columns.side[size] = side;
      columns.connections[size] = connections;
      columns.bytes[size] = bytes;
      columns.at[size] = at;
      size += 1;
    },
    clear: () => {
      size = 0;
    },
  };
};
