"""Moves bytes on one machine: a line of JSON in, a line of JSON out. What packets mean is the tests' business."""
import errno, json, select, socket, sys, threading, time

sockets, listeners, accepted = {}, [], []
arrived, delivered = [], []  # packets as (interface or None, hex), before the packet filter and behind it
news = threading.Condition()


def note(at, interface, packet):
    with news:
        at.append((interface, packet.hex()))
        news.notify_all()


def capture(family, kind, protocol):
    raw = socket.socket(family, kind, protocol)
    raw.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE: a burst must fit while nobody reads
    return raw


def watch():
    """Everything that arrives at an interface, before any packet filter."""
    wire = capture(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    while True:
        packet, (interface, _, kind, *_) = wire.recvfrom(65535)
        if kind != socket.PACKET_OUTGOING and packet[0] >> 4 in (4, 6):
            note(arrived, interface, packet)


def deliver(protocol):
    """What got past the packet filter to a process, as GRE does to pptpctrl."""
    raw = capture(socket.AF_INET, socket.SOCK_RAW, protocol)
    while True:
        note(delivered, None, raw.recv(65535))


def seen(at, marker='', count=1, patience=5.0, surplus=0.04):
    """Takes the packets that hold the marker: waits for `count` of them, then a moment for more."""
    at = {'arrived': arrived, 'delivered': delivered}[at]
    with news:
        if count:
            news.wait_for(lambda: sum(marker in packet for _, packet in at) >= count, patience)
    time.sleep(surplus)
    with news:
        taken = [[interface, packet] for interface, packet in at if marker in packet]
        at.clear()
    return taken


def send(packets):
    """Whole IPv4 packets, from whatever source they name."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for packet in map(bytes.fromhex, packets):
        try:
            raw.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
        except PermissionError:  # this machine's own filter
            pass


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def serve(port, how, at):
    server = socket.create_server((at, port), family=family(at), backlog=4096)
    listeners.append(server)
    while True:
        connection, (address, number, *_) = server.accept()
        name = f'{address}:{number}'
        sockets[name] = connection
        if how == 'hold':
            with news:
                accepted[:] = [name]
                news.notify_all()
        if how != 'hold':
            threading.Thread(target={'echo': echo, 'pour': pour}[how], args=(connection,), daemon=True).start()


def echo(connection):
    try:
        while data := connection.recv(4096):
            connection.sendall(data)
    except OSError:
        pass


def pour(connection):
    try:
        connection.sendall(bytes(200_000))
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def connect(src, dst, port, name, timeout=5):
    """The own port of a connection that came up, or nothing."""
    connection = socket.socket(family(dst))
    connection.settimeout(timeout)
    connection.bind((src, 0))
    sockets[name] = connection
    try:
        connection.connect((dst, port))
        return connection.getsockname()[1]
    except OSError:
        return None


def write(name, data):
    sockets[name].sendall(bytes.fromhex(data))


def read(name, length, timeout=5.0):
    """So many bytes of a connection, or those that came in time."""
    connection, data, end = sockets[name], b'', time.monotonic() + timeout
    while len(data) < length and (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            more = connection.recv(length - len(data))
        except OSError:
            break
        if not more:
            break
        data += more
    return data.hex() if length <= 65536 else len(data)


def forget():
    with news:
        accepted.clear()


def newest(timeout=5.0):
    """The connection that was accepted last, once."""
    with news:
        news.wait_for(lambda: accepted, timeout)
        return accepted.pop()


def talk(name, timeout=5.0):
    """Whether a word comes back over an open connection."""
    try:
        write(name, b'word'.hex())
    except OSError:
        return False
    return read(name, 4, timeout) == b'word'.hex()


def burst(src, dst, port, count, patience):
    """How many of so many connections at once come up in time."""
    waiting, up = [], 0
    for _ in range(count):
        connection = socket.socket()
        connection.setblocking(False)
        connection.bind((src, 0))
        if connection.connect_ex((dst, port)) == errno.EINPROGRESS:
            waiting.append(connection)
    end = time.monotonic() + patience
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


def close(name):
    sockets.pop(name).close()


def start(action, *arguments):
    threading.Thread(target=action, args=arguments, daemon=True).start()
    time.sleep(0.05)


actions = {
    'serve': lambda port, how='echo', at='': start(serve, port, how, at),
    'connect': connect, 'write': write, 'read': read,
    'forget': forget, 'newest': newest, 'talk': talk, 'burst': burst, 'close': close, 'send': send, 'seen': seen,
}
start(watch)
for protocol in socket.IPPROTO_GRE, socket.IPPROTO_UDP, socket.IPPROTO_ESP, socket.IPPROTO_ICMP:
    start(deliver, protocol)
for line in sys.stdin:
    order = json.loads(line)
    print(json.dumps(actions[order.pop('what')](**order)))
