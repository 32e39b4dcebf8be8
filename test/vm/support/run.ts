import * as fs from 'node:fs';
import * as path from 'node:path';
import { Gateway, type GatewayOptions } from './gateway';
import type { Images } from './images';
import { Lab } from './lab';
import type { UserData } from './template';

/** Whether every fault of every protocol is asked for. */
export const IS_ALL = process.env.PPTP_VM === 'all';

/** The images that were made before all tests. */
export function preparedImages(): Images {
  return JSON.parse(process.env.PPTP_VM_IMAGES ?? '{}');
}

/** A gateway and its laboratory, for the tests of one file. */
export class Site {
  public static async start(
    name: string,
    image: GatewayOptions['image'],
    secret: string,
    synthesised: UserData,
    images?: Images,
  ) {
    const site = await Site.withoutGateway(name, secret, images);
    await site.startGateway(synthesised, image);
    return site;
  }

  public static async withoutGateway(name: string, secret: string, images = preparedImages()): Promise<Site> {
    const folder = path.join(process.env.PPTP_VM_FOLDER ?? '', name);
    fs.mkdirSync(folder);
    const lab = await Lab.start(images, folder, images.accelerator);
    await lab.setSecret(secret);
    return new Site(name, lab, { images, folder, accelerator: images.accelerator });
  }

  private server: Gateway | undefined;

  private constructor(
    private readonly name: string,
    public readonly lab: Lab,
    private readonly options: GatewayOptions,
  ) {}

  public get gateway(): Gateway {
    if (this.server === undefined) {
      throw new Error('no gateway was started');
    }
    return this.server;
  }

  public async startGateway(synthesised: UserData, image: GatewayOptions['image'] = 'full'): Promise<void> {
    this.server = await Gateway.start(this.lab, { ...this.options, image }, synthesised);
  }

  public async stop(): Promise<void> {
    await this.server?.stop();
    await this.lab.vm.stop();
  }

  /** Notes seconds for the report, and how many they may be. */
  public measured(what: string, seconds: number, bound?: number): void {
    this.note({ what, value: rounded(seconds), unit: 's', ...(bound === undefined ? {} : { bound }) });
  }

  /** Notes several samples of one thing for the report: their median, the least and the most. */
  public sampled(what: string, unit: string, samples: readonly number[]): void {
    const sorted = [...samples].sort((a, b) => a - b);
    const at = (place: number) => rounded(sorted[Math.floor(place)] ?? Number.NaN);
    this.note({ what, value: at(sorted.length / 2), unit, least: at(0), most: at(sorted.length - 1) });
  }

  private note(row: Omit<Measurement, 'site'>): void {
    const file = path.join(process.env.PPTP_VM_FOLDER ?? '', `${this.name}.measured`);
    fs.appendFileSync(file, `${JSON.stringify({ site: this.name, ...row })}\n`);
  }
}

/** A row of the report. */
interface Measurement {
  readonly site: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly least?: number;
  readonly most?: number;
  readonly bound?: number;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
