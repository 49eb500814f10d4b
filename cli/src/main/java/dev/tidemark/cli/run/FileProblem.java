package dev.tidemark.cli.run;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says in words why a file or directory cannot be used; the JDK often gives its path only. */
final class FileProblem {

    private FileProblem() {}

    static String reason(FileSystemException failure) {
        String file = String.valueOf(failure.getFile());
        if (failure instanceof FileAlreadyExistsException || failure instanceof NotDirectoryException) {
            return file + " is a file, and should be a directory";
        }
        if (failure instanceof AccessDeniedException) {
            return file + " may not be read or written by this user";
        }
        if (failure instanceof NoSuchFileException) {
            return file + " is not there";
        }
        return file + " cannot be used" + (failure.getReason() == null ? "" : " (" + failure.getReason() + ")");
    }
}
