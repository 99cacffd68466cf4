import io.trino.server.Server;

/** Trino's server, by its version: the main class of its distribution does no more. */
public final class Peer {
    public static void main(String[] arguments) {
        new Server().start(arguments[0]);
    }
}
