import type { Acknowledgement, Estate, SourceDocument } from '../model';

/** A file, or data in memory, that a format has recognised. */
export interface Input {
  readonly document: SourceDocument;
  /** Begins the ids of what is in it: the name of the stack, or that of the file. */
  readonly scope: string;
  /** What the folder says about it that the file does not. */
  readonly about?: InputFacts;
}

/** What an assembly (cdk.out, cdktf.out) says about one of its files. */
export interface InputFacts {
  readonly stackName?: string;
  readonly account?: string;
  readonly region?: string;
  /** Construct paths by logical id or address. */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** What the metadata of constructs acknowledges. */
  readonly acknowledgements?: readonly Acknowledgement[];
  /** Files by the name under which they are uploaded, where an assembly has them: templates of nested stacks among them. */
  readonly assets?: ReadonlyMap<string, string>;
  /** The folder that paths in the file are relative to. */
  readonly folder?: string;
}

/** Settings of a reading. */
export interface ReadOptions {
  /**
   * Values of CloudFormation parameters and of Terraform variables, by name; they win over defaults.
   *
   * @default - the defaults in the files
   */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A kind of files that can be read. */
export interface Format {
  readonly id: string;
  /** As people call it: `CloudFormation template`. */
  readonly title: string;
  /** Whether parsed data is of this kind. It looks at the top only. */
  recognises(data: unknown): boolean;
  /** Reads all inputs of the kind, which may refer to each other. */
  read(inputs: readonly Input[], estate: Estate, options: ReadOptions): void;
}
