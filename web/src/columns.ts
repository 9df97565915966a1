/**
 * Columns of numbers out of the document: base64 of little-endian float32 values, or of bytes.
 * Decoded by hand, since the figures' JavaScript engine has no `atob`.
 */

const kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const kPadding = "=";

/** Value of a character code, 255 for one that base64 does not have. */
const values = valuesOfCodes();

function valuesOfCodes(): Uint8Array {
  const table = new Uint8Array(128).fill(255);
  for (let value = 0; value < kAlphabet.length; value++) table[kAlphabet.charCodeAt(value)] = value;
  return table;
}

function valueAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const value = code < 128 ? values[code]! : 255;
  if (value === 255) throw new Error(`a column of the data is not base64: character ${at} of ${text.length}`);
  return value;
}

/** The bytes that base64 text stands for. */
export function decodeBytes(text: string): Uint8Array {
  let length = text.length;
  if (length % 4 !== 0) throw new Error(`a column of the data is cut off: ${length} characters are no whole base64`);
  while (length > 0 && text.length - length < 2 && text.charAt(length - 1) === kPadding) length--;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let out = 0;
  for (let at = 0; at < length; at++) {
    held = ((held << 6) | valueAt(text, at)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[out++] = (held >> bits) & 0xff;
  }
  return bytes;
}

/** The float32 values that base64 text stands for; NaN where a number does not exist. */
export function decodeFloats(text: string): Float32Array {
  const bytes = decodeBytes(text);
  if (bytes.length % 4 !== 0) throw new Error(`a column of the data is cut off: ${bytes.length} bytes are no whole float32`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const floats = new Float32Array(bytes.length / 4);
  for (let at = 0; at < floats.length; at++) floats[at] = view.getFloat32(at * 4, true);
  return floats;
}
