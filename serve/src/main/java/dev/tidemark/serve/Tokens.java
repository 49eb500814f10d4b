package dev.tidemark.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.tidemark.http.GatewayProblem;
import dev.tidemark.http.Reply;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a JSON Web Token of one issuer, for one audience: its signature by one of the issuer's keys, {@code iss}, {@code
 * aud} (where there is none, {@code client_id}, as API Gateway does), {@code exp} and {@code nbf}, with a minute for clocks
 * that differ. The keys are cached; a token that names an unknown one has them fetched again, but not often.
 */
final class Tokens implements Gate.Check {

    private static final System.Logger LOG = System.getLogger(Tokens.class.getName());

    private static final String DISCOVERY = "/.well-known/openid-configuration";
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int MAX_DOCUMENT_BYTES = 256 * 1024;

    /** Known keys go on to count while the issuer cannot be reached. */
    private static final long OUTAGE_MILLIS = 4 * 3_600_000L;

    private static final String SCHEME = "Bearer ";
    private static final String CHALLENGE = "WWW-Authenticate";

    /** With keys that only the issuer has: neither "none" nor shared secrets. */
    private static final Set<JWSAlgorithm> SIGNATURES = Set.copyOf(JWSAlgorithm.Family.SIGNATURE);

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    private Tokens(JWKSource<SecurityContext> keys, String issuer, String audience) {
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(SIGNATURES, keys));
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWTClaimsSetVerifier(new Claims(issuer, audience));
    }

    /**
     * Asks the issuer where its keys are.
     *
     * @throws CannotServe if that is not known
     */
    static Tokens of(String issuer, String audience) {
        URL discovery = url("--jwt-issuer", issuer.replaceFirst("/$", "") + DISCOVERY);
        DefaultResourceRetriever retriever =
                new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_DOCUMENT_BYTES);
        JsonNode document;
        try {
            document = new ObjectMapper()
                    .readTree(retriever.retrieveResource(discovery).getContent().getBytes(UTF_8));
        } catch (IOException e) {
            throw new CannotServe("cannot serve: " + discovery + " cannot be read (" + e.getMessage()
                    + "), so the issuer's keys are unknown: check --jwt-issuer, and that it can be reached from here");
        }
        if (!issuer.equals(document.path("issuer").textValue())) {
            throw new CannotServe("cannot serve: " + discovery + " is of the issuer '"
                    + document.path("issuer").asText() + "': give exactly that as --jwt-issuer");
        }
        URL keys = url("jwks_uri of " + discovery, document.path("jwks_uri").asText());
        return new Tokens(
                JWKSourceBuilder.create(keys, retriever)
                        .retrying(true)
                        .outageTolerant(OUTAGE_MILLIS)
                        .build(),
                issuer,
                audience);
    }

    /** Who could change what comes from there could let anybody in. */
    private static URL url(String name, String text) {
        try {
            URI uri = new URI(text);
            String host = String.valueOf(uri.getHost());
            boolean isHere = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
            if ("https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && isHere)) {
                return uri.toURL();
            }
        } catch (URISyntaxException | MalformedURLException e) {
            throw noUrl(name, text);
        }
        throw noUrl(name, text);
    }

    private static CannotServe noUrl(String name, String text) {
        return new CannotServe("cannot serve: " + name + " is '" + text
                + "', and keys are fetched over https only (http on this machine): give an address such as "
                + "https://issuer.example.org");
    }

    @Override
    public @Nullable Reply refusal(Request request) {
        List<String> given = request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION);
        if (given.size() != 1 || !given.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return refused("Bearer", "there is no token");
        }
        try {
            processor.process(given.get(0).substring(SCHEME.length()).strip(), null);
            return null;
        } catch (ParseException e) {
            return refused("it is not a JSON Web Token");
        } catch (RateLimitReachedException e) {
            return refused("its key is none of the issuer's");
        } catch (KeySourceException e) {
            LOG.log(System.Logger.Level.WARNING, "The issuer's keys cannot be fetched", e);
            return GatewayProblem.of(
                            HttpStatus.SERVICE_UNAVAILABLE_503,
                            "the token cannot be checked at the moment",
                            "try again later")
                    .with("Retry-After", "5");
        } catch (BadJOSEException | JOSEException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private static Reply refused(String reason) {
        return refused("Bearer error=\"invalid_token\"", "the token is refused: " + reason);
    }

    private static Reply refused(String challenge, String detail) {
        return GatewayProblem.of(
                        HttpStatus.UNAUTHORIZED_401,
                        detail,
                        "send 'Authorization: Bearer TOKEN' with a valid token of the issuer, for this audience")
                .with(CHALLENGE, challenge);
    }

    private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {

        private final String audience;

        Claims(String issuer, String audience) {
            super(new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp"));
            this.audience = audience;
        }

        @Override
        public void verify(JWTClaimsSet claims, @Nullable SecurityContext context) throws BadJWTException {
            super.verify(claims, context);
            boolean isForUs = claims.getAudience().isEmpty()
                    ? audience.equals(claims.getClaim("client_id"))
                    : claims.getAudience().contains(audience);
            if (!isForUs) {
                throw new BadJWTException("it is for another audience");
            }
        }
    }
}
