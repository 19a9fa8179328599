// Bytes of the recorder → arrays (see cpts_sim/app/pack.py).

const TYPES = {
  u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array,
  f4: Float32Array, f8: Float64Array,
};

/** Number of the record that some bytes belong to. */
export function recordOf(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0) !== 0x43505431) throw new Error("not a block of a record");
  return view.getUint32(4, true);
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

export async function unpack(buffer) {
  const record = recordOf(buffer);
  const body = await inflate(new Uint8Array(buffer, 8));
  const size = new DataView(body).getUint32(0, true);
  const heading = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, size)));
  const arrays = {};
  let place = 4 + size;
  for (const [name, kind, shape] of heading.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    arrays[name] = new TYPES[kind](body, place, count);
    arrays[name].shape = shape;
    const bytes = count * TYPES[kind].BYTES_PER_ELEMENT;
    place += bytes + ((8 - (bytes % 8)) % 8);
  }
  return { record, meta: heading.meta, arrays };
}
