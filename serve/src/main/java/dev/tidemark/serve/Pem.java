package dev.tidemark.serve;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Certificates and keys in PEM files, as OpenSSL and certificate authorities write them. */
final class Pem {

    /** Of key stores that are in memory only. */
    static final String PASSWORD = "in memory";

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private Pem() {}

    /** The authorities of a file. */
    static KeyStore authorities(Path file) {
        return store(file, "--client-ca", (store, text) -> {
            int number = 0;
            for (Certificate certificate : certificates(text)) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
        });
    }

    /** A certificate, those that lead to its authority, and its key. */
    static KeyStore identity(Path certificates, Path key) {
        PrivateKey privateKey = key(key);
        return store(certificates, "--tls-cert", (store, text) -> {
            Certificate[] chain = certificates(text).toArray(Certificate[]::new);
            if (!isPair(privateKey, chain[0].getPublicKey())) {
                throw new CannotServe("cannot serve: " + key
                        + " of --tls-key is not the key of the first certificate in " + certificates
                        + ": give that key, and the server's own certificate before its authorities'");
            }
            store.setKeyEntry("server", privateKey, PASSWORD.toCharArray(), chain);
        });
    }

    /** Whether one verifies what the other signs. */
    private static boolean isPair(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "EdDSA";
        };
        byte[] text = {1, 2, 3};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(privateKey);
        signing.update(text);
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(publicKey);
        verifying.update(text);
        return verifying.verify(signing.sign());
    }

    private interface Filling {
        void fill(KeyStore store, String text) throws GeneralSecurityException;
    }

    private static KeyStore store(Path file, String option, Filling filling) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            filling.fill(store, read(file, option));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new CannotServe(
                    "cannot serve: " + file + " of " + option + " holds no certificates in PEM that Java can read ("
                            + e.getMessage() + "): give a file with '-----BEGIN CERTIFICATE-----'");
        }
    }

    private static Collection<? extends Certificate> certificates(String text) throws GeneralSecurityException {
        Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
        if (found.isEmpty()) {
            throw new GeneralSecurityException("there is none");
        }
        return found;
    }

    private static PrivateKey key(Path file) {
        Matcher key = KEY.matcher(read(file, "--tls-key"));
        if (key.find()) {
            try {
                PKCS8EncodedKeySpec bytes =
                        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1)));
                for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
                    PrivateKey found = keyOf(algorithm, bytes);
                    if (found != null) {
                        return found;
                    }
                }
            } catch (GeneralSecurityException e) {
                throw noKey(file);
            }
        }
        throw noKey(file);
    }

    private static @Nullable PrivateKey keyOf(String algorithm, PKCS8EncodedKeySpec bytes)
            throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(bytes);
        } catch (InvalidKeySpecException e) {
            // A key of another algorithm.
            return null;
        }
    }

    private static CannotServe noKey(Path file) {
        return new CannotServe("cannot serve: " + file
                + " of --tls-key holds no unencrypted EC, RSA or EdDSA key in PKCS#8, which begins with '-----BEGIN PRIVATE KEY-----': "
                + "`openssl pkcs8 -topk8 -nocrypt -in FILE` writes one");
    }

    private static String read(Path file, String option) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new CannotServe("cannot serve: " + file + " of " + option + " cannot be read ("
                    + e.getClass().getSimpleName() + "): give the path of a readable file");
        }
    }
}
