package dev.tidemark.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;

/** Parquet files without Hadoop. */
public final class ParquetFiles {

    private ParquetFiles() {}

    /**
     * @param name the file's name, for messages
     * @throws TableProblem if there is none, or it is no Parquet file
     */
    public static ParquetFileReader open(String name, Path path) {
        if (Files.notExists(path)) {
            throw new TableProblem(name + " does not exist: name a file that does");
        }
        try {
            return ParquetFileReader.open(
                    new LocalInputFile(path),
                    ParquetReadOptions.builder(new PlainParquetConfiguration())
                            .withCodecFactory(new ParquetCodecs())
                            .build());
        } catch (TableProblem e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new TableProblem(name + " is no Parquet file, or is cut off: write it again", e);
        }
    }
}
