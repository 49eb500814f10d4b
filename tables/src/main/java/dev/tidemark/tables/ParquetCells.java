package dev.tidemark.tables;

import dev.tidemark.core.number.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.time.Instant;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/** Parquet values as moments, keys and texts. */
public final class ParquetCells {

    private static final long JULIAN_DAY_OF_EPOCH = 2_440_588;
    private static final long DAY_SECONDS = 86_400;

    private ParquetCells() {}

    /** Whether the column holds moments; one without a time zone names no moment. */
    public static boolean isMoment(PrimitiveType type) {
        return type.getPrimitiveTypeName() == PrimitiveTypeName.INT96
                || (type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp
                        && timestamp.isAdjustedToUTC());
    }

    /** The moment; fractions below a nanosecond do not exist. */
    public static Instant moment(Object cell, PrimitiveType type) {
        if (type.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
            var bytes = ((Binary) cell).toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            long nanos = bytes.getLong();
            long day = bytes.getInt() - JULIAN_DAY_OF_EPOCH;
            return Instant.ofEpochSecond(day * DAY_SECONDS, nanos);
        }
        TimeUnit unit = ((TimestampLogicalTypeAnnotation) type.getLogicalTypeAnnotation()).getUnit();
        long perSecond = switch (unit) {
            case MILLIS -> 1_000L;
            case MICROS -> 1_000_000L;
            case NANOS -> 1_000_000_000L;
        };
        long value = (Long) cell;
        return Instant.ofEpochSecond(
                Math.floorDiv(value, perSecond), Math.floorMod(value, perSecond) * (1_000_000_000L / perSecond));
    }

    /** The cell as an entity key's value: a number as a plain decimal, as the events' numbers are. */
    public static @Nullable String key(Object cell, PrimitiveType type) {
        BigDecimal number = number(cell, type);
        if (number != null) {
            return plain(number);
        }
        return cell instanceof Binary text ? text.toStringUsingUTF8() : null;
    }

    /** The cell as a {@link String}, {@link BigDecimal} or {@link Boolean}; null if it is none of them. */
    public static @Nullable Object scalar(Object cell, PrimitiveType type) {
        BigDecimal number = number(cell, type);
        if (number != null) {
            return number;
        }
        if (cell instanceof Binary bytes) {
            return isText(type) ? bytes.toStringUsingUTF8() : null;
        }
        return cell instanceof Boolean ? cell : null;
    }

    /** Whether cells of the column may be something for {@link #scalar}. */
    public static boolean isScalar(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        return isText(type)
                || isNumber(logical)
                || (logical == null && type.getPrimitiveTypeName() != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY);
    }

    private static boolean isNumber(@Nullable LogicalTypeAnnotation logical) {
        return logical instanceof DecimalLogicalTypeAnnotation
                || logical instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation;
    }

    private static boolean isText(PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        return type.getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && (logical == null
                        || logical instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                        || logical instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation
                        || logical instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation);
    }

    /** The decimal that the cell holds or, for a floating-point number, is written as; null for anything else. */
    private static @Nullable BigDecimal number(Object cell, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        if (logical instanceof DecimalLogicalTypeAnnotation decimal) {
            return new BigDecimal(unscaled(cell), decimal.getScale());
        }
        if (logical != null && !isNumber(logical)) {
            return null;
        }
        if (cell instanceof Double number && Double.isFinite(number)) {
            return Decimals.shortest(number);
        }
        if (cell instanceof Float single && Float.isFinite(single)) {
            return Decimals.shortest(single);
        }
        return cell instanceof Integer || cell instanceof Long ? new BigDecimal(text(cell, type)) : null;
    }

    /** The cell for a text file. */
    public static String text(Object cell, PrimitiveType type) {
        if (isMoment(type)) {
            return moment(cell, type).toString();
        }
        if (cell instanceof Binary bytes && type.getLogicalTypeAnnotation() == null) {
            return bytes.toStringUsingUTF8();
        }
        return type.getLogicalTypeAnnotation() == null ? cell.toString() : stringify(cell, type);
    }

    private static String stringify(Object cell, PrimitiveType type) {
        if (cell instanceof Integer number) {
            return type.stringifier().stringify(number);
        }
        if (cell instanceof Long number) {
            return type.stringifier().stringify(number);
        }
        return cell instanceof Binary bytes ? type.stringifier().stringify(bytes) : cell.toString();
    }

    private static BigInteger unscaled(Object cell) {
        return cell instanceof Binary bytes
                ? new BigInteger(bytes.getBytes())
                : BigInteger.valueOf(((Number) cell).longValue());
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
