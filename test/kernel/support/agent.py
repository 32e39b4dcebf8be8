"""Sends and receives packets on one machine: a line of JSON in, a line of JSON out."""
import errno, json, select, socket, struct, sys, threading, time

sockets, arrived, delivered, listeners = {}, [], [], []


def packet(frame):
    """What matters of one IPv4 packet."""
    header = (frame[0] & 15) * 4
    body = frame[header:]
    seen = {'protocol': frame[9], 'from': socket.inet_ntoa(frame[12:16]), 'to': socket.inet_ntoa(frame[16:20])}
    if frame[9] == socket.IPPROTO_TCP:
        seen['port'], flags = struct.unpack('!H', body[2:4])[0], body[13]
        seen['flags'] = ('S' if flags & 2 else '') + ('A' if flags & 16 else '') + ('R' if flags & 4 else '')
        at, end = 20, (body[12] >> 4) * 4
        while at < end and body[at] != 0:
            if body[at] == 2:
                seen['mss'] = struct.unpack('!H', body[at + 2:at + 4])[0]
            at += 1 if body[at] == 1 else body[at + 1]
    if frame[9] == socket.IPPROTO_UDP:
        seen['port'], seen['text'] = struct.unpack('!H', body[2:4])[0], body[8:].decode('latin1')
    if frame[9] == socket.IPPROTO_GRE:
        seen['version'], seen['call'] = body[1] & 7, struct.unpack('!H', body[6:8])[0]
    return seen


def watch():
    """Everything that arrives at an interface, before any packet filter."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    while True:
        frame, address = wire.recvfrom(65535)
        if address[2] != socket.PACKET_OUTGOING:
            arrived.append(packet(frame))


def deliver():
    """GRE that got past the packet filter to a process, as it does to pptpctrl."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    while True:
        delivered.append(packet(raw.recv(65535)))


def serve(port):
    server = socket.create_server(('', port), backlog=4096)
    listeners.append(server)
    while True:
        connection, _ = server.accept()
        sockets[connection.getpeername()] = connection
        threading.Thread(target=echo, args=(connection,), daemon=True).start()


def echo(connection):
    try:
        while data := connection.recv(4096):
            connection.sendall(data)
    except OSError:
        pass


def connect(src, dst, port, name, timeout=1.0):
    connection = socket.socket()
    connection.settimeout(timeout)
    connection.bind((src, 0))
    sockets[name] = connection
    try:
        connection.connect((dst, port))
        return True
    except OSError:
        return False


def talk(name):
    """Whether a word comes back over an open connection."""
    connection = sockets[name]
    connection.settimeout(1.0)
    try:
        connection.sendall(b'word')
        return connection.recv(16) == b'word'
    except OSError:
        return False


def burst(src, dst, port, count):
    """How many of so many connections at once come up before any SYN is repeated."""
    waiting, up = [], 0
    for _ in range(count):
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind((src, 0))
        if connection.connect_ex((dst, port)) == errno.EINPROGRESS:
            waiting.append(connection)
    end = time.monotonic() + 0.8
    poller = select.poll()
    for connection in waiting:
        poller.register(connection, select.POLLOUT)
    by_fd = {connection.fileno(): connection for connection in waiting}
    while by_fd and (left := end - time.monotonic()) > 0:
        for fd, _ in poller.poll(left * 1000):
            poller.unregister(fd)
            up += by_fd.pop(fd).getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
    for connection in waiting:
        connection.close()
    return up


def gre(src, dst, call=1, version=1, protocol=0x880B, count=3):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    raw.bind((src, 0))
    first = 0x3000 | version if version else 0x2000
    for number in range(count):
        raw.sendto(struct.pack('!HHHHI', first, protocol, 4, call, number) + b'data', (dst, 0))


def udp(src, dst, port, text='word', spoofed=False):
    """One datagram; a spoofed one has a source that is not this machine's."""
    datagram = struct.pack('!HHHH', 40000, port, 8 + len(text), 0) + text.encode()
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    header = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0, socket.inet_aton(src), socket.inet_aton(dst))
    raw.sendto(header + datagram, (dst, 0))


def close(name):
    sockets.pop(name).close()


def start(action, *arguments):
    threading.Thread(target=action, args=arguments, daemon=True).start()
    time.sleep(0.05)


def look(at, wait=0.25):
    """Takes what was seen up to now, or a little later."""
    time.sleep(wait)
    seen = at[:]
    del at[:]
    return seen


actions = {
    'serve': lambda port: start(serve, port), 'connect': connect, 'talk': talk, 'burst': burst, 'gre': gre, 'udp': udp, 'close': close,
    'arrived': lambda: look(arrived), 'delivered': lambda: look(delivered),
}
start(watch)
start(deliver)
for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps(actions[order.pop('what')](**order)))
