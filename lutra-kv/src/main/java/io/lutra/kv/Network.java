package io.lutra.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.Peer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Messages over TCP, on this machine: one connection to each peer, one from each. A frame is a length of four bytes, and a
 * message.
 *
 * <p>What cannot be sent is dropped: Raft sends again what matters.
 */
final class Network implements AutoCloseable {
    private static final int MAX_QUEUED = 4_096;
    private static final int MAX_FRAME = 64 << 20;

    private final ServerSocket server = new ServerSocket();
    private final Consumer<byte[]> receiver;
    private final Map<Long, BlockingQueue<byte[]>> queues = new HashMap<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Receives what is sent to {@code id}, and is ready to send to its peers.
     *
     * @param peers all members, the context of each its port
     * @param receiver gets every message, those of one peer one after the other
     */
    Network(long id, List<Peer> peers, Consumer<byte[]> receiver) throws IOException {
        this.receiver = receiver;
        for (Peer peer : peers) {
            int port = Integer.parseInt(new String(peer.context(), UTF_8));
            SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            if (peer.id() == id) {
                server.bind(address);
                start("accept", this::accept);
            } else {
                BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
                queues.put(peer.id(), queue);
                start("send to " + peer.id(), () -> send(queue, address));
            }
        }
    }

    /** Sends a message soon; returns false if it had to be dropped. */
    boolean send(long to, byte[] message) {
        BlockingQueue<byte[]> queue = queues.get(to);
        return queue != null && queue.offer(message);
    }

    private void send(BlockingQueue<byte[]> queue, SocketAddress address) throws InterruptedException {
        while (!closed) {
            byte[] message = queue.take();
            try (Socket socket = open(new Socket())) {
                socket.connect(address);
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
                while (!closed) {
                    out.writeInt(message.length);
                    out.write(message);
                    if (queue.isEmpty()) {
                        out.flush();
                    }
                    message = queue.take();
                }
            } catch (IOException e) {
                // The peer is down. What waits for it is out of date by the time it is back.
                queue.clear();
            }
        }
    }

    private void accept() throws IOException {
        while (!closed) {
            Socket socket = open(server.accept());
            start("receive", () -> receive(socket));
        }
    }

    private void receive(Socket socket) throws IOException {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            while (!closed) {
                int length = in.readInt();
                if (length < 0 || length > MAX_FRAME) {
                    throw new IOException("a frame of " + length + " bytes");
                }
                byte[] message = new byte[length];
                in.readFully(message);
                receiver.accept(message);
            }
        }
    }

    private Socket open(Socket socket) throws IOException {
        sockets.removeIf(Socket::isClosed);
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Starts a thread that ends when its connection breaks, or when this is closed. */
    private void start(String name, Work work) {
        Runnable untilItBreaks = () -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // A peer that is still there connects again.
            } finally {
                threads.remove(Thread.currentThread());
            }
        };
        Thread thread = new Thread(untilItBreaks, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.forEach(Thread::interrupt);
    }
}
