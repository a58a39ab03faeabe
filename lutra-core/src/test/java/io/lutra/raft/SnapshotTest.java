package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final SnapshotMetadata METADATA = SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), 9, 4);

    @Test
    void isEncodedAsEtcdDoesIt() {
        Snapshot snapshot = Snapshot.of(new byte[] {7}, METADATA);
        assertThat(HexFormat.of().formatHex(snapshot.encode())).isEqualTo("0a0107" + "1208" + "0a020801" + "10091804");
        assertThat(snapshot.encodedSize()).isEqualTo(13);
        assertThat(Snapshot.parse(snapshot.encode())).isEqualTo(snapshot).hasSameHashCodeAs(snapshot);
        assertThat(SnapshotMetadata.parse(METADATA.encode())).isEqualTo(METADATA);

        byte[] frame = new byte[15];
        assertThat(snapshot.writeTo(frame, 1)).isEqualTo(14);
        assertThat(Snapshot.parse(frame, 1, 13)).isEqualTo(snapshot);
    }

    @Test
    void noSnapshotIsNoBytes() {
        assertThat(Snapshot.EMPTY.encode()).isEmpty();
        assertThat(Snapshot.parse(new byte[0])).isEqualTo(Snapshot.EMPTY);
        assertThat(Snapshot.parse(HexFormat.of().parseHex("0a0012040a001000"))).isEqualTo(Snapshot.EMPTY);
        assertThat(Snapshot.EMPTY.isEmpty()).isTrue();
        assertThat(Snapshot.of(new byte[] {7}, SnapshotMetadata.EMPTY).isEmpty())
                .as("index 0")
                .isTrue();
        assertThat(Snapshot.of(new byte[0], METADATA).isEmpty()).isFalse();
    }

    @Test
    void nobodyCanChangeItsData() {
        byte[] data = {7};
        Snapshot snapshot = Snapshot.of(data, METADATA);
        data[0] = 8;
        snapshot.data()[0] = 8;
        assertThat(snapshot.data()).containsExactly(7);
        assertThat(snapshot.payload()).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
        assertThat(snapshot.payload().isReadOnly()).isTrue();
    }

    @Test
    void differsIfDataOrMetadataDo() {
        Snapshot snapshot = Snapshot.of(new byte[] {7}, METADATA);
        assertThat(snapshot)
                .isNotEqualTo(Snapshot.of(new byte[] {8}, METADATA))
                .isNotEqualTo(Snapshot.of(new byte[] {7}, SnapshotMetadata.of(METADATA.confState(), 9, 5)))
                .isNotEqualTo(Snapshot.EMPTY);
    }

    @Test
    void refusesWhatIsNotASnapshot() {
        assertThatThrownBy(() -> Snapshot.parse(new byte[] {0x0a, 1}))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageStartingWith("not a snapshot: ");
        assertThatThrownBy(() -> SnapshotMetadata.parse(new byte[] {0x0a, 1}))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageStartingWith("not a snapshot's metadata: ");
    }
}
