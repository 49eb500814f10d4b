package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.serve.ServeSettings.Issuer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {

    private static final String AUDIENCE = "features";

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger fetched = new AtomicInteger();
    private final ECKey key = key("one");

    @SuppressWarnings("NullAway.Init") // Made before each test.
    private HttpServer issuer;

    @SuppressWarnings("NullAway.Init")
    private Tables tables;

    @SuppressWarnings("NullAway.Init")
    private Served served;

    private volatile JWKSet keys = new JWKSet(key.toPublicJWK());

    private static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/", exchange -> {
            boolean discovers = exchange.getRequestURI().getPath().equals("/.well-known/openid-configuration");
            if (!discovers) {
                fetched.incrementAndGet();
            }
            byte[] body = (discovers
                            ? "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + url() + "/keys\"}"
                            : keys.toString())
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        issuer.start();
        tables = new Tables();
        served = new Served(
                tables, new ServeSettings("127.0.0.1", 0, false, new Issuer(url(), AUDIENCE), null, null, 4, 5));
    }

    @AfterEach
    void stop() {
        served.close();
        tables.close();
        issuer.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + issuer.getAddress().getPort();
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(AUDIENCE)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)));
    }

    private static String signed(ECKey by, JWTClaimsSet claims) throws Exception {
        return signed(by, JOSEObjectType.JWT, claims);
    }

    private static String signed(ECKey by, JOSEObjectType type, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .keyID(by.getKeyID())
                        .type(type)
                        .build(),
                claims);
        token.sign(new ECDSASigner(by));
        return token.serialize();
    }

    private HttpResponse<String> ask(String token) throws Exception {
        return served.get(client, Served.CATALOG, Map.of("Authorization", "Bearer " + token));
    }

    private void assertRefused(String token, String reason) throws Exception {
        HttpResponse<String> answer = ask(token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer error=\"invalid_token\"");
        assertThat(answer.body()).contains(reason).doesNotContain(token);
    }

    @Test
    void aTokenOfTheIssuerForThisAudienceIsAccepted() throws Exception {
        assertThat(ask(signed(key, claims().build())).statusCode()).isEqualTo(200);
        assertThat(ask(signed(key, new JOSEObjectType("at+jwt"), claims().build()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(fetched).as("fetches of the keys").hasValue(1);
    }

    @Test
    void whereATokenHasNoAudienceItsClientCounts() throws Exception {
        JWTClaimsSet.Builder without = claims().audience((String) null);
        assertThat(ask(signed(key, without.claim("client_id", AUDIENCE).build()))
                        .statusCode())
                .isEqualTo(200);
        assertRefused(signed(key, without.claim("client_id", "other").build()), "another audience");
        assertRefused(
                signed(
                        key,
                        claims().audience("other").claim("client_id", AUDIENCE).build()),
                "another audience");
    }

    @Test
    void whatIsClaimedIsChecked() throws Exception {
        Date past = Date.from(Instant.now().minusSeconds(600));
        assertRefused(signed(key, claims().expirationTime(past).build()), "Expired");
        assertRefused(signed(key, claims().expirationTime(null).build()), "exp");
        assertRefused(
                signed(
                        key,
                        claims().notBeforeTime(Date.from(Instant.now().plusSeconds(300)))
                                .build()),
                "before use time");
        assertRefused(signed(key, claims().audience("other").build()), "another audience");
        assertRefused(signed(key, claims().issuer("https://other.example").build()), "iss");
    }

    @Test
    void onlyTheIssuersSignatureCounts() throws Exception {
        JWTClaimsSet good = claims().build();
        assertRefused(new PlainJWT(good).serialize(), "Unsecured");
        ECKey stranger = key("one");
        assertRefused(signed(stranger, good), "Invalid signature");
        SignedJWT shared = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(), good);
        shared.sign(new MACSigner(key.toPublicJWK().toJSONString().getBytes(UTF_8)));
        assertRefused(shared.serialize(), "the token is refused");
        String[] parts = signed(key, good).split("\\.");
        String other = signed(key, claims().subject("admin").build()).split("\\.")[1];
        assertRefused(parts[0] + "." + other + "." + parts[2], "Invalid signature");
        assertRefused("no.token", "not a JSON Web Token");
    }

    @Test
    void anUnknownKeyHasTheKeysFetchedAgainButNotOften() throws Exception {
        assertThat(ask(signed(key, claims().build())).statusCode()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            assertRefused(signed(key("stranger"), claims().build()), "key");
        }
        assertThat(fetched.get()).as("fetches of the keys").isBetween(2, 3);
        assertThat(ask(signed(key, claims().build())).statusCode()).isEqualTo(200);
    }

    @Test
    void aNewKeyOfTheIssuerIsFound() throws Exception {
        assertThat(ask(signed(key, claims().build())).statusCode()).isEqualTo(200);
        ECKey next = key("two");
        keys = new JWKSet(next.toPublicJWK());
        assertThat(ask(signed(next, claims().build())).statusCode()).isEqualTo(200);
    }

    @Test
    void keysThatCannotBeFetchedAreNoRefusal() throws Exception {
        issuer.stop(0);
        HttpResponse<String> answer = ask(signed(key, claims().build()));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic dTpw", "Bearer", "Bearer "})
    void withoutATokenNothingIsAnsweredButHealth(String authorization) throws Exception {
        Map<String, String> headers = authorization.isEmpty() ? Map.of() : Map.of("Authorization", authorization);
        for (String path : new String[] {Served.CATALOG, "/v1/health", "/health/other", "/health/live/", "/"}) {
            HttpResponse<String> answer = served.get(client, path, headers);
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                    .startsWith("Bearer");
            assertThat(answer.body()).doesNotContain("clicks");
        }
        assertThat(served.get(client, "/health/live", headers).body()).isEqualTo("live\n");
        assertThat(served.logWith("\"status\":\"401\"")).contains("\"problem\":\"GATEWAY\"");
    }

    @Test
    void theIssuerMustBeWhomItSaysAndBeReachedSafely() {
        assertThatThrownBy(() -> Tokens.of(url() + "/", AUDIENCE))
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("give exactly that");
        assertThatThrownBy(() -> Tokens.of("http://issuer.example.org", AUDIENCE))
                .isInstanceOf(CannotServe.class)
                .hasMessageContaining("over https only");
    }
}
