package dev.tidemark.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md, checked on the compiled classes of all modules. */
public class ArchitectureTest {

    /** What is shipped. Other modules' tests are in folders or, when the whole build runs, in jars. */
    public static final ImportOption SHIPPED =
            location -> new ImportOption.DoNotIncludeTests().includes(location) && !location.contains("-tests.jar");

    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(SHIPPED).importPackages("dev.tidemark");

    private static final String CORE = "dev.tidemark.core..";

    /** What depends on the machine, the moment or chance, as owner and method; a constructor only without a seed. */
    private static final Set<String> IMPURE = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.System.getProperty",
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.InstantSource.system",
            "java.time.Clock.system",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.Clock.tickMillis",
            "java.time.Clock.tickSeconds",
            "java.time.Clock.tickMinutes",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.Random.<init>()",
            "java.util.SplittableRandom.<init>()",
            "java.security.SecureRandom.<init>()");

    /** Seeded once, or at the first use: in every sandbox that is restored from one SnapStart snapshot with the same. */
    private static final Set<String> SEEDED_ONCE = Set.of(
            "java.lang.Math.random",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom.current",
            "java.util.Random.<init>()",
            "java.util.SplittableRandom.<init>()");

    /** Each floor stands on those before it; rooms of one floor do not know each other. */
    private static final List<List<String>> FLOORS = List.of(
            List.of("async", "number", "stream", "value", "window"),
            List.of("event"),
            List.of("aggregate", "expression", "control", "reference"),
            List.of("tile"),
            List.of("pair"),
            List.of("forward", "view", "store"),
            List.of("catalog", "archive"),
            List.of("fold", "serve", "checkpoint"),
            List.of("history", "monitor"),
            List.of("past", "change", "overlap"),
            List.of("learn"));

    private static final ArchRule PURE = classes()
            .that()
            .resideInAPackage(CORE)
            .or()
            .haveNameMatching(".*\\$Impure.*")
            .should(callNone(IMPURE, "call nothing that depends on the machine, the moment or chance"))
            .because("core gets time, chance and settings through constructors and arguments");

    @Test
    void modulesDependOnlyOnThoseAboveThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("core")
                .definedBy(CORE)
                .layer("formats")
                .definedBy("dev.tidemark.formats..")
                .layer("aws")
                .definedBy("dev.tidemark.aws..")
                .layer("functions")
                .definedBy("dev.tidemark.functions..")
                .layer("http")
                .definedBy("dev.tidemark.http..")
                .layer("serve")
                .definedBy("dev.tidemark.serve..")
                .layer("kinesis-local")
                .definedBy("dev.tidemark.kinesis..")
                .layer("local")
                .definedBy("dev.tidemark.local..")
                .layer("tables")
                .definedBy("dev.tidemark.tables..")
                .layer("training")
                .definedBy("dev.tidemark.training..")
                .layer("learning")
                .definedBy("dev.tidemark.learning..")
                .layer("simulation")
                .definedBy("dev.tidemark.simulation..")
                .layer("cli")
                .definedBy("dev.tidemark.cli..")
                .layer("oracle")
                .definedBy("dev.tidemark.oracle..")
                .layer("samplesevents")
                .definedBy("dev.tidemark.samplesevents..")
                .whereLayer("core")
                .mayNotAccessAnyLayer()
                .whereLayer("formats")
                .mayOnlyAccessLayers("core")
                .whereLayer("aws")
                .mayOnlyAccessLayers("core")
                .whereLayer("functions")
                .mayOnlyAccessLayers("core", "formats", "aws")
                .whereLayer("http")
                .mayNotAccessAnyLayer()
                .whereLayer("serve")
                .mayOnlyAccessLayers("core", "aws", "functions", "http")
                .whereLayer("kinesis-local")
                .mayOnlyAccessLayers("http")
                .whereLayer("local")
                .mayOnlyAccessLayers("core", "aws", "functions", "http", "serve", "kinesis-local")
                .whereLayer("tables")
                .mayOnlyAccessLayers("core")
                .whereLayer("training")
                .mayOnlyAccessLayers("core", "tables")
                .whereLayer("learning")
                .mayOnlyAccessLayers("core", "aws", "functions", "training")
                .whereLayer("simulation")
                .mayOnlyAccessLayers("core", "formats", "aws", "functions", "serve", "kinesis-local", "local", "oracle")
                .whereLayer("cli")
                .mayOnlyAccessLayers(
                        "core",
                        "formats",
                        "aws",
                        "functions",
                        "serve",
                        "kinesis-local",
                        "local",
                        "tables",
                        "training",
                        "learning",
                        "samplesevents")
                .whereLayer("oracle")
                .mayNotAccessAnyLayer()
                .whereLayer("samplesevents")
                .mayOnlyAccessLayers("oracle")
                .because("an oracle that shares code with what it checks proves nothing, and core is pure")
                .check(CLASSES);
    }

    /** How questions are checked and answers written is core's, so that the command needs no handler for it. */
    @Test
    void theCommandUsesNoHandler() {
        noClasses()
                .that()
                .resideInAPackage("dev.tidemark.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.tidemark.functions.query..", "dev.tidemark.functions.checkpoint..")
                .check(CLASSES);
    }

    @Test
    void roomsOfCoreStandOnFloors() {
        List<String> above = new ArrayList<>(FLOORS.stream()
                .flatMap(List::stream)
                .map(ArchitectureTest::room)
                .toList());
        for (List<String> floor : FLOORS) {
            for (String room : floor) {
                String[] forbidden = above.stream()
                        .filter(other -> !other.equals(room(room)))
                        .toArray(String[]::new);
                noClasses()
                        .that()
                        .resideInAPackage(room(room))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(forbidden)
                        .because("core." + room + " stands below them, or beside them")
                        .check(CLASSES);
            }
            floor.forEach(room -> above.remove(room(room)));
        }
    }

    @Test
    void everyRoomOfCoreHasAFloor() {
        Set<String> rooms = CLASSES.getPackage("dev.tidemark.core").getSubpackages().stream()
                .map(JavaPackage::getRelativeName)
                .collect(Collectors.toSet());

        assertThat(FLOORS.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(rooms);
    }

    private static String room(String name) {
        return "dev.tidemark.core." + name + "..";
    }

    @Test
    void packagesOfTheCommandHaveNoCycles() {
        slices().matching("dev.tidemark.cli.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyExpressionKnowsTheExpressionLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tidemark.core.expression..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.cel..")
                .check(CLASSES);
    }

    @Test
    void coreDoesNoInputAndOutput() {
        noClasses()
                .that()
                .resideInAPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..", "software.amazon..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)")
                .check(CLASSES);
    }

    @Test
    void coreReadsNoClockNoEnvironmentAndThrowsNoDice() {
        PURE.check(CLASSES);
    }

    /** Lambda's own runtimes see to it that SecureRandom goes on differently in each. */
    @Test
    void whatIsDeployedDrawsNoChanceThatASnapshotWouldCopy() {
        classes()
                .that()
                .resideInAnyPackage("dev.tidemark.aws..", "dev.tidemark.functions..", "dev.tidemark.learning..")
                .should(callNone(SEEDED_ONCE, "call no generator that is seeded once"))
                .because("two checkpoints could have one id, and all sandboxes would try again at once")
                .check(CLASSES);
    }

    @Test
    void thatRuleSeesCallsAndReferences() {
        JavaClasses impure = new ClassFileImporter().importClasses(ImpureCall.class, ImpureReference.class);

        List<String> violations = PURE.evaluate(impure).getFailureReport().getDetails();

        assertThat(violations).hasSize(2).anyMatch(text -> text.contains("currentTimeMillis"));
        assertThat(violations).anyMatch(text -> text.contains("Random.<init>()"));
    }

    /** System.Logger is for all; one class turns what ends up in the platform's logging into JSON, one silences a library. */
    @Test
    void nothingUsesTheLoggingOfThePlatform() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.tidemark.functions.JsonLogs")
                .and()
                .doNotHaveFullyQualifiedName("dev.tidemark.local.store.SqliteLog")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.util.logging..")
                .check(CLASSES);
    }

    @Test
    void everyPackageSaysWhatMayBeNull() {
        List<String> packages = CLASSES.getPackage("dev.tidemark").getSubpackagesInTree().stream()
                .filter(each -> each.getClasses().stream().anyMatch(type -> !isPackageInfo(type)))
                .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .toList();

        assertThat(packages).as("packages without @NullMarked").isEmpty();
    }

    private static boolean isPackageInfo(JavaClass type) {
        return type.getSimpleName().equals("package-info");
    }

    private static ArchCondition<JavaClass> callNone(Set<String> forbidden, String description) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getCodeUnitAccessesFromSelf().forEach(access -> check(access, events));
            }

            private void check(JavaCodeUnitAccess<?> access, ConditionEvents events) {
                String target = access.getTargetOwner().getName() + "."
                        + access.getTarget().getName();
                boolean withoutArguments =
                        access.getTarget().getRawParameterTypes().isEmpty();
                if (forbidden.contains(target) || (withoutArguments && forbidden.contains(target + "()"))) {
                    events.add(SimpleConditionEvent.violated(access, access.getDescription()));
                }
            }
        };
    }

    private static final class ImpureCall implements Supplier<Random> {

        @Override
        public Random get() {
            return new Random();
        }
    }

    private static final class ImpureReference implements Supplier<LongSupplier> {

        @Override
        public LongSupplier get() {
            return System::currentTimeMillis;
        }
    }
}
