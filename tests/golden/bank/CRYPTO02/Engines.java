// Engines of a provider that work on blocks.
public class Engines {
    BufferedBlockCipher bare() {
        return new PaddedBufferedBlockCipher(new SM4Engine()); // flag
    }

    BufferedBlockCipher chained() { // near: blocks are chained
        return new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(new SM4Engine()));
    }

    GCMBlockCipher sealed() { // near: with a tag
        return new GCMBlockCipher(new SM4Engine());
    }
}
