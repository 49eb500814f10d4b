package dev.tidemark.serve;

import dev.tidemark.http.GatewayProblem;
import dev.tidemark.http.Reply;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a client's certificate. TLS itself refuses one that the authority did not sign; it lets in who shows none, so that
 * health can be asked.
 */
final class ClientCertificate implements Gate.Check {

    @Override
    public @Nullable Reply refusal(Request request) {
        EndPoint.SslSessionData session =
                request.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
        boolean shown = session != null && session.peerCertificates() != null && session.peerCertificates().length > 0;
        return shown
                ? null
                : GatewayProblem.of(
                        HttpStatus.UNAUTHORIZED_401,
                        "there is no client certificate",
                        "connect with a certificate that the authority of --client-ca signed");
    }
}
