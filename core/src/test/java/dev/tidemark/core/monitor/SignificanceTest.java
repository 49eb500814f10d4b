package dev.tidemark.core.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SignificanceTest {

    /** NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: upper critical values of χ². */
    @ParameterizedTest
    @CsvSource({
        "1, 0.10, 2.706", "1, 0.05, 3.841", "1, 0.01, 6.635", "1, 0.001, 10.828",
        "2, 0.05, 5.991", "2, 0.01, 9.210", "3, 0.01, 11.345", "4, 0.025, 11.143",
        "9, 0.05, 16.919", "9, 0.01, 21.666", "10, 0.01, 23.209", "11, 0.01, 24.725",
        "31, 0.01, 52.191", "50, 0.01, 76.154", "100, 0.01, 135.807", "100, 0.001, 149.449"
    })
    void chiSquareIsThatOfThePublishedTable(int degrees, double probability, double expected) {
        assertThat(Significance.chiSquareQuantile(degrees, probability)).isCloseTo(expected, within(0.0006));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 1.281552", "0.05, 1.644854", "0.025, 1.959964", "0.01, 2.326348", "0.005, 2.575829"})
    void normalIsThatOfThePublishedTable(double probability, double expected) {
        assertThat(Significance.normalQuantile(probability)).isCloseTo(expected, within(1e-6));
    }

    /** 1.358 and 1.628 are the table's c(0.05) and c(0.01) of the two-sample test. */
    @ParameterizedTest
    @CsvSource({"0.05, 1.358", "0.01, 1.628"})
    void kolmogorovSmirnovIsThatOfThePublishedTable(double probability, double expected) {
        assertThat(Significance.ks(2, 2, probability)).isCloseTo(expected, within(0.0006));
    }

    @Test
    void aSingleCellCannotDiffer() {
        assertThat(Significance.psi(1, 100, 100, 0.01)).isZero();
        assertThat(Significance.psi(10, 20_000, 100, 0.01)).isCloseTo(21.666 * 0.01005, within(1e-4));
    }

    /** From tables of Student's distribution, at 95 % on both sides. */
    @ParameterizedTest
    @CsvSource({
        "1, 12.70620474", "2, 4.30265273", "3, 3.18244631", "4, 2.77644511", "5, 2.57058184", "9, 2.26215716",
        "29, 2.04522964", "30, 2.04227246", "60, 2.00029782", "100, 1.98397152", "120, 1.97993041", "1000, 1.96233908"
    })
    void studentsIsThatOfThePublishedTable(long degrees, double quantile) {
        assertThat(Significance.studentQuantile(degrees, 0.025)).isCloseTo(quantile, within(1e-7));
    }

    /** From the same tables, at other confidences. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.1, 3.0777",
        "5, 0.05, 2.0150",
        "10, 0.005, 3.1693",
        "60, 0.1, 1.2958",
        "120, 0.05, 1.6577",
        "120, 0.005, 2.6174",
        "120, 0.0005, 3.3735",
        "1000, 0.25, 0.6747"
    })
    void studentsIsThatOfThePublishedTableElsewhereToo(long degrees, double probability, double quantile) {
        assertThat(Significance.studentQuantile(degrees, probability)).isCloseTo(quantile, within(6e-5));
    }

    /** Both ways of computing it meet there, and the last is the normal distribution. */
    @Test
    void studentsFallsToTheNormal() {
        for (long degrees = 1; degrees < 300; degrees++) {
            assertThat(Significance.studentQuantile(degrees + 1, 0.025))
                    .as("%d degrees", degrees + 1)
                    .isLessThan(Significance.studentQuantile(degrees, 0.025));
        }
        assertThat(Significance.studentQuantile(1_000_000, 0.025)).isCloseTo(1.95996, within(1e-5));
    }

    @Test
    void intervalsOfFewAreWider() {
        PairedDifference three = PairedDifference.of(3, 6, 14);
        assertThat(three.mean()).isEqualTo(2);
        assertThat(three.high() - three.mean())
                .as("of 1, 2 and 3, whose standard deviation is 1")
                .isCloseTo(4.30265273 / Math.sqrt(3), within(1e-8));
    }
}
