package dev.tidemark.http;

import java.io.IOException;
import org.eclipse.jetty.server.Request;

/** Answers requests whose bodies are held in memory; called by several threads at once. */
@FunctionalInterface
public interface Service {

    /** @throws IOException the answer cannot be made; the client learns only that */
    Reply answer(Request request, byte[] body) throws IOException;
}
