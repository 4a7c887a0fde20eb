import { crc32, deflateSync } from 'node:zlib';
import { hashedDigits } from './world/ids.js';

/** Pictures and sounds for the sandbox, made here, so that nothing is fetched and nothing lies about as a binary file. */

/** A round portrait: initials on a colour that always belongs to the same person. */
export function avatarSvg(username: string, name: string | null): string {
  const hue = Number(hashedDigits(username, 6)) % 360;
  const words = (name ?? username).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const initials = (words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1))
    .map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '')
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96" role="img">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="hsl(${hue} 58% 62%)"/><stop offset="1" stop-color="hsl(${(hue + 46) % 360} 54% 44%)"/>
</linearGradient></defs><rect width="96" height="96" fill="url(#g)"/>
<text x="48" y="50" dy=".32em" text-anchor="middle" font-family="system-ui,sans-serif" font-size="38" font-weight="600" fill="#fff">${initials}</text></svg>`;
}

const WIDTH = 480;
const HEIGHT = 600;

/** A photograph, as far as a candle on a shelf needs one. @param name gives its colours */
export function photoPng(name: string): Buffer {
  const hue = Number(hashedDigits(name, 6)) % 360;
  const rows = Buffer.alloc((WIDTH * 3 + 1) * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    const start = y * (WIDTH * 3 + 1);
    for (let x = 0; x < WIDTH; x++) {
      const [red, green, blue] = pixel(x, y, hue);
      rows.set([red, green, blue], start + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

type Colour = [number, number, number];

/** A wall lit by a flame, a table, a jar with wax, and the flame. */
function pixel(x: number, y: number, hue: number): Colour {
  const glow = Math.max(0, 1 - Math.hypot(x - 240, (y - 215) * 0.9) / 330);
  const wall = hsl(hue, 0.28, 0.2 + 0.42 * glow ** 1.6);
  const flame = ((x - 240) / (16 + (y - 215) * 0.12)) ** 2 + ((y - 215) / 44) ** 2;
  if (flame < 1) return hsl(44, 1, 0.97 - 0.35 * flame);
  if (Math.abs(x - 240) < 2 && y > 250 && y < 292) return [48, 38, 30];
  const inJar = Math.abs(x - 240) < 104 && y > 280 && y < 490;
  if (inJar) {
    const round = 1 - ((x - 240) / 104) ** 2;
    const wax = y > 296 ? 0.52 : 0.68;
    return hsl(hue + 24, 0.3, wax * (0.55 + 0.45 * Math.sqrt(round)) + 0.12 * glow);
  }
  return y > 470 ? hsl(28, 0.34, 0.2 + 0.22 * glow) : wall;
}

function hsl(hue: number, saturation: number, lightness: number): Colour {
  const light = Math.min(1, Math.max(0, lightness));
  const channel = (shift: number) => {
    const at = (shift + hue / 30) % 12;
    const reach = saturation * Math.min(light, 1 - light);
    return Math.round(255 * (light - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** Two seconds of a soft tone: a voice message. */
export function voiceWav(): Buffer {
  const rate = 8_000;
  const samples = rate * 2;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) {
    const swell = Math.sin((Math.PI * at) / samples);
    wav.writeInt16LE(Math.round(6_000 * swell * Math.sin((2 * Math.PI * 220 * at) / rate)), 44 + at * 2);
  }
  return wav;
}
