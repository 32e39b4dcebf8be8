"""Opens control connections and calls to pptpd on 127.0.0.1, and holds them until standard input ends."""
import socket, struct, sys

MAGIC = 0x1A2B3C4D


def exchange(connection, kind, body):
    """Sends a control message (RFC 2637) and returns the type and the body of the answer."""
    connection.sendall(struct.pack('!HHIHH', 12 + len(body), 1, MAGIC, kind, 0) + body)
    length, _, magic, answer, _ = struct.unpack('!HHIHH', connection.recv(12, socket.MSG_WAITALL))
    assert magic == MAGIC
    return answer, connection.recv(length - 12, socket.MSG_WAITALL)


held = []
for number in range(int(sys.argv[1])):
    connection = socket.create_connection(('127.0.0.1', 1723), 10)
    answer, _ = exchange(connection, 1, struct.pack('!HHIIHH64s64s', 0x100, 0, 1, 1, 0, 0, b'', b''))
    assert answer == 2, answer
    call = struct.pack('!HHIIIIHHHH64s64s', number + 1, number + 1, 300, 100000000, 3, 3, 64, 0, 0, 0, b'', b'')
    answer, body = exchange(connection, 7, call)
    assert answer == 8 and body[4] == 1, (answer, body)
    held.append(connection)
print('up', flush=True)
sys.stdin.read()
