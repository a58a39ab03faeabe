package io.lutra.bench.wal;

import io.lutra.bench.wal.Profile.Phase;
import io.lutra.raft.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The skeleton with a thread for each node and sockets on the loopback: a frame is a length and a message. */
final class SocketSkeleton {
    private static final int BUFFER = 4 << 20;

    private final List<Peer> peers = new ArrayList<>();
    private volatile boolean done;

    SocketSkeleton(Path directory) throws IOException {
        for (int id = 1; id <= SkeletonNode.NODES; id++) {
            peers.add(new Peer(new SkeletonNode(id, Files.createTempDirectory(directory, "node" + id))));
        }
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            for (int i = 0; i < peers.size(); i++) {
                for (int j = 0; j < i; j++) {
                    SocketChannel one = SocketChannel.open(server.getLocalAddress());
                    SocketChannel other = server.accept();
                    peers.get(i).connect(j + 1, one);
                    peers.get(j).connect(i + 1, other);
                }
            }
        }
    }

    /** What came on a connection and is not a whole frame yet, and what is to leave. */
    private static final class Link {
        final SocketChannel channel;
        final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);

        Link(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final class Peer {
        final SkeletonNode node;
        private final Selector selector = Selector.open();
        private final TreeMap<Long, Link> links = new TreeMap<>();

        Peer(SkeletonNode node) throws IOException {
            this.node = node;
        }

        void connect(long id, SocketChannel channel) throws IOException {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            Link link = new Link(channel);
            links.put(id, link);
            channel.register(selector, SelectionKey.OP_READ, link);
        }

        /** Takes up what has come, waiting for it if there is nothing, and does what follows from it. */
        void turn() throws IOException {
            node.profile.to(Phase.WAIT);
            selector.select(10);
            node.profile.to(Phase.SOCKET);
            for (SelectionKey key : selector.selectedKeys()) {
                receive((Link) key.attachment());
            }
            selector.selectedKeys().clear();
            work();
        }

        void work() {
            node.work(this::send);
        }

        private void receive(Link link) throws IOException {
            link.channel.read(link.in);
            link.in.flip();
            while (link.in.remaining() >= 4 && link.in.remaining() >= 4 + link.in.getInt(link.in.position())) {
                node.profile.to(Phase.CODEC);
                byte[] frame = new byte[link.in.getInt()];
                link.in.get(frame);
                Message message = Message.parse(frame);
                node.profile.to(Phase.PROTOCOL);
                node.raw.step(message);
            }
            node.profile.to(Phase.SOCKET);
            link.in.compact();
        }

        private void send(Message message) {
            Link link = links.get(message.to());
            if (link == null) {
                throw new IllegalStateException("a message to nobody: " + message);
            }
            Phase before = node.profile.to(Phase.CODEC);
            byte[] frame = message.data();
            link.out.clear().putInt(frame.length).put(frame).flip();
            node.profile.to(Phase.SOCKET);
            try {
                while (link.out.hasRemaining()) {
                    link.channel.write(link.out);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            node.profile.to(before);
        }

        void follow() {
            try {
                while (!done) {
                    turn();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void close() throws IOException {
            for (Link link : links.values()) {
                link.channel.close();
            }
            selector.close();
            node.close();
        }
    }

    void run(List<byte[]> commands, int seconds) throws IOException {
        List<Thread> followers = new ArrayList<>();
        for (Peer peer : peers.subList(1, peers.size())) {
            Thread thread = new Thread(peer::follow);
            thread.start();
            followers.add(thread);
        }
        Peer leader = peers.get(0);
        leader.node.raw.campaign();
        leader.work();
        while (leader.node.raw.basicStatus().commit() < 2) {
            leader.turn();
        }
        rounds(leader, commands, seconds * 1_000_000_000L / 4);
        leader.node.profile.clear();
        long start = System.nanoTime();
        long count = rounds(leader, commands, seconds * 1_000_000_000L);
        double nanos = System.nanoTime() - start;
        done = true;
        for (Thread follower : followers) {
            join(follower);
        }
        Skeleton.print("socket", commands.size(), count, nanos);
        System.out.printf("        leader:  %s%n", leader.node.profile.shares(nanos));
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private long rounds(Peer leader, List<byte[]> commands, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        long before = leader.node.applied();
        while (System.nanoTime() < end) {
            long target = leader.node.applied() + commands.size();
            leader.node.profile.to(Phase.PROTOCOL);
            leader.node.raw.propose(commands);
            leader.work();
            while (leader.node.applied() < target) {
                leader.turn();
            }
        }
        return leader.node.applied() - before;
    }
}
