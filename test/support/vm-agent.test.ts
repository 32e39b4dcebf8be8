// How the machine tier talks with the agents in its machines (test/vm/support/agent.ts), against an agent that is late,
// hangs up, or loses what it says; and with QEMU (test/vm/support/monitor.ts).

import { mkdtempSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, LostAnswer, NoAnswer, type Question } from '../vm/support/agent';
import { askMonitor } from '../vm/support/monitor';

interface Heard {
  readonly execute: string;
  readonly arguments: { readonly id?: number; readonly pid?: number };
  readonly id: number;
}

type Say = (message: object | string) => void;

const SPELL = 40;

const folder = mkdtempSync(join(tmpdir(), 'pptp-constructs-agent-'));
const closing: (() => void)[] = [];
let sockets = 0;

afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An agent in whose place `command` answers everything but being called. */
async function agentThat(
  command: (heard: Heard, say: Say, connection: net.Socket) => void,
  call: (heard: Heard, say: Say) => void = (heard, say) => say({ return: heard.arguments.id, id: heard.id }),
) {
  const path = join(folder, `${++sockets}.sock`);
  const heard: string[] = [];
  const open = new Set<net.Socket>();
  const server = net.createServer((connection) => {
    open.add(connection);
    let text = '';
    connection.on('error', () => {});
    connection.on('data', (data) => {
      const lines = (text + data.toString('latin1')).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        const message = JSON.parse(line.replace(/^.*\xff/, '')) as Heard;
        const say: Say = (answer) =>
          connection.write(typeof answer === 'string' ? Buffer.from(answer, 'latin1') : `${JSON.stringify(answer)}\n`);
        const isCall = message.execute === 'guest-sync-delimited';
        heard.push(isCall ? 'call' : message.execute);
        if (isCall) call(message, say);
        else command(message, say, connection);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const agent = new Agent(path, SPELL);
  const end = () => {
    for (const connection of open) connection.destroy();
    server.close();
  };
  closing.push(() => {
    agent.close();
    end();
  });
  return { agent, heard, end, connections: () => open.size };
}

const status: Question = {
  command: 'guest-exec-status',
  args: { pid: 612 },
  patience: 2000,
  isRepeatable: true,
};
const exec: Question = { command: 'guest-exec', args: { path: '/bin/true' }, patience: 2000 };
const done = { exited: true, exitcode: 0 };

test('questions are asked one after the other over one connection, on which the agent is called once', async () => {
  const { agent, heard, connections } = await agentThat(({ execute, id }, say) => say({ return: execute, id }));
  expect(await Promise.all([agent.ask(exec), agent.ask(status)])).toEqual(['guest-exec', 'guest-exec-status']);
  expect(heard).toEqual(['call', 'guest-exec', 'guest-exec-status']);
  expect(connections()).toBe(1);
});

test('what the agent objects to is the error', async () => {
  const { agent } = await agentThat(({ id }, say) =>
    say({ error: { class: 'GenericError', desc: 'no such file' }, id }),
  );
  await expect(agent.ask(exec)).rejects.toThrow(/^guest-exec \{"path":"\/bin\/true"\}: no such file$/);
});

test('an answer that comes late, after the agent was called anew, is taken, and nothing is done twice', async () => {
  const waiting: (() => void)[] = [];
  // One thing after the other: a call is answered when what was asked before it is.
  const inTurn = (answer: () => void) => (waiting.length > 0 ? waiting.push(answer) : answer());
  const { agent, heard } = await agentThat(
    ({ id }, say) => {
      waiting.push(() => say({ return: { pid: 612 }, id }));
      setTimeout(() => {
        for (const answer of waiting.splice(0)) answer();
      }, 5 * SPELL);
    },
    ({ arguments: args, id }, say) => inTurn(() => say({ return: args.id, id })),
  );
  expect(await agent.ask(exec)).toEqual({ pid: 612 });
  expect(heard.filter((what) => what === 'guest-exec')).toEqual(['guest-exec']);
  expect(heard.length).toBeGreaterThan(2);
});

test('an answer that is stuck in the machine until the next one leaves comes with that', async () => {
  let stuck: object | undefined;
  const { agent, heard } = await agentThat(
    ({ id }, _say) => {
      stuck = { return: { pid: 612 }, id };
    },
    ({ arguments: args, id }, say) => {
      if (stuck !== undefined) say(stuck);
      say({ return: args.id, id });
    },
  );
  expect(await agent.ask(exec)).toEqual({ pid: 612 });
  expect(heard).toEqual(['call', 'guest-exec', 'call']);
});

test('a question whose answer is lost is asked again where that does no harm', async () => {
  let times = 0;
  const { agent, heard } = await agentThat(({ id }, say) => ++times > 1 && say({ return: done, id }));
  expect(await agent.ask(status)).toEqual(done);
  expect(heard).toEqual(['call', 'guest-exec-status', 'call', 'guest-exec-status']);
});

test('a question whose answer is lost is not asked again where it would be done twice', async () => {
  const { agent, heard } = await agentThat(() => {});
  const asked = agent.ask(exec);
  await expect(asked).rejects.toThrow(
    'the answer to guest-exec {"path":"/bin/true"} is lost: the agent answers what it was asked after it',
  );
  await expect(asked).rejects.toBeInstanceOf(LostAnswer);
  expect(heard).toEqual(['call', 'guest-exec', 'call']);
});

test('a process that is unknown since the answer about its end was lost is no other error', async () => {
  let times = 0;
  const { agent } = await agentThat(
    ({ id }, say) => ++times > 1 && say({ error: { class: 'GenericError', desc: 'PID 612 does not exist' }, id }),
  );
  const asked = agent.ask(status);
  await expect(asked).rejects.toThrow(
    'guest-exec-status {"pid":612}: PID 612 does not exist (asked 2 times: an answer before this one is lost)',
  );
  await expect(asked).rejects.toBeInstanceOf(LostAnswer);
});

test('a connection that is closed before the answer is followed by another', async () => {
  let times = 0;
  const { agent, connections } = await agentThat(({ id }, say, connection) =>
    ++times === 1 ? connection.destroy() : say({ return: done, id }),
  );
  expect(await agent.ask(status)).toEqual(done);
  expect(connections()).toBe(2);
});

test('what was cut short, or is for somebody else, is passed over', async () => {
  const { agent } = await agentThat(
    ({ id }, say) => {
      say({ return: 'of another question', id: id + 1 });
      say({ error: { class: 'GenericError', desc: 'JSON parse error, invalid token' } });
      say({ return: done, id });
    },
    ({ arguments: args, id }, say) => {
      say('{"return": {"exited": tr');
      say(`\xff{"return": ${args.id}, "id": ${id}}\n`);
    },
  );
  expect(await agent.ask(status)).toEqual(done);
});

test('an agent that never answers gets all its time, is connected with anew, and the error says what it did', async () => {
  const begin = Date.now();
  const silent = await agentThat(
    () => {},
    () => {},
  );
  const asked = silent.agent.ask({ ...status, patience: 300 });
  await expect(asked).rejects.toThrow(
    'no answer to guest-exec-status {"pid":612} in 0.3 s: the agent was not there at all',
  );
  await expect(asked).rejects.toBeInstanceOf(NoAnswer);
  expect(Date.now() - begin).toBeGreaterThanOrEqual(290);
  expect(silent.connections()).toBeGreaterThan(1);
  let calls = 0;
  const { agent } = await agentThat(
    () => {},
    ({ arguments: args, id }, say) => ++calls === 1 && say({ return: args.id, id }),
  );
  await expect(agent.ask({ ...exec, patience: 300 })).rejects.toThrow(
    'no answer to guest-exec {"path":"/bin/true"} in 0.3 s: the agent was there when it was asked',
  );
});

test('a question after one that was not answered is answered by itself', async () => {
  const held: (() => void)[] = [];
  const { agent } = await agentThat(({ execute, id }, say) => {
    if (execute === 'guest-exec') held.push(() => say({ return: 'late', id }));
    else {
      for (const late of held) late();
      say({ return: done, id });
    }
  });
  await expect(agent.ask(exec)).rejects.toBeInstanceOf(LostAnswer);
  expect(await agent.ask(status)).toEqual(done);
});

test('where QEMU has ended, that is said at once', async () => {
  const { agent, end } = await agentThat(({ id }, say) => say({ return: done, id }));
  expect(await agent.ask(status)).toEqual(done);
  end();
  const begin = Date.now();
  await expect(agent.ask({ ...status, patience: 60_000 })).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  expect(Date.now() - begin).toBeLessThan(5000);
});

describe('QEMU', () => {
  async function monitorThat(command: (execute: string, say: Say) => void) {
    const path = join(folder, `${++sockets}.sock`);
    const server = net.createServer((connection) => {
      const say: Say = (message) => connection.write(`${JSON.stringify(message)}\r\n`);
      say({ QMP: { version: {} } });
      connection.on('data', (data) => {
        for (const line of data.toString().trim().split('\n')) {
          const { execute } = JSON.parse(line) as Heard;
          if (execute === 'qmp_capabilities') say({ return: {} });
          else command(execute, say);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closing.push(() => server.close());
    return path;
  }

  test('answers a command, whatever else happens in between', async () => {
    const path = await monitorThat((_, say) => {
      say({ event: 'RESUME' });
      say({ return: { status: 'running' } });
    });
    expect(await askMonitor(path, 'query-status', {})).toEqual({ status: 'running' });
  });

  test('objects, or says nothing', async () => {
    const objecting = await monitorThat((_, say) => say({ error: { desc: 'no such command' } }));
    await expect(askMonitor(objecting, 'query', {})).rejects.toThrow(/^query: no such command$/);
    const silent = await monitorThat(() => {});
    await expect(askMonitor(silent, 'query', {}, 100)).rejects.toThrow(/^no answer to query$/);
  });

  test('does not listen yet: that is the error, and nothing else is thrown', async () => {
    await expect(askMonitor(join(folder, 'none.sock'), 'query', {})).rejects.toThrow(/ENOENT/);
    // What is thrown where nobody catches it fails the test that runs.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
});
