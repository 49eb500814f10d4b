package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.serve.Authority.Identity;
import dev.tidemark.serve.ServeSettings.Tls;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutualTlsTest {

    @TempDir
    private static Path folder;

    private static Authority ours;
    private static Authority strange;
    private static Identity server;
    private static Tables tables;
    private static Served served;

    @BeforeAll
    static void start() throws Exception {
        ours = new Authority(folder, "ours");
        strange = new Authority(folder, "strange");
        server = ours.identity("server", "RSA", "san=ip:127.0.0.1");
        tables = new Tables();
        served = new Served(
                tables,
                new ServeSettings(
                        "127.0.0.1",
                        0,
                        false,
                        null,
                        ours.certificate(),
                        new Tls(server.certificate(), server.key()),
                        4,
                        5));
    }

    @AfterAll
    static void stop() {
        served.close();
        tables.close();
    }

    private static HttpClient client(@Nullable Identity identity) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (identity != null) {
            keys.init(identity.store(), identity.password());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(ours.trust());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(identity == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    @Test
    void whoseCertificateTheAuthoritySignedMayCall() throws Exception {
        HttpClient caller = client(ours.identity("caller", "EC"));
        assertThat(served.get(caller, Served.CATALOG, Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutACertificateOnlyHealthIsAnswered() throws Exception {
        HttpClient nobody = client(null);
        assertThat(served.get(nobody, Served.CATALOG, Map.of()).statusCode()).isEqualTo(401);
        assertThat(served.get(nobody, "/health/live", Map.of()).statusCode()).isEqualTo(200);
    }

    @Test
    void theCertificateOfAnotherAuthorityIsRefused() throws Exception {
        // A client offers only certificates of the authorities that it is told: this one is told the wrong name.
        Authority namesake = new Authority(java.nio.file.Files.createDirectory(folder.resolve("namesake")), "ours");
        HttpClient impostor = client(namesake.identity("impostor", "EC"));
        assertThatThrownBy(() -> served.get(impostor, Served.CATALOG, Map.of())).isInstanceOf(IOException.class);
        HttpClient stranger = client(strange.identity("stranger", "EC"));
        assertThat(served.get(stranger, Served.CATALOG, Map.of()).statusCode()).isEqualTo(401);
    }

    @Test
    void aCertificateForServersIsRefused() throws Exception {
        HttpClient forServers = client(ours.identity("forservers", "EC", "eku=serverAuth"));
        assertThatThrownBy(() -> served.get(forServers, Served.CATALOG, Map.of()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void filesThatDoNotFitAreNamed() throws Exception {
        for (String algorithm : List.of("EC", "RSA")) {
            assertThatThrownBy(() -> Pem.identity(
                            server.certificate(),
                            ours.identity("other" + algorithm, algorithm).key()))
                    .isInstanceOf(CannotServe.class)
                    .hasMessageContaining("is not the key of the first certificate");
        }
        assertThatThrownBy(() -> Pem.identity(server.certificate(), server.certificate()))
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("--tls-key")
                .hasMessageContaining("openssl pkcs8");
        assertThatThrownBy(() -> Pem.authorities(server.key()))
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("--client-ca");
        assertThatThrownBy(() -> Pem.authorities(folder.resolve("missing")))
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("cannot be read");
    }
}
