package dev.tidemark.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority, made with the JDK's keytool. */
final class Authority {

    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final String name;

    Authority(Path folder, String name) throws Exception {
        this.folder = folder;
        this.name = name;
        keytool(
                name,
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "bc:c");
    }

    Path certificate() throws Exception {
        Path file = folder.resolve(name + ".pem");
        keytool(name, "-exportcert", "-rfc", "-file", file.toString());
        return file;
    }

    /** Somebody whose certificate this authority signed, with the key, in a store and in PEM. */
    Identity identity(String who, String keyAlgorithm, String... extensions) throws Exception {
        Path request = folder.resolve(who + ".csr");
        Path signed = folder.resolve(who + ".pem");
        keytool(who, "-genkeypair", "-keyalg", keyAlgorithm, "-dname", "CN=" + who);
        keytool(who, "-certreq", "-file", request.toString());
        List<String> sign = new ArrayList<>(
                List.of("-gencert", "-rfc", "-infile", request.toString(), "-outfile", signed.toString()));
        for (String extension : extensions) {
            sign.addAll(List.of("-ext", extension));
        }
        keytool(name, sign.toArray(String[]::new));
        KeyStore made = KeyStore.getInstance(folder.resolve(who + ".p12").toFile(), PASSWORD.toCharArray());
        Key key = made.getKey("mykey", PASSWORD.toCharArray());
        Path keyFile = Files.writeString(
                folder.resolve(who + ".key"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("it", key, PASSWORD.toCharArray(), new Certificate[] {certificateIn(signed)});
        return new Identity(store, signed, keyFile);
    }

    record Identity(KeyStore store, Path certificate, Path key) {
        char[] password() {
            return PASSWORD.toCharArray();
        }
    }

    KeyStore trust() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", certificateIn(certificate()));
        return store;
    }

    private static Certificate certificateIn(Path file) throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private void keytool(String store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-J-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-keystore",
                folder.resolve(store + ".p12").toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + said).isZero();
    }
}
