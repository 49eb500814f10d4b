package dev.tidemark.core.event;

import java.math.BigDecimal;
import java.util.Random;

/** JSON numbers of every form, and the bounds stated on plain BigDecimals. */
final class Numbers {

    private Numbers() {}

    static String random(Random random) {
        StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
        int integerDigits = random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(4);
        text.append(integerDigits == 1 ? random.nextInt(10) : 1 + random.nextInt(9));
        digits(random, text, integerDigits - 1);
        if (random.nextBoolean()) {
            text.append('.');
            digits(random, text, random.nextInt(4) == 0 ? 1 + random.nextInt(40) : 1 + random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            text.append(random.nextBoolean() ? "e" : "E");
            text.append(new String[] {"", "+", "-"}[random.nextInt(3)]);
            text.append(random.nextInt(3) == 0 ? random.nextInt(80) : random.nextInt(8));
        }
        return text.toString();
    }

    static boolean inBounds(BigDecimal value) {
        BigDecimal canonical = value.stripTrailingZeros();
        return value.signum() == 0
                || (canonical.precision() <= 34
                        && canonical.scale() <= 34
                        && canonical.abs().compareTo(new BigDecimal("1e35")) < 0
                        && canonical.abs().compareTo(new BigDecimal("1e-34")) >= 0);
    }

    /** Runs of zeros are made likely: they are where leading and trailing digits go wrong. */
    private static void digits(Random random, StringBuilder text, int count) {
        boolean zeros = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            text.append(zeros && random.nextInt(8) != 0 ? 0 : random.nextInt(10));
        }
    }
}
