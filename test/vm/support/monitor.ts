import * as net from 'node:net';

interface Message {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
  readonly event?: string;
  readonly QMP?: unknown;
}

/** Gives QEMU one command, through the socket of its monitor. */
export function askMonitor<T>(socket: string, command: string, args: object, milliseconds = 60_000): Promise<T> {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket);
    const end = (act: () => void) => {
      clearTimeout(patience);
      connection.destroy();
      act();
    };
    const patience = setTimeout(() => end(() => reject(new Error(`no answer to ${command}`))), milliseconds);
    const say = (message: object) => connection.write(`${JSON.stringify(message)}\n`);
    let isReady = false;
    const hear = (message: Message) => {
      if (message.error !== undefined) {
        const { desc } = message.error;
        end(() => reject(new Error(`${command}: ${desc}`)));
      } else if (message.QMP !== undefined) {
        say({ execute: 'qmp_capabilities' });
      } else if (message.event === undefined && !isReady) {
        isReady = true;
        say({ execute: command, arguments: args });
      } else if (message.event === undefined) {
        end(() => resolve(message.return as T));
      }
    };
    let text = '';
    connection.on('error', (error) => end(() => reject(error)));
    connection.on('close', () => end(() => reject(new Error(`connection closed at ${command}`))));
    connection.on('data', (data) => {
      const lines = (text + data).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        hear(JSON.parse(line) as Message);
      }
    });
  });
}
